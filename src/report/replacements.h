// What git-filter-repo needs to take keys out of a history.
#pragma once
#include <string>

#include "finding/report.h"

namespace keysift {

/// The lines of a file for `git filter-repo --replace-text` (and `--replace-message`), one for each key that
/// only the history has: the keys themselves. One that stands encoded there, or in a file's name, is not
/// among them.
std::string render_replacements(const Report& report);

}  // namespace keysift
