// What a scan's rules cost.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace keysift {

/// What one rule cost.
struct RuleCost {
  std::uint64_t keywords = 0;     ///< how often one of its keywords was seen
  std::uint64_t bytes = 0;        ///< that its pattern was held against
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

}  // namespace keysift
