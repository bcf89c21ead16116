// Reading a JSON report (docs/report.md) back.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "finding/report.h"

namespace keysift {

/// A report that was read back, with the rules that its findings name.
struct SavedReport {
  std::vector<std::unique_ptr<Rule>> rules;
  Report report;
};

/// The report in `bytes`; `file` names it in messages. Its secrets are not known, unless it was written with
/// --reveal. Throws Failure "file:line: ..." for what is no JSON, and "file: findings[3]: ..." for what is no
/// report of ours, or one that a later keysift wrote.
SavedReport read_report(std::string_view bytes, const std::string& file);

}  // namespace keysift
