// Holding rules to their own examples.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "rule/rule.h"

namespace keysift {

/// Scans every example and counterexample of `rules`, expanded, with all of them. Returns a line for each
/// that is not as its rule says: an example in which the rule does not find exactly one secret, a
/// counterexample in which it finds any; "file:line: rule: ...".
std::vector<std::string> check_examples(std::span<const Rule> rules);

}  // namespace keysift
