// The plain files that git keeps for itself.
#pragma once
#include "git/repository.h"
#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// Hands on the plain files of a repository's .git folder, in which no commit has a part: configuration (of
/// submodules and linked worktrees, too), hooks, messages, logs of refs. Left out are objects, refs, indexes,
/// git's sample hooks, and what git-lfs and git-annex store. Links are not followed. Blobs are files named
/// ".git/config" and so on; in a bare repository, "config". What cannot be read, and entries over the limit,
/// go to `on_error`.
void read_git_files(const Repository& repository, const ReadOptions& options, const BlobSink& sink,
                    const ErrorSink& on_error);

}  // namespace keysift
