#include "source/zip_layout.h"

#include <algorithm>

#include "source/zip_records.h"

namespace keysift {
namespace {

using namespace std::string_view_literals;
using namespace zip;

constexpr std::size_t kBlock = 64 * 1024;

// The central directory.
struct Directory {
  std::uint64_t at = 0;
  std::uint64_t end = 0;    // of the record behind it
  std::uint64_t moved = 0;  // how many bytes are in front of the archive of which its offsets do not know
};

// 4.3.14, which the locator leads to; nothing unless libarchive would take it.
std::optional<Directory> zip64_directory(const BytesAt& bytes, std::string_view locator, std::uint64_t end) {
  constexpr std::size_t kRecordSize = 56;
  if (number32(locator, 4) != 0 || number32(locator, 16) != 1) return std::nullopt;
  const auto record = bytes(number64(locator, 8), kRecordSize);
  if (record.size() < kRecordSize || !record.starts_with("PK\6\6"sv) || number32(record, 16) != 0 ||
      number32(record, 20) != 0 || number64(record, 24) != number64(record, 32) ||
      number64(record, 4) > kBlock / 4 - 12)
    return std::nullopt;
  return Directory{number64(record, 48), end, 0};
}

// Nothing unless libarchive would find the same.
std::optional<Directory> directory_of(const BytesAt& bytes, std::uint64_t size) {
  constexpr std::size_t kTail = 16 * 1024;
  const auto begin = size - std::min<std::uint64_t>(size, kTail);
  const std::string tail(bytes(begin, kTail));
  if (tail.size() < kEndSize) return std::nullopt;
  const auto at = std::string_view(tail).rfind("PK\5\6"sv, tail.size() - kEndSize);
  if (at == std::string::npos || at == 0) return std::nullopt;
  const auto record = std::string_view(tail).substr(at);
  const auto end = std::min(size, begin + at + kEndSize + number16(record, 20));
  if (at >= kLocatorSize && tail.compare(at - kLocatorSize, 4, "PK\6\7") == 0)
    return zip64_directory(bytes, std::string_view(tail).substr(at - kLocatorSize), end);
  const std::uint64_t stated_size = number32(record, 12);
  const std::uint64_t stated_at = number32(record, 16);
  if (number16(record, 4) != 0 || number16(record, 6) != 0 || number16(record, 8) != number16(record, 10) ||
      stated_at + stated_size > begin + at)
    return std::nullopt;
  const auto found = begin + at - stated_size;
  return Directory{found, end, found - stated_at};
}

struct Listed {
  ZipEntry entry;
  std::uint64_t packed = 0;
};

// 4.5.3: of the numbers that are 0xffffffff in a header, the real ones.
class Zip64Field {
 public:
  explicit Zip64Field(std::string_view extra) {
    constexpr std::size_t kHead = 4;
    while (extra.size() >= kHead) {
      const auto size = std::min<std::size_t>(number16(extra, 2), extra.size() - kHead);
      if (number16(extra, 0) == 1) numbers_ = extra.substr(kHead, size);
      extra.remove_prefix(kHead + size);
    }
  }
  std::uint64_t real(std::uint32_t stated) {
    if (stated != kElsewhere32 || numbers_.size() < 8) return stated;
    const auto value = number64(numbers_, 0);
    numbers_.remove_prefix(8);
    return value;
  }

