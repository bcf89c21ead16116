// Whether git keeps a file with secrets out of commits, and by which line everybody in the team goes.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "env/work_tree.h"
#include "finding/coverage.h"
#include "git/ignore.h"

namespace keysift {

/// How a file stands towards commits.
struct CommitState {
  std::optional<Coverage> problem;  ///< nothing: a rule that the team shares keeps it out
  Place rule;          ///< the rule that keeps it out, or the line at fault; without a path if there is none
  std::string detail;  ///< what is wrong with that line; a sentence, or empty
};

/// Looks at one file after another, best folder by folder.
class CommitDoor {
 public:
  /// `elsewhere`: folders ("" or ending with '/') where such files are, or are expected. All outlive this.
  CommitDoor(const WorkTree& tree, Ignores& ignores, std::span<const std::string> elsewhere)
      : tree_(tree), ignores_(ignores), elsewhere_(elsewhere) {}

  /// `path` is relative to the work tree, and need not be there.
  CommitState state_of(std::string_view path, bool tracked);

 private:
  std::optional<CommitState> wrong_pattern(std::string_view path) const;
  const std::optional<CommitState>& ignored_elsewhere(std::string_view name);

  const WorkTree& tree_;
  Ignores& ignores_;
  std::span<const std::string> elsewhere_;
  std::map<std::string, std::optional<CommitState>, std::less<>> by_name_;
};

/// Whether a rule of this place is shared: it stands in a .gitignore of the work tree, and not in a file of
/// this machine alone.
bool is_shared(const IgnoreDecision& decision);

}  // namespace keysift
