// What a text must have in it for a pattern to match there.
#pragma once
#include <re2/filtered_re2.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "detect/keyword_search.h"
#include "rule/rule.h"

namespace keysift {

/// The literals without which a rule's pattern cannot match, as RE2 finds them in it, and the rule's
/// keywords. A look for them is many times faster than one for the pattern. Any number of threads may use it.
class NeededLiterals {
 public:
  /// Throws Failure as KeywordSearch does.
  explicit NeededLiterals(const Rule& rule);

  /// What a thread needs to look for them.
  using Scratch = KeywordSearch::Scratch;
  Scratch scratch() const { return Scratch(search_); }

  /// Bytes of each that are looked for.
  static constexpr std::size_t kLongest = 16;

  /// Which of them are in `bytes`, as a set of bits. Those of two texts together are both sets together.
  std::uint64_t present_in(std::string_view bytes, Scratch& scratch) const;

  /// Whether there may be a match where these are present: a keyword of the rule, if it has any, and what the
  /// pattern needs.
  bool suffice(std::uint64_t present) const;

 private:
  std::vector<Literal> all(const Rule& rule);

  re2::FilteredRE2 filter_{2};  // one letter alone is everywhere
  std::size_t needed_ = 0;      // so many are the pattern's; none: it says nothing of them
  bool has_keywords_ = false;
  std::vector<std::uint64_t> bits_;  // what each literal stands for
  KeywordSearch search_;
};

}  // namespace keysift
