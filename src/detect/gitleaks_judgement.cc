#include "detect/gitleaks_judgement.h"

#include <algorithm>

#include "base/text.h"
#include "rule/gitleaks_entropy.h"

namespace keysift {
namespace {

// What gitleaks calls the line of a match: with the line end before it.
std::string_view line_round(std::string_view bytes, std::size_t begin, std::size_t end) {
  const auto line = line_of(bytes, begin, end);
  const auto at = static_cast<std::size_t>(line.data() - bytes.data());
  return at > 0 && bytes[at - 1] == '\n' ? bytes.substr(at - 1, line.size() + 1) : line;
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
