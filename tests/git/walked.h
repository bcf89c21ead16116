// What a walk of a repository's objects hands on.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "git/object_walk.h"

namespace keysift::test {

/// The outcome of a walk.
struct Walked {
  /// One line for each object that was handed on, "NAME TYPE SIZE", sorted. Where the bytes are not those
  /// that the name stands for, it ends with " wrong"; if trees were not the last, with " out of turn".
  std::vector<std::string> objects;
  std::size_t large = 0;                      ///< how many of them came in parts
  std::map<std::string, std::string> errors;  ///< by object or pack: what is wrong with it
};

/// Walks the objects of the repository at `path`, out of sight of the user's git configuration.
Walked walked(const std::filesystem::path& path, unsigned workers = 2,
              std::size_t memory = std::size_t{128} << 20);

/// The objects of a repository in the same form, as git tells them.
std::vector<std::string> listed_by_git(const std::filesystem::path& path);

}  // namespace keysift::test
