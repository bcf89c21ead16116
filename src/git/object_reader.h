// Reading single objects.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/mapped_file.h"
#include "git/inflate.h"
#include "git/object.h"
#include "git/object_database.h"

namespace keysift {

/// An object that is read in parts.
struct ObjectStream {
  Oid id;
  ObjectType type = ObjectType::blob;
  std::uint64_t size = 0;          ///< as its header says
  InflateStream bytes;             ///< the contents
  std::optional<MappedFile> file;  ///< that `bytes` come from, of a loose object
};

/// Reads objects by name, from packs and from loose files. A broken one is read from wherever else it is. Not
/// through libgit2, which never comes back from deltas in a circle nor from a loose file that is cut short.
/// Not for use by two threads at once.
class ObjectReader {
 public:
  /// `database` outlives the reader.
  explicit ObjectReader(const ObjectDatabase& database) : database_(database) {}

  /// The object of that name, until the next read; nothing if it is missing or broken.
  std::optional<Object> read(const Oid& id);

  /// Hands the object of that name to `take` or, if it is a blob of more than `most` bytes that is stored
  /// whole (what a delta makes cannot be read in parts), to `take_large`. False if it is missing or broken.
  bool read(const Oid& id, std::uint64_t most, const std::function<void(const Object&)>& take,
            const std::function<void(ObjectStream&)>& take_large);

  /// Why the last read() failed.
  const std::string& problem() const { return problem_; }

  /// Of what kind that is.
  Cause cause() const { return cause_; }

  /// Those of all objects asked for that the system did not let us read, and why. They are there, so that
  /// whoever takes no answer for an answer should tell.
  const std::map<Oid, std::string>& unreadable() const { return unreadable_; }

 private:
  // Contents, and what keeps them in memory.
  struct Contents {
    ObjectType type = ObjectType::blob;
    std::string_view bytes;
    std::shared_ptr<const void> owner;
  };
  using Entry = const char*;  // where an entry lies in a mapped pack: it names the entry

  std::optional<Contents> contents_of(const Oid& id, unsigned depth);
  std::optional<Contents> packed(const Pack& pack, std::uint32_t number, unsigned depth);
  std::optional<Contents> make(const PackEntry& entry, std::string_view stream, const Contents* base);
  std::optional<Contents> loose(ObjectStream stream);
  std::optional<ObjectStream> open_loose(const std::filesystem::path& objects, const Oid& id);
  std::optional<ObjectStream> open_large(const Oid& id, std::uint64_t most);
  void keep(Entry entry, const Contents& contents);
  std::nullopt_t fail(const std::string& problem, Cause cause = Cause::broken);

  const ObjectDatabase& database_;
  Inflater inflater_;
  std::unordered_map<Entry, Contents> kept_;
  std::size_t kept_bytes_ = 0;
  std::unordered_set<Entry> broken_;
  std::optional<Contents> current_;
  std::string problem_;
  Cause cause_ = Cause::broken;
  std::map<Oid, std::string> unreadable_;
};

/// The object of type `type` that `object` is or, as a tag, leads to; nothing if it leads elsewhere or is
/// missing.
std::optional<Oid> peel(ObjectReader& objects, const Oid& object, ObjectType type);

}  // namespace keysift
