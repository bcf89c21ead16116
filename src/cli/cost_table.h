// What the rules of a scan cost, for people.
#pragma once
#include <string>
#include <vector>

#include "cli/commands.h"

namespace keysift {

/// A line for each rule of which a keyword was seen, the costliest first, with a mark on those that took more
/// than a twentieth of the scan's CPU time; then the keywords that were seen most often.
std::string cost_table(const std::vector<Rule>& rules, const ScanCost& cost);

}  // namespace keysift
