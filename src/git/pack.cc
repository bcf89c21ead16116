#include "git/pack.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/big_endian.h"
#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kPackHeader = 12;  // "PACK", version, count
constexpr std::size_t kTrailer = 20;     // SHA-1 of what is before it
constexpr std::size_t kIndexHeader = 8;
constexpr std::size_t kFanout = 256 * 4;
constexpr std::uint32_t kLargeOffset = 0x80000000U;

}  // namespace

ObjectType object_type(PackKind kind) {
  switch (kind) {
    case PackKind::commit:
      return ObjectType::commit;
    case PackKind::tree:
      return ObjectType::tree;
    case PackKind::tag:
      return ObjectType::tag;
    default:
      return ObjectType::blob;
  }
}

Pack::Pack(const std::filesystem::path& index_file)
    : index_file_(index_file),
      index_(index_file, MappedFile::Load::at_once),
      pack_(std::filesystem::path(index_file).replace_extension(".pack")) {
  const auto fail = [&](const char* what) { return Failure(printable(index_file.native()) + ": " + what); };
  const auto pack = pack_.bytes();
  if (pack.size() < kPackHeader + kTrailer) throw fail("the pack beside it is cut short");
  const auto version = big_endian_32(pack.data() + 4);
  if (!pack.starts_with("PACK") || (version != 2 && version != 3))
    throw fail("the pack beside it is not of version 2 or 3");
  pack_end_ = pack.size() - kTrailer;
  const auto index = index_.bytes();
  version_2_ = index.starts_with("\377tOc");
  const auto header = version_2_ ? kIndexHeader : 0;
  if (index.size() < header + kFanout + 2 * kTrailer) throw fail("the pack index is cut short");
  if (version_2_ && big_endian_32(index.data() + 4) != 2)
    throw fail("the pack index is not of version 1 or 2");
  fanout_ = index.data() + header;
  for (unsigned byte = 1; byte <= 256; ++byte) {
    if (numbers_before(byte) < numbers_before(byte - 1))
      throw fail("the pack index is broken: its counts go down");
  }
  count_ = numbers_before(256);
  if (!find_tables(index.size() - header - kFanout - 2 * kTrailer))
    throw fail("the pack index is broken: it lacks entries");
}

// Version 1: an offset and a name for each object. Version 2: all names, all CRC-32, all offsets, large ones.
bool Pack::find_tables(std::size_t size) {
  const auto* const tables = fanout_ + kFanout;
  const auto per_object = Oid::kSize + 4 + (version_2_ ? 4 : 0);
  if (count_ >= kLargeOffset || size / per_object < count_) return false;
  if (!version_2_) {
    offsets_ = tables;
    names_ = tables + 4;
    step_ = offset_step_ = per_object;
    return true;
  }
  names_ = tables;
  offsets_ = names_ + (Oid::kSize + 4) * std::size_t{count_};
  large_count_ = (size - per_object * count_) / 8;
  return true;
}

std::uint32_t Pack::numbers_before(unsigned byte) const {
  return byte == 0 ? 0 : big_endian_32(fanout_ + 4 * (byte - 1));
}

std::optional<std::uint64_t> Pack::offset(std::uint32_t number) const {
  std::uint64_t offset = big_endian_32(offsets_ + offset_step_ * number);
  if (version_2_ && offset >= kLargeOffset) {
    const auto large = offset - kLargeOffset;
    if (large >= large_count_) return std::nullopt;
    offset = big_endian_64(offsets_ + 4 * std::size_t{count_} + 8 * large);
  }
  if (offset < kPackHeader || offset >= pack_end_) return std::nullopt;
  return offset;
}

std::optional<std::uint32_t> Pack::find(const Oid& id) const {
  const unsigned first = id.bytes[0];
  const auto low = numbers_before(first);
  const auto high = numbers_before(first + 1);
  // Names are spread evenly: where it should be, and what lies around that. A binary search of the whole
  // range was a tenth of looking at ten commits.
  const auto rest = big_endian_32(reinterpret_cast<const char*>(id.bytes.data())) & 0xffffff;
  const auto guess = low + static_cast<std::uint32_t>(std::uint64_t{high - low} * rest >> 24);
  const auto is_before = [&](std::uint32_t number) {
    return std::memcmp(name(number), id.bytes.data(), Oid::kSize) < 0;
  };
  for (std::uint32_t reach = 16; reach < high - low; reach *= 4) {
    const auto from = guess - std::min(reach, guess - low);
    const auto to = high - guess > reach ? guess + reach : high;
    if ((from == low || is_before(from)) && (to == high || !is_before(to)))
      return find(id, from, std::min(to + 1, high));
  }
  return find(id, low, high);
}

std::optional<std::uint32_t> Pack::find(const Oid& id, std::uint32_t low, std::uint32_t high) const {
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const int order = std::memcmp(name(middle), id.bytes.data(), Oid::kSize);
    if (order == 0) return middle;
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return std::nullopt;
}

std::optional<PackEntry> Pack::entry(std::uint64_t offset) const {
  const auto bytes = pack_.bytes().substr(0, pack_end_);
  auto at = static_cast<std::size_t>(offset);
  const auto next = [&]() -> std::optional<unsigned> {
    if (at >= bytes.size()) return std::nullopt;
    return static_cast<unsigned char>(bytes[at++]);
  };
  PackEntry entry;
  auto byte = next();
  if (!byte) return std::nullopt;
  const unsigned kind = *byte >> 4 & 7;
  if (kind == 0 || kind == 5) return std::nullopt;
  entry.kind = static_cast<PackKind>(kind);
  entry.size = *byte & 15;
  for (unsigned shift = 4; (*byte & 128) != 0; shift += 7) {
    byte = next();
    if (!byte || shift > 56) return std::nullopt;
    entry.size |= std::uint64_t{*byte & 127} << shift;
  }
  if (entry.kind == PackKind::offset_delta) {
    byte = next();
    if (!byte) return std::nullopt;
    std::uint64_t back = *byte & 127;
    while ((*byte & 128) != 0) {
      byte = next();
      if (!byte || back >> 56 != 0) return std::nullopt;
      back = (back + 1) << 7 | (*byte & 127);
    }
    if (back == 0 || back > offset) return std::nullopt;
    entry.base_offset = offset - back;
  } else if (entry.kind == PackKind::ref_delta) {
    if (bytes.size() - at < Oid::kSize) return std::nullopt;
    entry.base_id = Oid::from_raw(bytes.data() + at);
    at += Oid::kSize;
  }
  entry.data = at;
  return entry;
}

// About as many buckets as there are names, which are spread evenly: two cache misses instead of the dozen of
// a binary search (looking up what trees name took a sixth of a scan of git's history).
PackNames::PackNames(const Pack& pack) : pack_(&pack) {
  while (bits_ < 24 && std::uint32_t{1} << bits_ < pack.size()) ++bits_;
  buckets_.assign((std::size_t{1} << bits_) + 1, 0);
  for (std::uint32_t number = 0; number < pack.size(); ++number) ++buckets_[bucket_of(pack.id(number)) + 1];
  std::partial_sum(buckets_.begin(), buckets_.end(), buckets_.begin());
}

std::size_t PackNames::bucket_of(const Oid& id) const {
  return big_endian_32(reinterpret_cast<const char*>(id.bytes.data())) >> (32 - bits_);
}

std::optional<std::uint32_t> PackNames::find(const Oid& id) const {
  const auto bucket = bucket_of(id);
  return pack_->find(id, buckets_[bucket], buckets_[bucket + 1]);
}

}  // namespace keysift
