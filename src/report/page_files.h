// The files of report/page/, as the build put them into the binary.
#pragma once
#include <span>

#include "rule/built_in_files.h"

namespace keysift {

/// page.html, page.css and page.js.
std::span<const BuiltInFile> page_files();

}  // namespace keysift
