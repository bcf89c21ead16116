// What the commits of a range add.
#pragma once
#include <cstddef>
#include <string>
#include <unordered_set>
#include <vector>

#include "git/additions.h"
#include "git/commit_range.h"
#include "git/object_database.h"
#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// Hands on, once each, the blobs that a commit of the range has where no parent has them, members of
/// archives included, and the commits' messages; and the names that a commit has where no parent has them, as
/// blobs with the origin `path`, the tree as object, and the name for a path too. Where each of them stands
/// in history, sightings() tells. What cannot be read goes to `on_error`. Up to `threads` workers.
void read_range(const ObjectDatabase& database, const CommitRange& range, unsigned threads,
                const ReadOptions& options, const BlobSink& sink, const ErrorSink& on_error);

/// One place where a commit of a range adds a blob or a name.
struct Sighting {
  std::size_t commit = 0;  ///< in CommitRange::commits
  std::string path;        ///< raw bytes
  Oid blob;
  Oid tree;  ///< that has the entry
  std::string name;
  bool is_blob = false;
  bool new_name = false;
  std::vector<Oid> replaced;  ///< the blobs that parents have at this path
};

/// Sightings, sorted by commit, then path.
struct Sightings {
  std::vector<Sighting> all;
  bool cut = false;  ///< there are more
};

/// Where the commits of the range add any of the blobs, or names in any of the trees, in `objects`. Where
/// they do so at very many places, as only forged ones do, some of them are told, of each object in each
/// commit if that can be.
Sightings sightings(const ObjectDatabase& database, const CommitRange& range, unsigned threads,
                    const std::unordered_set<Oid, OidHash>& objects, const ErrorSink& on_error);

}  // namespace keysift
