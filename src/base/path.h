// Paths as git writes them: '/' between folders.
#pragma once
#include <string_view>

namespace keysift {

/// The last part of a path: what a file is called.
inline std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// What a path has before its last part: "" or ending with '/'.
inline std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

}  // namespace keysift
