// The part of the text report about files with secrets.
#pragma once
#include <string>

#include "finding/report.h"
#include "report/format.h"
#include "report/mask.h"

namespace keysift {

/// What can get out and what to do, then which door is kept by what. Empty if there is nothing to tell.
std::string env_section(const Report& report, const Mask& mask, const Style& style);

/// "2 files with secrets: 3 ways out", for the summary. Empty if there is neither.
std::string env_summary(const Report& report);

}  // namespace keysift
