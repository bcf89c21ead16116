#include "detect/rule_matches.h"

#include <algorithm>

namespace keysift {

std::optional<Pattern::Span> RuleMatches::next(Range range, bool beginning, int group) {
  if (!beginning) return pattern_.search(bytes_, range.begin, range.end, group, unit_);
  for (auto at = range.begin; at < range.end; ++at) {
    const auto end = at + std::min(bytes_.size() - at, width_);
    if (!has_needed_run(at, end)) continue;
    if (const auto match = pattern_.match_at(bytes_, at, end, group, unit_)) return match;
  }
  return std::nullopt;
}

// What is round keywords that are near each other is looked at but once.
bool RuleMatches::has_needed_run(std::size_t begin, std::size_t end) {
  const auto& run = pattern_.needed_run();
  const auto from = std::max(begin, without_run_);
  if (end < from + run.length) return false;
  const auto found = run.find(bytes_.substr(from, end - from));
  const bool is_there = found != std::string_view::npos;
  without_run_ = is_there ? from + found : end + 1 - run.length;
  return is_there;
}

}  // namespace keysift
