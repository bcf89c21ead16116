// Packs written byte for byte, right or wrong (git's gitformat-pack).
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "git/object.h"
#include "git/oid.h"

namespace keysift::test {

/// git's name for an object.
Oid name_of(ObjectType type, std::string_view bytes);

/// `bytes` as a zlib stream.
std::string deflated(std::string_view bytes);

/// The SHA-1 of `bytes`, raw.
std::string sha1(std::string_view bytes);

/// `value` in `width` bytes, the highest first.
std::string big_endian(std::uint64_t value, int width);

/// A delta's header.
std::string delta_header(std::uint64_t base_size, std::uint64_t result_size);

/// The instruction that copies `size` (1 to 0xffffff) bytes from `offset` of the base.
std::string copy(std::uint64_t offset, std::uint64_t size);

/// The instruction that inserts `text`, of 1 to 127 bytes.
std::string insert(std::string_view text);

/// A pack and its index in the making. Nothing is checked, so that both can be told lies.
class PackBuilder {
 public:
  /// Each adds an entry and returns the offset at which it starts.
  std::uint64_t add(ObjectType type, std::string_view bytes);
  std::uint64_t add_offset_delta(const Oid& id, std::uint64_t base, std::string_view delta);
  std::uint64_t add_ref_delta(const Oid& id, const Oid& base, std::string_view delta);

  /// An entry of which every part is given: its kind as a number, the size it claims, what stands between
  /// header and data, the data as they are.
  std::uint64_t add_entry(const Oid& id, unsigned kind, std::uint64_t size, std::string_view base,
                          std::string_view data);

  /// Lets the index claim that an object starts at `offset`.
  void claim(const Oid& id, std::uint64_t offset) { places_.emplace_back(id, offset); }

  /// Where the next entry will start.
  std::uint64_t end() const { return kHeader + entries_.size(); }

  std::string pack() const;
  std::string index() const;

  /// Writes pack-NAME.pack and pack-NAME.idx into `folder`, which is made; returns the index's path.
  std::filesystem::path write(const std::filesystem::path& folder, const std::string& name = "test") const;

 private:
  static constexpr std::uint64_t kHeader = 12;
  std::string entries_;
  std::vector<std::pair<Oid, std::uint64_t>> places_;
};

/// How far back the base of an offset delta is, as such an entry says it.
std::string distance(std::uint64_t back);

/// Writes a file in place of one that may be write-protected, as git's are.
void replace_file(const std::filesystem::path& path, std::string_view bytes);

/// A file's bytes.
std::string bytes_of(const std::filesystem::path& path);

}  // namespace keysift::test
