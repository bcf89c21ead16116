// Folders of objects that the environment names.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace keysift {

/// The folders that GIT_OBJECT_DIRECTORY, GIT_QUARANTINE_PATH and GIT_ALTERNATE_OBJECT_DIRECTORIES name, as
/// git sets them for a pre-receive hook: what is being pushed lies there until the hook has let it in.
std::vector<std::filesystem::path> object_folders_of_environment();

/// The paths of a list such as GIT_ALTERNATE_OBJECT_DIRECTORIES holds (git(1)): with colons between them; one
/// that begins with '"' is quoted as in C, and ends with its second '"'.
std::vector<std::string> parse_path_list(std::string_view list);

}  // namespace keysift
