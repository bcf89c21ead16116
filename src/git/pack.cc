#include "git/pack.h"

#include <cstring>
#include <numeric>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kPackHeader = 12;  // "PACK", version, count
constexpr std::size_t kTrailer = 20;     // SHA-1 of what is before it
constexpr std::size_t kIndexHeader = 8;
constexpr std::size_t kFanout = 256 * 4;
constexpr std::uint32_t kLargeOffset = 0x80000000U;

std::uint32_t big_endian_32(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}

std::uint64_t big_endian_64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap64(value);
}

}  // namespace

Pack::Pack(const std::filesystem::path& index_file)
    : index_file_(index_file),
      index_(index_file),
      pack_(std::filesystem::path(index_file).replace_extension(".pack")) {
  const auto fail = [&](const char* what) { return Failure(printable(index_file.native()) + ": " + what); };
  const auto index = index_.bytes();
  const auto pack = pack_.bytes();
  if (index.size() < kIndexHeader + kFanout + 2 * kTrailer) throw fail("the pack index is cut short");
  if (!index.starts_with("\377tOc") || big_endian_32(index.data() + 4) != 2) {
    throw fail("no pack index of version 2");
  }
  if (pack.size() < kPackHeader + kTrailer) throw fail("the pack beside it is cut short");
  if (!pack.starts_with("PACK") || big_endian_32(pack.data() + 4) != 2)
    throw fail("the pack beside it is not of version 2");
  fanout_ = index.data() + kIndexHeader;
  for (unsigned byte = 1; byte <= 256; ++byte) {
    if (numbers_before(byte) < numbers_before(byte - 1))
      throw fail("the pack index is broken: its counts go down");
  }
  count_ = numbers_before(256);
  const auto tables = index.size() - kIndexHeader - kFanout - 2 * kTrailer;
  const auto per_object = Oid::kSize + 4 + 4;  // name, CRC-32, offset
  if (count_ >= kLargeOffset || tables / per_object < count_)
    throw fail("the pack index is broken: it lacks entries");
  names_ = fanout_ + kFanout;
  offsets_ = names_ + (Oid::kSize + 4) * std::size_t{count_};
  large_offsets_ = (tables - per_object * count_) / 8;
  pack_end_ = pack.size() - kTrailer;
  make_buckets();
}

std::uint32_t Pack::numbers_before(unsigned byte) const {
  return byte == 0 ? 0 : big_endian_32(fanout_ + 4 * (byte - 1));
}

std::optional<std::uint64_t> Pack::offset(std::uint32_t number) const {
  std::uint64_t offset = big_endian_32(offsets_ + 4 * std::size_t{number});
  if (offset >= kLargeOffset) {
    const auto large = offset - kLargeOffset;
    if (large >= large_offsets_) return std::nullopt;
    offset = big_endian_64(offsets_ + 4 * std::size_t{count_} + 8 * large);
  }
  if (offset < kPackHeader || offset >= pack_end_) return std::nullopt;
  return offset;
}

// About as many buckets as there are names, which are spread evenly: two cache misses instead of the dozen of
// a binary search (looking up what trees name took a sixth of a scan of git's history).
void Pack::make_buckets() {
  while (bucket_bits_ < 24 && std::uint32_t{1} << bucket_bits_ < count_) ++bucket_bits_;
  buckets_.assign((std::size_t{1} << bucket_bits_) + 1, 0);
  for (std::uint32_t number = 0; number < count_; ++number)
    ++buckets_[bucket_of(names_ + Oid::kSize * number) + 1];
  std::partial_sum(buckets_.begin(), buckets_.end(), buckets_.begin());
}

std::size_t Pack::bucket_of(const char* name) const { return big_endian_32(name) >> (32 - bucket_bits_); }

std::optional<std::uint32_t> Pack::find(const Oid& id) const {
  const auto bucket = bucket_of(reinterpret_cast<const char*>(id.bytes.data()));
  auto low = buckets_[bucket];
  auto high = buckets_[bucket + 1];
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const int order = std::memcmp(names_ + Oid::kSize * middle, id.bytes.data(), Oid::kSize);
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

}  // namespace keysift
