// The files of hooks/, as the build put them into the binary.
#pragma once
#include <span>

#include "rule/built_in_files.h"

namespace keysift {

/// The scripts pre-commit, pre-push and pre-receive.
std::span<const BuiltInFile> hook_scripts();

}  // namespace keysift
