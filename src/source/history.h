// All that a repository's objects hold.
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "git/commit_graph.h"
#include "git/object_walk.h"
#include "git/repository.h"
#include "git/tree_links.h"
#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// An object that a commit names and the database lacks.
struct MissingLink {
  Oid commit;
  Oid object;
};

/// What reading a history teaches besides its blobs.
struct HistorySummary {
  std::vector<std::vector<CommitHeader>> commits;  ///< all of them, in no order, as the workers read them
  std::vector<MissingLink>
      missing_links;  ///< trees and parents of commits, but for parents that a shallow clone cut off
  std::set<Oid> missing_entries;   ///< what trees name and the database lacks
  std::optional<TreeLinks> links;  ///< of all trees that can be read, if anything was wanted
  NameSet named;                   ///< of the names that were asked for, those that trees may have
};

/// Hands on every blob, and the headers and the message of every commit and tag, of a repository once,
/// whether a ref reaches it or not (amended, dropped, staged once and never committed); and each tree,
/// without its bytes and followed by what may be names in it (a key can be a file's name), with the name as
/// the path: those that are new in it, if they can hold a secret. A blob over the memory limit is handed on
/// in pieces, if it can be read so. After a blob that is an archive come its members. Trees come last; before
/// them `wanted` is asked once for the blobs whose places in trees are of interest. With `named`, files are
/// also asked for by their names. What cannot be read goes to `on_error`.
HistorySummary read_history(const Repository& repository, const ObjectWalk& objects,
                            const ObjectWalkOptions& options, const ReadOptions& reading,
                            const BlobSink& sink, const std::function<std::vector<Oid>()>& wanted,
                            const ErrorSink& on_error, const NameTest& named = {});

/// Whether a tree may name a file that is asked for, and if so, the commits: what read_history() would tell
/// of them, without reading any blob.
HistorySummary read_names(const ObjectWalk& objects, const ObjectWalkOptions& options, const NameTest& named,
                          const ErrorSink& on_error);

}  // namespace keysift
