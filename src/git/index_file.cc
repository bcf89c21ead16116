#include "git/index_file.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/big_endian.h"
#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kHeader = 12;   // mark, version, number of entries
constexpr std::size_t kNameAt = 40;   // in an entry, after what stat() said of the file
constexpr std::size_t kFlagsAt = 60;  // two bytes; two more if the first has the bit kExtended
constexpr unsigned char kExtended = 0x40;

[[noreturn]] void fail_broken() { throw Failure("it is broken; to make it anew: git reset"); }

// Reads the number at `at` and moves `at` behind it: seven bits a byte, the highest first, and each but the
// last adds one, so that there is one way to write each number.
std::size_t varint(std::string_view bytes, std::size_t& at) {
  std::size_t value = 0;
  for (; at < bytes.size() && value <= kMaxIndexPath; ++value) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value = value << 7 | (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  fail_broken();
}

// Takes an entry off the front of `rest`. `before` is the path of the one before it.
IndexEntry take_entry(std::string_view& rest, std::uint32_t version, std::string_view before) {
  if (rest.size() < kFlagsAt + 2) fail_broken();
  IndexEntry entry{"", Oid::from_raw(rest.data() + kNameAt)};
  const bool extended = (static_cast<unsigned char>(rest[kFlagsAt]) & kExtended) != 0;
  auto at = kFlagsAt + (extended ? 4 : 2);
  if (version == 4) {
    const auto dropped = varint(rest, at);
    if (dropped > before.size()) fail_broken();
    entry.path = before.substr(0, before.size() - dropped);
  }
  const auto end = rest.find('\0', at);
  if (end == std::string_view::npos || entry.path.size() + end - at > kMaxIndexPath) fail_broken();
  entry.path += rest.substr(at, end - at);
  const auto size = version == 4 ? end + 1 : (end + 8) / 8 * 8;
  if (size > rest.size()) fail_broken();
  rest.remove_prefix(size);
  return entry;
}

// Those in capitals can be left alone; without the others the entries are not all.
void check_extensions(std::string_view rest) {
  constexpr std::size_t kExtensionHeader = 8;  // name and size
  while (rest.size() >= kExtensionHeader) {
    const auto name = rest.substr(0, 4);
    if (name == "link") throw Failure("it is split; to put it together: git update-index --no-split-index");
    if (name == "sdir")
      throw Failure("it is a sparse one; to fill it: git sparse-checkout reapply --no-sparse-index");
    if (name[0] < 'A' || name[0] > 'Z')
      throw Failure("it needs the extension '" + printable(name) + "', which this keysift does not know");
    const auto size = kExtensionHeader + big_endian_32(rest.data() + 4);
    rest.remove_prefix(std::min(size, rest.size()));
  }
}

}  // namespace

std::vector<IndexEntry> parse_index(std::string_view bytes) {
  if (bytes.size() < kHeader + Oid::kSize || !bytes.starts_with("DIRC")) fail_broken();
  const auto version = big_endian_32(bytes.data() + 4);
  if (version < 2 || version > 4)
    throw Failure("it is of version " + std::to_string(version) +
                  ", and 2 to 4 are known; to change that: git update-index --index-version 4");
  auto rest = bytes.substr(kHeader, bytes.size() - kHeader - Oid::kSize);
  std::vector<IndexEntry> entries;
  const auto count = big_endian_32(bytes.data() + 8);
  entries.reserve(std::min<std::size_t>(count, rest.size() / kFlagsAt));
  for (auto left = count; left > 0; --left)
    entries.push_back(
        take_entry(rest, version, entries.empty() ? "" : std::string_view(entries.back().path)));
  check_extensions(rest);
  return entries;
}

}  // namespace keysift
