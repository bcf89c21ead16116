// Every object of a repository, once each.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <unordered_set>
#include <vector>

#include "git/object.h"
#include "git/object_database.h"
#include "git/object_reader.h"
#include "git/pack_forest.h"

namespace keysift {

/// What walking a repository's objects may use.
struct ObjectWalkOptions {
  unsigned workers = 1;
  std::size_t memory = std::size_t{128} << 20;  ///< bytes of objects in memory, over all workers
};

/// Called with each blob that is more than a worker may have in memory; several workers call at the same
/// time.
using LargeObjectVisitor = std::function<void(ObjectStream& object, unsigned worker)>;

/// All objects of a database: packed, loose, and those of its alternates; reachable or not.
class ObjectWalk {
 public:
  /// Reads the headers of all entries of packs with `workers` threads and lists loose objects. `database`
  /// outlives the walk.
  ObjectWalk(const ObjectDatabase& database, unsigned workers);

  const ObjectDatabase& database() const { return database_; }
  std::size_t size() const;
  bool contains(const Oid& id) const { return is_packed(id) || loose_.contains(id); }

  /// Starts loading what contains() needs: two thirds of its time is waiting.
  void prefetch(const Oid& id) const {
    for (const auto& forest : forests_) forest.prefetch(id);
  }

  /// Reads every object once, trees after all others; `before_trees`, if there is one, is called in between.
  /// Blobs over the limit go to `visit_large`, unless they are made by deltas or nobody wants them:
  /// `visit_large` is empty. An object or a whole pack that cannot be read goes to `on_error`; the others are
  /// read.
  void run(const ObjectWalkOptions& options, const ObjectVisitor& visit,
           const LargeObjectVisitor& visit_large, const ObjectErrorSink& on_error,
           const std::function<void()>& before_trees = nullptr) const;

  /// Reads every object of one part once.
  void run_part(ObjectPart part, const ObjectWalkOptions& options, const ObjectVisitor& visit,
                const ObjectErrorSink& on_error) const;

 private:
  class Run;
  bool is_packed(const Oid& id) const;
  std::vector<std::vector<bool>> duplicates() const;

  const ObjectDatabase& database_;
  std::vector<PackForest> forests_;                 // by pack
  std::unordered_set<Oid, OidHash> loose_;          // in no pack
  std::vector<ObjectDatabase::Declined> declined_;  // folders of loose objects
};

}  // namespace keysift
