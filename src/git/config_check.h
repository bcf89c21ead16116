// Looking at git's own files before libgit2 does, which waits for a pipe for ever.
#pragma once
#include <filesystem>
#include <string>

namespace keysift {

/// Why libgit2 must not open the repository whose .git folder this is: one of the files that it would read
/// there, or that the configuration includes, is a pipe, a device or far too large. Empty: nothing is wrong.
std::string trouble_with_files(const std::filesystem::path& git_dir);

}  // namespace keysift
