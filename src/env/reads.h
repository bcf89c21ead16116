// Which files with secrets code and scripts read.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "env/reference.h"
#include "env/work_tree.h"
#include "rule/pattern.h"

namespace keysift {

/// The ways to read such a file that rules/env/reads.toml lists. Threads may share it.
class Reads {
 public:
  static Reads built_in();

  /// Whether a file of this name may read one.
  bool wants(std::string_view path) const { return !ways_for(path).empty(); }

  /// Adds to `out` what the file at `path` reads, each file once. A path is looked up from the file's own
  /// folder, from the nearest one above that holds a project and from the root; where no such file is there,
  /// it is expected in the project's. What a project's own file, such as package.json, names lies beside it.
  /// Comments, and paths that are put together when the code runs, are left out.
  void find(std::string_view path, std::string_view bytes, const WorkTree& tree,
            std::vector<Reference>& out) const;

 private:
  struct Way {
    std::string keyword;
    std::size_t pivot = 0;  // where "nv" stands in the keyword; npos: nowhere
    std::unique_ptr<Pattern> pattern;
    std::string usual;  // what is read where none is named; may be empty
  };

  std::vector<const Way*> ways_for(std::string_view path) const;
  std::vector<const Way*> ways_in(std::string_view path, std::string_view bytes) const;

  std::vector<std::unique_ptr<Way>> ways_;
  std::unordered_map<std::string, std::vector<const Way*>> by_name_;    // a whole name
  std::unordered_map<std::string, std::vector<const Way*>> by_ending_;  // what follows the last dot
};

}  // namespace keysift
