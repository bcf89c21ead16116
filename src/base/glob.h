// The patterns of git's ignore files.
#pragma once
#include <string_view>

namespace keysift {

/// How a pattern is read.
struct GlobOptions {
  bool paths = false;      ///< '/' parts names: only `**` between two of them stands for it
  bool fold_case = false;  ///< ASCII letters count as the same in both cases, as far as git has it so
};

/// Whether `pattern` fits the whole of `text`, by the rules of gitignore(5) and, where that is silent, those
/// of git 2.52: `*`, `?`, sets such as `[!a-f[:digit:]]`, a backslash before what is meant as it stands, and,
/// in paths, `**`. A pattern that breaks off in a set or after a backslash fits nothing. Never takes longer
/// than the product of both lengths, times the number of folders in `text`.
bool glob_matches(std::string_view pattern, std::string_view text, GlobOptions options);

/// Whether `pattern` does not break off: one that does fits nothing at all.
bool is_whole_glob(std::string_view pattern);

}  // namespace keysift
