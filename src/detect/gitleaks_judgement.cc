#include "detect/gitleaks_judgement.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"

namespace keysift {
namespace {

// What gitleaks calls the line of a match: all of its lines, from the line end before them on.
std::string_view line_round(std::string_view bytes, std::size_t begin, std::size_t end) {
  constexpr std::size_t kWidest = 4096;
  const auto first = begin - std::min(begin, kWidest);
  const auto before = bytes.substr(first, begin - first).rfind('\n');
  const auto from = before == std::string_view::npos ? first : first + before;
  const auto last = std::min(bytes.size(), end + std::min(bytes.size(), kWidest));
  return bytes.substr(from, std::min(bytes.find('\n', end), last) - from);
}

std::string_view secret_in(const Rule& rule, std::string_view text, Unit unit) {
  if (rule.pattern->groups() == 0) return text;
  const auto groups = rule.pattern->groups_in(text, unit);
  if (groups.empty()) return text;
  if (rule.secret_group > 0) return groups[static_cast<std::size_t>(rule.secret_group)];
  const auto group = std::find_if(groups.begin() + 1, groups.end(), [](auto each) { return !each.empty(); });
  return group == groups.end() ? text : *group;
}

}  // namespace

double gitleaks_entropy(std::string_view text) {
  std::map<std::string_view, std::size_t> counts;
  const auto size = static_cast<double>(text.size());
  while (!text.empty()) {
    std::size_t length = 1;
    while (length < text.size() && continues_character(text[length])) ++length;
    ++counts[text.substr(0, length)];
    text.remove_prefix(length);
  }
  double bits = 0;
  for (const auto& [character, count] : counts) {
    const double share = static_cast<double>(count) / size;
    bits -= share * std::log2(share);
  }
  return bits;
}

GitleaksMatch judge_as_gitleaks(const Rule& rule, std::string_view bytes, const Pattern::Span& match,
                                Unit unit) {
  GitleaksMatch result;
  const auto whole = trimmed(bytes.substr(match.begin, match.end - match.begin), "\n");
  result.end = match.begin + whole.size();
  result.secret = secret_in(rule, whole, unit);
  const auto drop = [&](std::string_view reason) {
    result.judgement = {false, Confidence::low, reason};
    return result;
  };
  if (rule.entropy != 0 && gitleaks_entropy(result.secret) <= rule.entropy)
    return drop("it is not random enough for the rule");
  const auto line = line_round(bytes, match.begin, result.end);
  for (const auto& list : rule.allowlists) {
    if (allows(list, result.secret, whole, line)) return drop("an allowlist of the rule names it");
    if (allows_there(list, result.secret, whole, line)) result.allowing_there.push_back(&list);
  }
  result.judgement = {true, rule.confidence, "the rule matches"};
  return result;
}

}  // namespace keysift