 private:
  std::string_view numbers_;
};

Listed listed(std::string_view entry, std::uint64_t moved) {
  constexpr std::uint32_t kKind = 0170000;  // of Unix, in the upper half
  constexpr std::uint32_t kLink = 0120000;
  const auto fields = central_fields(entry);
  Zip64Field zip64(entry.substr(kCentralSize + fields.name, fields.extra));
  zip64.real(fields.size);
  const auto packed = zip64.real(fields.packed);
  const auto at = number32(entry, 42);
  const bool plain_link = fields.method == 0 && (number32(entry, 38) >> 16 & kKind) == kLink;
  return {{at == kElsewhere32 ? zip64.real(at) : at + moved, packed > 0 && !plain_link}, packed};
}

// Nothing if it cannot be read to its end.
std::optional<std::vector<Listed>> entries_of(const BytesAt& bytes, const Directory& directory) {
  std::vector<Listed> all;
  constexpr std::size_t kMost = kCentralSize + 3 * std::size_t{kElsewhere16};  // of an entry
  constexpr std::size_t kRead = 4 * kMost;
  std::string_view block;
  bool more = true;
  for (auto at = directory.at; at < directory.end;) {
    if (more && block.size() < kMost) {
      block = bytes(at, kRead);
      more = block.size() == kRead;
    }
    if (block.starts_with("PK\5\6"sv) || block.starts_with("PK\6\6"sv)) return all;
    if (block.size() < kCentralSize || !block.starts_with("PK\1\2"sv)) return std::nullopt;
    const auto fields = central_fields(block);
    const auto size = kCentralSize + fields.name + fields.extra + number16(block, 32);
    if (size > block.size()) return std::nullopt;
    all.push_back(listed(block.substr(0, size), directory.moved));
    at += size;
    block.remove_prefix(size);
  }
  return std::nullopt;
}

// Where a member ends; nothing if its header is not there.
std::optional<std::uint64_t> end_of(const BytesAt& bytes, const Listed& member) {
  const auto header = bytes(member.entry.at, kLocalSize);
  if (header.size() < kLocalSize || !header.starts_with("PK\3\4"sv)) return std::nullopt;
  const auto fields = local_fields(header);
  // Where they differ, libarchive goes by the local one.
  const bool stated = fields.packed != 0 && fields.packed != kElsewhere32;
  return member.entry.at + kLocalSize + fields.name + fields.extra + (stated ? fields.packed : member.packed);
}

// A version and a method that there are (4.4.3, 4.4.5), and a name.
bool is_plausible(std::string_view header) {
  constexpr unsigned char kNewest = 63;
  const auto fields = local_fields(header);
  return static_cast<unsigned char>(header[4]) <= kNewest &&
         (fields.method <= 20 || (fields.method >= 93 && fields.method <= 99)) && fields.name > 0;
}

}  // namespace

ZipLayout zip_layout(const BytesAt& bytes, std::uint64_t size) {
  const ZipLayout none{false, {}, {{0, size}}};
  const auto directory = directory_of(bytes, size);
  if (!directory) return none;
  auto entries = entries_of(bytes, *directory);
  if (!entries) return none;
  const auto before = [](const Listed& a, const Listed& b) { return a.entry.at < b.entry.at; };
  const auto same = [](const Listed& a, const Listed& b) { return a.entry.at == b.entry.at; };
  std::stable_sort(entries->begin(), entries->end(), before);
  entries->erase(std::unique(entries->begin(), entries->end(), same), entries->end());
  ZipLayout layout{true, {}, {}};
  std::uint64_t done = 0;
  const auto pass = [&](std::uint64_t begin, std::uint64_t end) {
    if (begin > done) layout.rest.push_back({done, begin});
    done = std::max(done, end);
  };
  for (const auto& entry : *entries) {
    const auto end = end_of(bytes, entry);
    if (!end) return none;
    layout.entries.push_back(entry.entry);
    pass(entry.entry.at, *end);
  }
  pass(directory->at, directory->end);
  pass(size, size);
  return layout;
}

std::string ZipHeader::name() const { return bytes.substr(kLocalSize); }

std::optional<ZipHeader> next_zip_header(const BytesAt& bytes, ZipRange range) {
  for (auto at = range.begin; at < range.end;) {
    const auto own = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, range.end - at));
    const auto block = bytes(at, own + kLocalSize);
    for (auto found = block.find("PK\3\4"sv); found < own; found = block.find("PK\3\4"sv, found + 1)) {
      const auto header = block.substr(found, kLocalSize);
      if (header.size() < kLocalSize) return std::nullopt;
      if (!is_plausible(header)) continue;
      const auto length = kLocalSize + local_fields(header).name;
      return ZipHeader{at + found, std::string(bytes(at + found, length))};
    }
    at += own;
  }
  return std::nullopt;
}

}  // namespace keysift
