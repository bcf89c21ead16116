// What a command may still write.
#pragma once
#include "cli/options.h"

namespace keysift {

/// Puts up a sandbox (base/sandbox.h) for what the options ask for, before anything is read. `allow` and
/// `hook` read nothing that a stranger wrote, but the ignore file, and go without. If the system has nothing
/// of a sandbox, a scan says so on standard error, unless the options say `quiet`.
void confine(const Options& options);

}  // namespace keysift
