// Section numbers are those of APPNOTE.TXT, PKWARE's description of the format, version 6.3.10.
#include "source/zip.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "git/inflate.h"
#include "source/zip_records.h"

namespace keysift {
namespace {

using namespace std::string_view_literals;
using namespace zip;

// Whether a local header states what the central directory does; or 0, as it may where that was not known
// when the header was written (4.4.4, bit 3). libarchive does not ask for the bit.
bool agree(std::uint32_t local, std::uint32_t central) { return local == 0 || local == central; }

bool agree(const Fields& local, const Fields& central) {
  return local.method == central.method && agree(local.crc, central.crc) &&
         agree(local.packed, central.packed) && agree(local.size, central.size);
}

// 4.4.4: how well it is deflated, a data descriptor, UTF-8. The rest is encryption, or not in use.
bool known_flags(std::uint32_t flags) {
  return (flags & ~std::uint32_t{1 << 1 | 1 << 2 | 1 << 3 | 1 << 11}) == 0;
}

// 4.4.5, and sizes that can be.
bool can_unpack(const Fields& fields) {
  constexpr std::uint32_t kStored = 0;
  constexpr std::uint32_t kDeflated = 8;
  if (fields.packed == kElsewhere32 || fields.size == kElsewhere32) return false;
  if (fields.method == kStored) return fields.packed == fields.size;
  return fields.method == kDeflated && is_plausible(fields.size, fields.packed);
}

// The member of an entry of the central directory. `before` is all that is before that directory.
std::optional<ZipMember> member_of(std::string_view entry, std::string_view before) {
  const auto central = central_fields(entry);
  const auto volume = number16(entry, 34);
  const std::size_t at = number32(entry, 42);
  if (volume != 0 || at == kElsewhere32 || at > before.size() || before.size() - at < kLocalSize)
    return std::nullopt;
  const auto rest = before.substr(at);
  if (!rest.starts_with("PK\3\4"sv)) return std::nullopt;
  const auto local = local_fields(rest);
  if (!known_flags(central.flags) || !known_flags(local.flags) || !can_unpack(central) ||
      !agree(local, central))
    return std::nullopt;
  const auto header_size = kLocalSize + local.name + local.extra;
  if (header_size > rest.size() || central.packed > rest.size() - header_size) return std::nullopt;
  return ZipMember{at, rest.substr(header_size, central.packed), central.method != 0, central.size,
                   central.crc};
}

// The central directory.
struct Directory {
  std::size_t at = 0;
  std::size_t count = 0;  // of entries
  std::string_view entries;
};

// Where the record is that ends an archive; npos if there is none, or more after it than its comment.
std::size_t end_record_of(std::string_view archive) {
  // As far back as libarchive looks. If it found none, it would go by the local headers.
  constexpr std::size_t kTail = 16 * 1024;
  const auto tail = archive.substr(archive.size() - std::min(archive.size(), kTail));
  if (tail.size() < kEndSize) return std::string_view::npos;
  const auto at = tail.rfind("PK\5\6"sv, tail.size() - kEndSize);
  if (at == std::string_view::npos || at == 0 || tail.size() - at != kEndSize + number16(tail, at + 20))
    return std::string_view::npos;
  return archive.size() - tail.size() + at;
}

std::optional<Directory> directory_of(std::string_view archive) {
  const auto end = end_record_of(archive);
  if (end == std::string_view::npos) return std::nullopt;
  const auto record = archive.substr(end);
  const std::size_t count = number16(record, 8);
  const std::size_t size = number32(record, 12);
  const std::size_t at = number32(record, 16);
  const bool one_volume =
      number16(record, 4) == 0 && number16(record, 6) == 0 && number16(record, 10) == count;
  const bool zip64 = count == kElsewhere16 ||
                     (end >= kLocatorSize && archive.substr(end - kLocatorSize).starts_with("PK\6\7"sv));
  // Bytes before the archive of which its offsets do not know would move the directory.
  if (!one_volume || zip64 || size > end || at != end - size) return std::nullopt;
  return Directory{at, count, archive.substr(at, size)};
}

// The size of the entry that `entries` begin with; 0 if they do not.
std::size_t entry_size(std::string_view entries) {
  if (entries.size() < kCentralSize || !entries.starts_with("PK\1\2"sv)) return 0;
  const auto fields = central_fields(entries);
  const auto size = kCentralSize + fields.name + fields.extra + number16(entries, 32);
  return size <= entries.size() ? size : 0;
}

// Puts members into the order in which they lie there. False if some overlap.
bool sort(std::vector<ZipMember>& members, std::string_view archive) {
  std::sort(members.begin(), members.end(),
            [](const ZipMember& a, const ZipMember& b) { return a.header < b.header; });
  const auto overlap = [&](const ZipMember& a, const ZipMember& b) {
    const auto end = static_cast<std::size_t>(a.packed.data() + a.packed.size() - archive.data());
    return b.header < end;
  };
  return std::adjacent_find(members.begin(), members.end(), overlap) == members.end();
}

// Whether a record is one that ends an archive of at most `size` bytes with something in it.
bool is_end_record(std::string_view record, std::size_t size) {
  const auto count = number16(record, 10);
  const auto directory = number32(record, 12);
  const bool zip64 = count == kElsewhere16 || directory == kElsewhere32;
  return number16(record, 4) == number16(record, 6) && number16(record, 8) == count && count > 0 &&
         record.size() - kEndSize >= number16(record, 20) &&
         (zip64 || (directory <= size && directory / kCentralSize >= count));
}

}  // namespace

std::vector<ZipMember> zip_members(std::string_view archive) {
  auto directory = directory_of(archive);
  if (!directory) return {};
  std::vector<ZipMember> members;
  for (auto& entries = directory->entries; !entries.empty();) {
    const auto size = entry_size(entries);
    if (size == 0 || members.size() == directory->count) return {};
    const auto member = member_of(entries.substr(0, size), archive.substr(0, directory->at));
    if (!member) return {};
    members.push_back(*member);
    entries.remove_prefix(size);
  }
  if (members.size() != directory->count || !sort(members, archive)) return {};
  return members;
}

bool ends_like_zip(std::string_view bytes) {
  constexpr std::size_t kMostComment = 0xffff;
  const auto tail = bytes.substr(bytes.size() - std::min(bytes.size(), kEndSize + kMostComment));
  // A byte that text does not have is found in no time.
  constexpr std::size_t kLast = 3;  // of the record's mark
  for (auto rest = tail.substr(0, tail.size() - std::min(tail.size(), kEndSize - kLast - 1));;) {
    const auto* last = static_cast<const char*>(memrchr(rest.data(), '\6', rest.size()));
    if (last == nullptr) return false;
    rest = rest.substr(0, static_cast<std::size_t>(last - rest.data()));
    if (rest.ends_with("PK\5"sv) && is_end_record(tail.substr(rest.size() - kLast), bytes.size()))
      return true;
  }
}

void ZipUnpacker::Free::operator()(libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

std::optional<std::string_view> ZipUnpacker::unpack(const ZipMember& member) {
  const auto bytes = member.deflated ? inflate(member) : member.packed;
  if (!bytes || libdeflate_crc32(0, bytes->data(), bytes->size()) != member.crc) return std::nullopt;
  return bytes;
}

std::optional<std::string_view> ZipUnpacker::inflate(const ZipMember& member) {
  if (!decompressor_) decompressor_.reset(libdeflate_alloc_decompressor());
  if (!decompressor_) throw std::bad_alloc();
  const auto size = member.size + Inflater::kRoom;
  make_room(size);
  std::size_t read = 0;
  std::size_t written = 0;
  const bool whole =
      libdeflate_deflate_decompress_ex(decompressor_.get(), member.packed.data(), member.packed.size(),
                                       room_.get(), size, &read, &written) == LIBDEFLATE_SUCCESS &&
      read == member.packed.size() && written == member.size;
  if (!whole) return std::nullopt;
  return std::string_view(room_.get(), written);
}

void ZipUnpacker::make_room(std::size_t size) {
  if (size <= room_size_) return;
  room_.reset();  // never both
  room_size_ = 0;
  room_ = std::make_unique_for_overwrite<char[]>(size);
  room_size_ = size;
}

}  // namespace keysift
