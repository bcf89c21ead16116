#include "git/index_file.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/big_endian.h"
#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kHeader = 12;  // mark, version, number of entries
constexpr std::size_t kModeAt = 24;  // in an entry, among what stat() said of the file
constexpr std::size_t kNameAt = 40;
constexpr std::size_t kFlagsAt = 60;  // two bytes; two more if the first has the bit kExtended
constexpr unsigned char kExtended = 0x40;
constexpr unsigned char kIntentToAdd = 0x20;  // of the first of the two more
constexpr std::uint32_t kSubmodule = 0160000;

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
  entry.submodule = big_endian_32(rest.data() + kModeAt) == kSubmodule;
  const bool extended = (static_cast<unsigned char>(rest[kFlagsAt]) & kExtended) != 0;
  if (extended && rest.size() < kFlagsAt + 4) fail_broken();
  entry.intent_to_add = extended && (static_cast<unsigned char>(rest[kFlagsAt + 2]) & kIntentToAdd) != 0;
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

// Takes a number in decimal digits, which `end` follows, off the front of `rest`; -1 as git writes it, too.
std::int64_t take_number(std::string_view& rest, char end) {
  const auto size = rest.find(end);
  std::int64_t number = 0;
  const auto last = rest.data() + std::min(size, rest.size());
  const auto [parsed, error] = std::from_chars(rest.data(), last, number);
  if (size == std::string_view::npos || error != std::errc() || parsed != last) fail_broken();
  rest.remove_prefix(size + 1);
  return number;
}

// The extension TREE: for each folder its name, a NUL, the number of entries in it (-1: something changed),
// a space, the number of folders in it, a newline, and, if nothing changed, the tree; then those folders.
std::unordered_map<std::string, Oid> parse_trees(std::string_view rest) {
  struct Folder {
    std::string path;
    std::int64_t left;  // folders in it that are still to come
  };
  std::unordered_map<std::string, Oid> trees;
  std::vector<Folder> around;
  while (!rest.empty()) {
    while (!around.empty() && around.back().left == 0) around.pop_back();
    const auto nul = rest.find('\0');
    if (nul == std::string_view::npos) fail_broken();
    const bool nested = !around.empty() && !around.back().path.empty();
    auto path = (nested ? around.back().path + '/' : "") + std::string(rest.substr(0, nul));
    rest.remove_prefix(nul + 1);
    if (path.size() > kMaxIndexPath) fail_broken();
    if (!around.empty()) --around.back().left;
    const auto entries = take_number(rest, ' ');
    const auto folders = take_number(rest, '\n');
    if (entries >= 0) {
      if (rest.size() < Oid::kSize) fail_broken();
      trees.insert_or_assign(path, Oid::from_raw(rest.data()));
      rest.remove_prefix(Oid::kSize);
    }
    around.push_back({std::move(path), folders});
  }
  return trees;
}

// Those in capitals can be left alone; without the others the entries are not all.
void read_extensions(std::string_view rest, Index& index) {
  constexpr std::size_t kExtensionHeader = 8;  // name and size
  while (rest.size() >= kExtensionHeader) {
    const auto name = rest.substr(0, 4);
    if (name == "link") throw Failure("it is split; to put it together: git update-index --no-split-index");
    const bool sparse = name == "sdir";
    index.sparse = index.sparse || sparse;
    if (!sparse && (name[0] < 'A' || name[0] > 'Z'))
      throw Failure("it needs the extension '" + printable(name) + "', which this keysift does not know");
    const auto size = big_endian_32(rest.data() + 4);
    rest.remove_prefix(kExtensionHeader);
    if (name == "TREE") index.trees = parse_trees(rest.substr(0, size));
    rest.remove_prefix(std::min<std::size_t>(size, rest.size()));
  }
}

}  // namespace

Index parse_index(std::string_view bytes) {
  if (bytes.size() < kHeader + Oid::kSize || !bytes.starts_with("DIRC")) fail_broken();
  const auto version = big_endian_32(bytes.data() + 4);
  if (version < 2 || version > 4)
    throw Failure("it is of version " + std::to_string(version) +
                  ", and 2 to 4 are known; to change that: git update-index --index-version 4");
  auto rest = bytes.substr(kHeader, bytes.size() - kHeader - Oid::kSize);
  Index index;
  auto& entries = index.entries;
  const auto count = big_endian_32(bytes.data() + 8);
  entries.reserve(std::min<std::size_t>(count, rest.size() / kFlagsAt));
  for (auto left = count; left > 0; --left)
    entries.push_back(
        take_entry(rest, version, entries.empty() ? "" : std::string_view(entries.back().path)));
  read_extensions(rest, index);
  return index;
}

}  // namespace keysift
