// What a team knows of, for --baseline.
#pragma once
#include <string>

#include "finding/report.h"

namespace keysift {

/// The report's findings, those that a baseline has left out included, as a baseline: JSON in ASCII, an entry
/// a line, sorted by fingerprint, so that it diffs and merges well. It holds no secrets, not even where one
/// stands in a path.
std::string render_baseline(const Report& report);

}  // namespace keysift
