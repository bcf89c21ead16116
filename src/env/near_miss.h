// Lines of an ignore file that look as if they ignored a file, and do not.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keysift {

struct NearMiss {
  std::size_t line = 0;  ///< from 1
  std::string text;      ///< the line, without its end
  std::string problem;   ///< why git does not read it as it looks: a sentence
};

/// The lines of a .gitignore, `bytes`, that would ignore the file at `path` (relative to the .gitignore's
/// folder) but for a slip: another case, quotes, a comment behind the pattern, UTF-16 ... Only to be asked of
/// a file that is not ignored.
std::vector<NearMiss> near_misses(std::string_view bytes, std::string_view path, bool fold_case);

}  // namespace keysift
