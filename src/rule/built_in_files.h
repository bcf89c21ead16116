// The files of rules/, as the build put them into the binary.
#pragma once
#include <span>
#include <string_view>

namespace keysift {

struct BuiltInFile {
  std::string_view name;  ///< "built-in/" and the file's name, such as "built-in/openai.toml"
  std::string_view text;
};

/// All files of rules/, sorted by name.
std::span<const BuiltInFile> built_in_files();

}  // namespace keysift
