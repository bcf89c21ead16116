// Which of all findings a report tells.
#pragma once
#include <functional>
#include <vector>

#include "audit/options.h"
#include "finding/report.h"

namespace keysift {

using FindingTest = std::function<bool(const Finding&)>;

/// Takes `unwanted` ones out of `findings` and returns them, with `reason`; to `explain`, the report has them
/// among what was dropped, too.
std::vector<Finding> leave_out(Report& report, std::vector<Finding>& findings, const FindingTest& unwanted,
                               const char* reason, bool explain);

/// Sorts a report's findings, once its errors are complete: leaves out those that stand where their rules are
/// not for, gives each once, with how long it has been exposed, and sets apart what is allowed and what the
/// baseline lists.
void settle(Report& report, const AuditOptions& options);

/// Sorts what was dropped, each once.
void settle_dropped(std::vector<Finding>& dropped);

}  // namespace keysift
