// What the commands do.
#pragma once
#include <vector>

#include "cli/options.h"
#include "detect/profile.h"
#include "rule/gitleaks_file.h"
#include "rule/rule.h"

namespace keysift {

/// The rules that the options ask for; those of a gitleaks configuration, if one is given, are taken out of
/// it. Throws Failure as add_rules does, and for an id that no rule has.
std::vector<Rule> chosen_rules(const Options& options, GitleaksConfig* config = nullptr);

/// `env --generate`: writes the example beside the file and says so. Returns the exit status, 0. Throws
/// Failure when the file cannot be read, or the example is there already.
int run_generate(const Options& options);

/// `scan`, `files`, `history`, `staged` and `env`: makes the report, writes it to where the options say.
/// Returns the exit status: 0 nothing found, or a baseline of it written, 1 findings, 3 nothing found but
/// something was not searched. Throws Failure for all that makes it 2.
int run_scan(const Options& options);

/// `allow`: writes the entry and says so. Returns the exit status, 0. Throws Failure for a fingerprint of
/// another shape, a day that is none or is over, a reason that is empty or has a line break, an ignore file
/// that is wrong, and where there is no folder to keep one in.
int run_allow(const Options& options);

/// `report` and `merge`: reads JSON reports, writes them in another format, or as one. Returns the exit
/// status, 0: what was found is known. Throws Failure for a file that is no such report, and for a format
/// that is about one repository alone where the report joins several.
int run_report(const Options& options);

/// What `rules` cost in a scan, and that scan's CPU time in seconds.
struct ScanCost {
  Profile profile;
  double seconds = 0;
};

/// Scans a repository or a folder as `scan` does and measures. Throws Failure when there is none at `path`.
ScanCost measure_scan(const std::vector<Rule>& rules, const std::string& path, unsigned threads);

/// `hook install` and `hook remove`: writes or takes away git's hooks, and says what it did on standard
/// output. Returns the exit status, 0. Throws Failure when a hook cannot be written, or would not be run.
int run_hook(const Options& options);

/// `rules list`, `rules show` and `rules test`. Returns the exit status: 0, or 1 when an example fails.
/// Throws Failure for an unknown id, and for what cannot be scanned.
int run_rules(const Options& options);

}  // namespace keysift
