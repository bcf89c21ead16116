// What a Python source distribution takes in.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "env/work_tree.h"
#include "finding/coverage.h"
#include "git/ignore_file.h"
#include "rule/pattern.h"

namespace keysift {

/// A folder with a pyproject.toml, setup.py or setup.cfg. Known are two builders: setuptools, which takes
/// what MANIFEST.in names (https://setuptools.pypa.io/en/latest/userguide/miscellaneous.html) and, with
/// setuptools-scm, what git tracks; and hatchling, which takes what the nearest
/// .gitignore does not ignore, unless the pyproject.toml says otherwise
/// (https://hatch.pypa.io/latest/config/build/). Of others nothing is said.
class PythonSdist {
 public:
  /// `folder` is "" or ends with '/'.
  PythonSdist(const WorkTree& tree, std::string folder);

  /// How the file at `path`, relative to the work tree's root, stands; nothing if it lies elsewhere, or the
  /// builder would not take it anyway.
  std::optional<Passage> passage_of(const std::string& path, bool tracked) const;

 private:
  struct Command {
    Place by;
    bool takes_in = false;
    std::vector<std::unique_ptr<Pattern>> patterns;
  };

  // Patterns of .gitignore in a list of the pyproject.toml.
  struct Patterns {
    std::unique_ptr<IgnoreFile> file;  // none: there is no such list
    std::vector<std::size_t> lines;    // of the pyproject.toml, for each pattern
  };

  void read_project();
  struct Project;
  void read_hatch(const Project& project);
  void read_manifest();
  void add_command(std::string_view line, std::size_t number);
  // How the last of `patterns` that fits decides, and where it stands.
  struct Verdict {
    bool fits = false;  // else it has a '!'
    Place by;
  };

  void locate_git_rules();
  std::optional<Verdict> verdict_of(const Patterns& patterns, std::string_view within) const;
  std::optional<Verdict> hatch_exclusion(std::string_view within) const;
  void ask_setuptools(std::string_view within, bool tracked, Passage& passage) const;
  void ask_hatch(std::string_view within, Passage& passage) const;

  const WorkTree& tree_;
  std::string folder_;
  std::string project_;  // the path of the pyproject.toml
  std::string name_;
  bool uses_hatch_ = false;
  bool uses_other_ = false;
  bool uses_git_ = false;          // setuptools-scm
  std::vector<Command> commands_;  // of MANIFEST.in
  std::size_t patterns_ = 0;       // of all commands
  Patterns hatch_includes_;
  Patterns hatch_excludes_;
  Patterns hatch_artifacts_;               // goes before all that excludes
  std::unique_ptr<IgnoreFile> git_rules_;  // of the one .gitignore that hatchling goes by
};

}  // namespace keysift
