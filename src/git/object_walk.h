// Every object of a repository, once each.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "git/oid.h"
#include "git/repository.h"

namespace keysift {

enum class ObjectType { commit, tree, blob, tag };

/// An object's contents, without git's header. Lives as long as the call it is handed to.
struct Object {
  Oid id;
  ObjectType type;
  std::string_view bytes;
};

/// Called with each object and the number of the worker that read it; several workers call at the same time.
using ObjectVisitor = std::function<void(const Object& object, unsigned worker)>;

/// Called with what could not be read and why; several workers call at the same time.
using ObjectErrorSink =
    std::function<void(const std::string& object, const std::string& message, unsigned worker)>;

/// The objects of a repository: packed, loose, and those of its alternates; reachable or not.
class ObjectDatabase {
 public:
  /// Lists the objects. Throws Failure when the database cannot be opened.
  explicit ObjectDatabase(const Repository& repository);

  std::size_t size() const { return objects_.size(); }
  bool contains(const Oid& id) const { return known_.contains(id); }

  /// Reads every object once, on `workers` threads. One that cannot be read goes to `on_error`; the others
  /// are read.
  void walk(unsigned workers, const ObjectVisitor& visit, const ObjectErrorSink& on_error) const;

 private:
  std::filesystem::path git_dir_;
  std::vector<Oid> objects_;  // as they lie in the packs, which is how they are read fastest
  std::unordered_set<Oid, OidHash> known_;
};

/// Reads single objects. Not for use by two threads at once.
class ObjectReader {
 public:
  /// Opens the database of `repository`, which outlives the reader. Throws Failure when it cannot.
  explicit ObjectReader(const Repository& repository);

  /// The object of that name, until the next read; nothing if it is missing or broken, and
  /// git_error_message() says why.
  std::optional<Object> read(const Oid& id);

 private:
  GitHandle<git_odb, git_odb_free> database_;
  GitHandle<git_odb_object, git_odb_object_free> current_;
};

}  // namespace keysift
