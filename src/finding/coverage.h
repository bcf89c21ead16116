// What `.env` coverage found, as plain data.
#pragma once
#include <string>
#include <string_view>

namespace keysift {

/// How a .env-like file stands towards commits.
enum class Coverage {
  tracked,      ///< git tracks it: every clone has it
  staged,       ///< the next commit adds it
  not_ignored,  ///< it is there and one `git add .` away from a commit
  unprepared,   ///< none is there, and none would be ignored (a note, no finding)
};

/// "tracked", "staged", "not-ignored" or "unprepared".
std::string_view to_string(Coverage coverage);

/// One .env-like file that can get out.
struct EnvFinding {
  std::string path;  ///< relative to the repository's root; raw bytes
  Coverage coverage = Coverage::unprepared;

  /// Whether it changes the exit code: all but `unprepared` do.
  bool is_problem() const { return coverage != Coverage::unprepared; }

  /// Whether it has to be taken out of git, and not just to be ignored.
  bool is_in_git() const { return coverage == Coverage::tracked || coverage == Coverage::staged; }

  auto operator<=>(const EnvFinding&) const = default;
};

}  // namespace keysift
