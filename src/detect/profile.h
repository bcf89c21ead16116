// What a scan's rules cost.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "detect/layer.h"
#include "detect/literals.h"

namespace keysift {

/// What one rule cost.
struct RuleCost {
  std::uint64_t keywords = 0;     ///< how often one of its keywords was seen
  std::uint64_t bytes = 0;        ///< that its pattern was held against, or at which a match was tried
  std::uint64_t matches = 0;      ///< of the pattern, whatever became of them
  std::uint64_t nanoseconds = 0;  ///< CPU time in its pattern and in judging what it matched
};

/// What one literal cost: a keyword, or an encoded form of one.
struct KeywordCost {
  std::uint64_t seen = 0;         ///< how often, once for each rule that has it
  std::set<std::uint32_t> rules;  ///< whose keyword it is; none: an encoded form
};

struct Profile {
  std::vector<RuleCost> rules;  ///< in the order of the detector's rules
  std::map<std::string, KeywordCost> keywords;
};

/// What the scans of one thread cost.
class Costs {
 public:
  Costs(std::size_t rules, std::size_t literals) : rules_(rules), seen_(literals) {}

  void note_seen(std::size_t literal) { ++seen_[literal]; }

  /// Has `match` try a rule's pattern in some places, and returns how many matches it says there were.
  template <typename Match>
  std::size_t measure(std::uint32_t rule, const Places& places, Match&& match) {
    const auto start = thread_nanoseconds();
    const std::size_t matches = match();
    add(rule, places, matches, thread_nanoseconds() - start);
    return matches;
  }

  /// Adds all that to a profile of these literals.
  void add_to(Profile& profile, const Literals& literals) const;

 private:
  static std::uint64_t thread_nanoseconds();
  void add(std::uint32_t rule, const Places& places, std::size_t matches, std::uint64_t nanoseconds);

  std::vector<RuleCost> rules_;      // but for their keywords
  std::vector<std::uint64_t> seen_;  // by literal: how often
};

}  // namespace keysift
