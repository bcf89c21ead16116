// Taking files out of the index. The one place where an index is written.
#pragma once
#include <span>
#include <string>

#include "git/repository.h"

namespace keysift {

/// Does what `git rm --cached` does: the files stay in the work tree, and the next commit lacks them. Throws
/// Failure when the index cannot be written: another git is at it, or it is of a kind that only git itself
/// can write.
void untrack(const Repository& repository, std::span<const std::string> paths);

}  // namespace keysift
