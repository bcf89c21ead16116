// Whether every .env file is kept out of commits.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "finding/coverage.h"
#include "git/repository.h"

namespace keysift {

/// Whether a path names a file that holds a program's secrets: `.env`, `.env.*`; but no template such as
/// `.env.example`.
bool is_env_file(std::string_view path);

/// The .env-like files of a repository that can get into a commit: those that it tracks, those of `untracked`
/// (files in its work tree that no rule ignores, relative to its root), and, if the repository has no .env
/// file of either kind, `.env` itself when it would not be ignored. Sorted by path. When the index cannot be
/// read, `problem` says why.
std::vector<EnvFinding> env_coverage(const Repository& repository, std::span<const std::string> untracked,
                                     std::string& problem);

}  // namespace keysift
