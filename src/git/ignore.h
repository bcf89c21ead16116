// Which files git ignores.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/ignore_file.h"
#include "git/repository.h"

namespace keysift {

/// The line of an ignore file that decides about a path.
struct IgnoreDecision {
  std::string source;    ///< the file: for a .gitignore relative to the work tree, else an absolute path
  std::size_t line = 0;  ///< from 1
  std::string pattern;   ///< the line as git reads it: without spaces and CR at its end
  bool negated = false;  ///< begins with '!': not ignored
  bool operator==(const IgnoreDecision&) const = default;
};

/// The ignore rules of a repository, exactly as `git check-ignore --no-index` applies them (gitignore(5)):
/// the .gitignore files of its work tree, the repository's info/exclude and the user's core.excludesFile.
/// Tracked or not makes no difference. Files that cannot be read, and links called .gitignore, count as
/// empty.
///
/// Remembers the rules of the folder that was last asked about and of those above it, so ask folder by
/// folder. Not for use by two threads at once; copies are independent.
class Ignores {
 public:
  explicit Ignores(const Repository& repository);

  /// What decides about `path`: relative to the work tree, a folder's ends with '/', no `.` or `..` in it.
  /// Below an ignored folder it is that folder's rule. Nothing when no rule fits: then it is not ignored.
  std::optional<IgnoreDecision> decide(std::string_view path);

  /// What would ignore `path` if no line took that back with '!'; nothing if no rule would. A rule of the
  /// same or of another file, whichever comes last.
  std::optional<IgnoreDecision> taken_back(std::string_view path);

  /// Whether upper and lower case count as the same (core.ignoreCase).
  bool folds_case() const { return fold_case_; }

  /// Whether `path`, as for decide(), is ignored.
  bool ignores(std::string_view path);

 private:
  struct Match {
    const IgnoreFile* file = nullptr;
    const IgnorePattern* pattern = nullptr;  // none: no rule fits
  };

  // One that lies on the way to the folder asked about.
  struct Folder {
    std::size_t length = 0;  // of its path, with the '/' at the end
    bool real = false;       // it is there and no link leads to it
    Match excluded;          // by this rule, itself or with a folder above
    std::shared_ptr<const IgnoreFile> rules;
  };

  static std::optional<IgnoreDecision> decision(const Match& match);
  Match find(std::string_view path, bool takes_back = true);
  Match match(std::string_view path, bool is_folder, bool takes_back) const;
  void enter(std::string_view folder);
  void push(std::string_view folder);

  std::string root_;  // of the work tree, with '/' at the end; empty if there is none
  bool fold_case_ = false;
  std::vector<std::shared_ptr<const IgnoreFile>> elsewhere_;  // outside the work tree, first one first
  std::string folder_;                                        // path of the last of `folders_`
  std::vector<Folder> folders_;                               // from the root of the work tree down
};

}  // namespace keysift
