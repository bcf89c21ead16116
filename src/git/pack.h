// Reading pack files and their indexes (git's gitformat-pack).
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "git/object.h"
#include "git/oid.h"

namespace keysift {

/// The kinds of entries of a pack, by git's numbers.
enum class PackKind : std::uint8_t {
  commit = 1,
  tree = 2,
  blob = 3,
  tag = 4,
  offset_delta = 6,
  ref_delta = 7
};

/// The type of an object that is stored whole; blob for a delta, of which the entry does not tell.
ObjectType object_type(PackKind kind);

/// What the header of a pack entry says.
struct PackEntry {
  PackKind kind = PackKind::blob;
  std::uint64_t size = 0;         ///< bytes when inflated: of the object, or of the delta
  std::size_t data = 0;           ///< offset of the zlib stream in the pack
  std::uint64_t base_offset = 0;  ///< of an offset delta: where its base starts in the pack
  Oid base_id;                    ///< of a ref delta: its base's name
};

/// A pack with its index. Every offset and count that the files state is checked against their sizes before
/// use.
class Pack {
 public:
  /// Maps `index_file` (.idx, versions 1 and 2) and the pack beside it (.pack, versions 2 and 3, which git
  /// reads alike). Throws Failure when they cannot be read or are of another version or shape.
  explicit Pack(const std::filesystem::path& index_file);

  const std::filesystem::path& index_file() const { return index_file_; }

  /// How many objects it holds. They are numbered in the order of their names.
  std::uint32_t size() const { return count_; }

  /// The name of object `number`.
  Oid id(std::uint32_t number) const { return Oid::from_raw(name(number)); }

  /// Starts loading the name of object `number`.
  void prefetch_id(std::uint32_t number) const { __builtin_prefetch(name(number)); }

  /// Starts loading the entry that starts at `offset`.
  void prefetch_entry(std::uint64_t offset) const { __builtin_prefetch(stream(offset).data()); }

  /// Where object `number` starts in the pack; nothing if the index points outside.
  std::optional<std::uint64_t> offset(std::uint32_t number) const;

  /// The number of the object of that name, if it is here. PackNames does it faster.
  std::optional<std::uint32_t> find(const Oid& id) const;

  /// The same, among the numbers from `low` up to and without `high`.
  std::optional<std::uint32_t> find(const Oid& id, std::uint32_t low, std::uint32_t high) const;

  /// How many objects have a name whose first byte is less than `byte` (0 to 256).
  std::uint32_t numbers_before(unsigned byte) const;

  /// The header of the entry at `offset`, which offset() gave; nothing if it is broken.
  std::optional<PackEntry> entry(std::uint64_t offset) const;

  /// Where its entries end: every offset is less.
  std::uint64_t end() const { return pack_end_; }

  /// The bytes of the pack from offset `data` on, up to the checksum at its end.
  std::string_view stream(std::size_t data) const { return pack_.bytes().substr(data, pack_end_ - data); }

 private:
  bool find_tables(std::size_t size);
  const char* name(std::uint32_t number) const { return names_ + step_ * number; }

  std::filesystem::path index_file_;
  MappedFile index_;
  MappedFile pack_;
  std::uint32_t count_ = 0;
  std::uint64_t large_count_ = 0;
  bool version_2_ = true;  // of the index
  std::size_t pack_end_ = 0;
  const char* fanout_ = nullptr;
  const char* names_ = nullptr;
  std::size_t step_ = Oid::kSize;  // from one name to the next, from one offset to the next
  std::size_t offset_step_ = 4;
  const char* offsets_ =
      nullptr;  // 4 bytes each; in version 2 the highest bit set: a number into what follows, 8 bytes each
};

/// The names in a pack, by their first bits: 4 bytes an object.
class PackNames {
 public:
  /// `pack` outlives this.
  explicit PackNames(const Pack& pack);

  /// The number of the object of that name, if it is in the pack.
  std::optional<std::uint32_t> find(const Oid& id) const;

  /// Starts loading what find() needs first.
  void prefetch(const Oid& id) const { __builtin_prefetch(&buckets_[bucket_of(id)]); }

 private:
  std::size_t bucket_of(const Oid& id) const;

  const Pack* pack_;
  unsigned bits_ = 1;
  std::vector<std::uint32_t> buckets_;  // by the first bits of a name: the first number there or later
};

}  // namespace keysift
