#include "detect/overlap.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <tuple>

#include "base/text.h"

namespace keysift {
namespace {

// Whether what was put together may as well be a list, or two words of different colours.
bool is_put_together(const Match& match) {
  return std::any_of(match.decoded.begin(), match.decoded.end(),
                     [](std::string_view encoding) { return encoding == "folded" || encoding == "hidden"; });
}

// Which line each of some matches, which are in order, begins in.
std::vector<std::size_t> lines_of(std::string_view bytes, std::span<const Match> matches) {
  std::vector<std::size_t> lines;
  std::size_t line = 0;
  std::size_t at = 0;
  for (const auto& match : matches) {
    line +=
        static_cast<std::size_t>(std::count(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                            bytes.begin() + static_cast<std::ptrdiff_t>(match.begin), '\n'));
    at = match.begin;
    lines.push_back(line);
  }
  return lines;
}

// Whether it depends on a path or a commit what a rule finds.
bool asks_for_place(const Rule& rule) {
  return rule.path || std::any_of(rule.allowlists.begin(), rule.allowlists.end(),
                                  [](const Allowlist& list) { return list.names_place(); });
}

}  // namespace

void resolve_overlaps(std::vector<Match>& matches) {
  const auto in_order = [](const Match& a, const Match& b) { return a.begin < b.begin; };
  if (matches.size() > 1) {
    const auto rank = [](const Match& first, const Match& second) {
      return std::tuple(first.rule->provider != kAnyProvider, first.confidence, is_put_together(second),
                        first.end - first.begin, second.decoded.size(), second.rule, second.begin);
    };
    std::sort(matches.begin(), matches.end(),
              [&](const Match& a, const Match& b) { return rank(a, b) > rank(b, a); });
    std::map<std::size_t, const Match*> taken;  // by where they begin
    const auto overlapping = [&](const Match& match) -> const Match* {
      const auto after = taken.lower_bound(match.begin);
      if (after != taken.end() && after->first < match.end) return after->second;
      if (after != taken.begin() && std::prev(after)->second->end > match.begin)
        return std::prev(after)->second;
      return nullptr;
    };
    for (auto& match : matches) {
      if (!match.kept || match.rule->judge == Judge::gitleaks) continue;
      if (const auto* surer = overlapping(match)) {
        match.kept = false;
        match.reason = "it overlaps what " + surer->rule->id + " found";
      } else {
        taken.emplace(match.begin, &match);
      }
    }
  }
  std::sort(matches.begin(), matches.end(), in_order);
}

void drop_generic(std::string_view bytes, std::vector<Match>& matches) {
  constexpr std::size_t kMostNeighbours = 1000;  // on either side
  const auto is_generic = [](const Match& match) { return contains_caseless(match.rule->id, "generic"); };
  const auto counts = [](const Match& match) { return match.kept && match.rule->judge == Judge::gitleaks; };
  if (std::none_of(matches.begin(), matches.end(),
                   [&](const Match& m) { return counts(m) && is_generic(m); }))
    return;
  const auto lines = lines_of(bytes, matches);
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (!counts(matches[i]) || !is_generic(matches[i])) continue;
    const auto last = std::min(matches.size(), i + kMostNeighbours);
    for (auto other = i - std::min(i, kMostNeighbours); other < last; ++other) {
      if (lines[other] != lines[i] || !counts(matches[other]) || is_generic(matches[other]) ||
          matches[other].secret.find(matches[i].secret) == std::string::npos)
        continue;
      if (asks_for_place(*matches[other].rule)) {
        matches[i].gives_way_to.push_back(matches[other].rule);
        continue;
      }
      matches[i].kept = false;
      matches[i].reason = matches[other].rule->id + " found it, too";
      break;
    }
  }
}

}  // namespace keysift
