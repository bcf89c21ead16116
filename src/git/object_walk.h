// Every object of a repository, once each.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "git/object.h"
#include "git/pack.h"
#include "git/pack_forest.h"
#include "git/repository.h"

namespace keysift {

/// What walking a repository's objects may use, and which are wanted.
struct ObjectWalkOptions {
  unsigned workers = 1;
  std::size_t memory =
      std::size_t{128}
      << 20;  ///< bytes of objects in memory, over all workers; a larger one is read by itself
  std::optional<ObjectType> only;  ///< leave out objects of other types
};

/// Reads single objects through libgit2. Not for use by two threads at once.
class ObjectReader {
 public:
  /// Opens the database of `repository`, which outlives the reader. Throws Failure when it cannot.
  explicit ObjectReader(const Repository& repository);

  explicit ObjectReader(GitHandle<git_odb, git_odb_free> database) : database_(std::move(database)) {}

  /// The object of that name, until the next read; nothing if it is missing or broken, and
  /// git_error_message() says why.
  std::optional<Object> read(const Oid& id);

 private:
  GitHandle<git_odb, git_odb_free> database_;
  GitHandle<git_odb_object, git_odb_object_free> current_;
  Range whole_;
};

/// The objects of a repository: packed, loose, and those of its alternates; reachable or not. Packs are
/// walked by our own reader; what that declines (another version of pack or index, broken entries, objects
/// over the memory limit) and loose objects are read through libgit2. A broken one is read from wherever else
/// it is.
class ObjectDatabase {
 public:
  /// Opens the packs, reads their entries' headers with `workers` threads and lists loose objects. Throws
  /// Failure when the database cannot be opened. What is wrong with single packs is told by walk().
  ObjectDatabase(const Repository& repository, unsigned workers);

  std::size_t size() const;
  bool contains(const Oid& id) const;

  /// Reads every object once. One that cannot be read goes to `on_error`; the others are read.
  void walk(const ObjectWalkOptions& options, const ObjectVisitor& visit,
            const ObjectErrorSink& on_error) const;

 private:
  void open_folder(const std::filesystem::path& objects, unsigned depth);
  void open_packs(const std::filesystem::path& objects);
  void list_loose(const std::filesystem::path& objects);
  void list_rest(const Repository& repository);
  bool is_packed(const Oid& id) const;
  bool is_broken(const Oid& id) const;
  std::vector<ObjectReader> single_places(const Oid& id) const;
  std::string read_anywhere(const Oid& id, ObjectReader& reader,
                            const std::function<void(const Object&)>& take) const;
  std::vector<std::vector<bool>> duplicates() const;
  void read_others(const std::vector<Oid>& ids, const ObjectWalkOptions& options, const ObjectVisitor& visit,
                   const ObjectErrorSink& on_error) const;

  std::filesystem::path git_dir_;
  std::unordered_set<std::string> folders_;  // object folders seen, so that alternates do not go round
  std::vector<Pack> packs_;
  std::vector<PackForest> forests_;                                  // by pack
  std::vector<std::pair<std::string, std::string>> declined_packs_;  // name and reason
  std::unordered_set<Oid, OidHash> others_;  // not in packs_: loose, or in declined packs
};

}  // namespace keysift
