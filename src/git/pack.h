// Reading pack files and their indexes (git's gitformat-pack).
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/mapped_file.h"
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
  /// Maps `index_file` (.idx, version 2) and the pack beside it (.pack, version 2). Throws Failure when they
  /// cannot be read or are of another version or shape.
  explicit Pack(const std::filesystem::path& index_file);

  const std::filesystem::path& index_file() const { return index_file_; }

  /// How many objects it holds. They are numbered in the order of their names.
  std::uint32_t size() const { return count_; }

  /// The name of object `number`.
  Oid id(std::uint32_t number) const { return Oid::from_raw(names_ + Oid::kSize * number); }

  /// Starts loading the name of object `number`.
  void prefetch_id(std::uint32_t number) const { __builtin_prefetch(names_ + Oid::kSize * number); }

  /// Where object `number` starts in the pack; nothing if the index points outside.
  std::optional<std::uint64_t> offset(std::uint32_t number) const;

  /// The number of the object of that name, if it is here.
  std::optional<std::uint32_t> find(const Oid& id) const;

  /// How many objects have a name whose first byte is less than `byte` (0 to 256).
  std::uint32_t numbers_before(unsigned byte) const;

  /// The header of the entry at `offset`, which offset() gave; nothing if it is broken.
  std::optional<PackEntry> entry(std::uint64_t offset) const;

  /// Where its entries end: every offset is less.
  std::uint64_t end() const { return pack_end_; }

  /// The bytes of the pack from offset `data` on, up to the checksum at its end.
  std::string_view stream(std::size_t data) const { return pack_.bytes().substr(data, pack_end_ - data); }

 private:
  void make_buckets();
  std::size_t bucket_of(const char* name) const;

  std::filesystem::path index_file_;
  MappedFile index_;
  MappedFile pack_;
  std::uint32_t count_ = 0;
  std::uint64_t large_offsets_ = 0;
  std::size_t pack_end_ = 0;
  const char* fanout_ = nullptr;
  unsigned bucket_bits_ = 1;
  std::vector<std::uint32_t> buckets_;  // by the first bits of a name: the first number there or later
  const char* names_ = nullptr;
  const char* offsets_ =
      nullptr;  // 4 bytes each; the highest bit set: a number into what follows, 8 bytes each
};

}  // namespace keysift
