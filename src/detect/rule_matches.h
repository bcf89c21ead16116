// The matches of one rule in a text.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/range.h"
#include "rule/pattern.h"
#include "rule/rule.h"

namespace keysift {

/// Finds one match of a rule after the other. The rule and the text outlive it.
class RuleMatches {
 public:
  /// `width`: bytes of the widest match.
  RuleMatches(const Rule& rule, std::string_view bytes, std::size_t width, Unit unit)
      : pattern_(*rule.pattern), bytes_(bytes), width_(width), unit_(unit) {}

  /// The next one that lies in a range, or (`beginning`) begins in it, with a group of it. Ranges come in
  /// order.
  std::optional<Pattern::Span> next(Range range, bool beginning, int group);

 private:
  bool has_needed_run(std::size_t begin, std::size_t end);

  const Pattern& pattern_;
  std::string_view bytes_;
  std::size_t width_;
  Unit unit_;
  std::size_t without_run_ = 0;  // none of the runs that the pattern needs begins before
};

}  // namespace keysift
