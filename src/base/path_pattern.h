// A line of an ignore file, as gitignore(5) has it, without the '!' before it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace keysift {

/// Views into the line that it was made of.
struct PathPattern {
  std::string_view text;      ///< what is to fit, without the marks around it; empty: fits nothing
  std::uint32_t literal = 0;  ///< bytes of `text` before the first that is special
  bool folders_only = false;
  bool anchored = false;  ///< fits the path from the file's own folder on, else any name
  bool ending = false;    ///< a star and then nothing special
};

PathPattern parse_path_pattern(std::string_view line);

/// Whether the pattern fits a file or a folder. `path` is relative to the pattern's folder, without '/' at
/// its end, and `name` its last part. What lies in a folder that fits is for the caller to know.
bool fits(const PathPattern& pattern, std::string_view path, std::string_view name, bool is_folder,
          bool fold_case);

/// A line of an ignore file that fits just what is called `name`, wherever it lies. A line cannot hold a
/// newline:
/// `?` stands for it.
std::string pattern_of(std::string_view name);

}  // namespace keysift
