// What the commands do.
#pragma once
#include <vector>

#include "cli/options.h"
#include "rule/rule.h"

namespace keysift {

/// The rules that the options ask for. Throws Failure as add_rules does, and for an id that no rule has.
std::vector<Rule> chosen_rules(const Options& options);

/// `scan`, `files`, `history` and `env`: makes the report, writes it to where the options say. Returns the
/// exit status: 0 nothing found, 1 findings, 3 nothing found but something could not be read. Throws Failure
/// for all that makes it 2.
int run_scan(const Options& options);

/// `rules list`, `rules show` and `rules test`. Returns the exit status: 0, or 1 when an example fails.
/// Throws Failure for an unknown id.
int run_rules(const Options& options);

}  // namespace keysift
