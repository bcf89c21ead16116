// What `npm pack` takes in: https://docs.npmjs.com/cli/using-npm/developers#keeping-files-out-of-your-package
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "env/npm_pattern.h"
#include "env/work_tree.h"
#include "finding/coverage.h"

namespace keysift {

/// What the `workspaces` of all package.json files name.
class NpmWorkspaces {
 public:
  /// `manifests` are those of the work tree, sorted; other ones than package.json do not count.
  NpmWorkspaces(const WorkTree& tree, std::span<const std::string> manifests);

  /// The folder of the package.json that has the package in `folder` as a workspace. Folders are "" or end
  /// with '/'.
  std::optional<std::string> root_of(const std::string& folder) const;

  /// Whether the package.json in `folder` has a workspace that is there.
  bool is_root(const std::string& folder) const { return roots_.contains(folder); }

 private:
  std::map<std::string, std::string> root_of_;
  std::set<std::string> roots_;
};

/// One package.json and the folder it lies in, read as npm 11 does: `files` in package.json goes before a
/// .npmignore, that before a .gitignore of the same folder; git's other rules do not count.
class NpmPackage {
 public:
  /// `manifest` is the path of the package.json.
  NpmPackage(const WorkTree& tree, const std::string& manifest, const NpmWorkspaces& workspaces);

  /// Whether npm would publish it: it has a package.json that npm can read, and is not private.
  bool is_published() const { return is_published_; }

  /// How the file at `path`, relative to the work tree's root, stands; nothing if it lies elsewhere or npm
  /// never takes a file of this name.
  std::optional<Passage> passage_of(const std::string& path);

 private:
  struct Rule {
    NpmPattern pattern;
    Place by;  // without a path: npm's own
  };
  using Rules = std::vector<Rule>;

  // A folder on the way to a file.
  struct Level {
    std::string name;
    std::vector<const Rules*> rules;
    bool exact = false;  // the rules of the folders above let it in as it is
  };

  struct Decision {
    bool included = true;
    const Rule* rule = nullptr;
  };

  void read_manifest(const std::string& bytes);
  void add_files_rules(const std::string& bytes, const std::vector<std::string>& files);
  void add_workspace_rules(const std::string& root);
  Rules rules_in(const std::string& ignore_file);
  bool has_room_for(const NpmPattern& pattern);
  Rules* rules_of(const std::string& ignore_file);
  const Rules* strict_below(const std::string& name);
  void enter(std::vector<Level>& levels, const std::string& name, const std::string& folder, bool exact);
  Decision filter(std::span<const Level> levels, const std::string& entry, bool is_folder,
                  const std::string& name) const;
  Decision decide(const std::string& path);
  void close(Passage& passage);
  std::string advice_on(const Place& by, const std::string& name) const;
  std::string ignore_file_of(const std::string& folder) const;

  const WorkTree& tree_;
  std::string manifest_;
  std::string folder_;  // "" or ending with '/'
  std::string name_;
  bool is_published_ = false;
  bool has_workspaces_ = false;
  std::optional<Rules> files_;  // of `files` in the package.json
  Rules defaults_;
  Rules strict_;
  std::vector<std::string> required_;          // files that `files` names
  std::map<std::string, Rules> strict_below_;  // by the folder: "" for all that hold no such file
  std::map<std::string, Rules> ignore_files_;
  std::size_t cost_ = 0;  // of all patterns
};

}  // namespace keysift
