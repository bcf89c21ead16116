// Why a match is a finding, or is none.
#pragma once
#include <string>

#include "finding/report.h"

namespace keysift {

/// A line for each finding, each that was allowed and each match that was dropped, in the order of their
/// places: `PATH:LINE:COLUMN: RULE SECRET: VERDICT: REASON`. Secrets are redacted, unless `reveal`; all is
/// printable. The matches that were dropped are those that the report has.
std::string render_explanation(const Report& report, bool reveal);

}  // namespace keysift
