// What a commit has and none of its parents has.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "git/commit_graph.h"
#include "git/object.h"
#include "git/object_reader.h"
#include "git/tree_reader.h"

namespace keysift {

/// An entry of a commit's tree: no parent has the same object there, or none has anything of that name there.
/// Lives as long as the call it is handed to.
struct Addition {
  std::string_view folder;  ///< where the entry is: empty for the root, else ends with '/'; raw bytes
  Oid tree;                 ///< the tree object that has the entry
  TreeEntry entry;
  bool new_name = false;          ///< no parent has anything at this path
  std::span<const Oid> replaced;  ///< the blobs that parents have at this path

  bool is_blob() const { return entry.kind == TreeEntry::Kind::blob; }
  std::string path() const { return std::string(folder) + std::string(entry.name); }
};

/// Called with each addition. Returns whether the caller wants to see it again where the same tree, beside
/// the same ones of parents, stands at another path, too.
using AdditionVisitor = std::function<bool(const Addition& addition)>;

/// Compares commits with their parents, folder by folder, and reads only folders that differ. Not for use by
/// two threads at once.
class AdditionFinder {
 public:
  /// `objects` outlives the finder. Commits and trees that cannot be read go to `on_error` and count as
  /// empty.
  AdditionFinder(ObjectReader& objects, ObjectErrorSink on_error);

  /// Calls `visit` with each addition of `commit`: blobs, and names of files, folders and submodules. A
  /// commit without parents adds all that it has.
  void find(const CommitHeader& commit, const AdditionVisitor& visit);

 private:
  bool compare(const Oid& tree, const std::vector<Oid>& parents, std::string& folder, unsigned depth,
               const AdditionVisitor& visit);
  std::shared_ptr<const Tree> read(const Oid& tree, std::string_view folder);

  ObjectReader& objects_;
  TreeReader trees_;
  ObjectErrorSink on_error_;
  std::unordered_set<std::string> barren_;  // trees, with those of the parents, that hold nothing of interest
};

}  // namespace keysift
