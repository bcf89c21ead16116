// What the index has and no commit that the next one will stand on.
#pragma once
#include <string>
#include <vector>

#include "git/object_reader.h"
#include "git/repository.h"

namespace keysift {

/// A file that the next commit will have and none of its parents has at this path.
struct StagedFile {
  std::string path;  ///< raw bytes
  Oid blob;
  std::vector<Oid> replaced;  ///< the blobs that parents have at this path; none: the path is new
  std::size_t known = 0;      ///< so many bytes of the path name folders that a parent has
};

struct StagedChanges {
  std::vector<StagedFile> files;  ///< sorted by path
  std::vector<Oid> deleted;       ///< blobs and trees that HEAD has at paths that the index lacks
};

/// Compares the index with HEAD and, while a merge is under way, with what is merged, as `git diff --cached`
/// does. Folders that the index knows to be unchanged are passed over unread. Submodules and files that are
/// only announced (`git add -N`) are left out; of a file in conflict each version counts. Throws Failure when
/// the index, HEAD or a tree of theirs cannot be read: what a commit adds would not be known.
StagedChanges staged_changes(const Repository& repository, ObjectReader& objects);

}  // namespace keysift
