// A libFuzzer target for archives, with small limits. Whole members are the same in pieces, and in a zip
// archive those that libarchive reads.
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "fuzz/input.h"
#include "source/archive.h"
#include "source/zip.h"
#include "support/archive.h"

namespace keysift::test {
namespace {

constexpr ArchiveLimits kLimits{.size = std::uint64_t{1} << 18,
                                .ratio = 100,
                                .least = std::uint64_t{1} << 16,
                                .members = 50,
                                .nested = std::size_t{1} << 15,
                                .depth = 3};

/// What was handed on: the members' names and, put together again, their bytes.
struct Unpacked {
  std::vector<std::pair<std::vector<std::string>, std::string>> members;
  std::vector<std::string> errors;
};

Unpacked unpacked(std::string_view archive, PieceSize size) {
  Unpacked all;
  Blob outer;
  outer.bytes = archive;
  outer.path = "outer";
  std::uint64_t total = 0;
  const auto sink = [&](const Blob& piece, unsigned) {
    require(!piece.members.empty() && piece.members.size() <= kLimits.depth,
            "a member that is none, or too deep");
    const auto end = std::min(piece.own_end, piece.bytes.size());
    require(piece.own_begin <= end, "a piece that answers for nothing");
    const auto own = piece.bytes.substr(piece.own_begin, end - piece.own_begin);
    if (piece.own_begin == 0) all.members.push_back({{piece.members.begin(), piece.members.end()}, {}});
    auto& [names, bytes] = all.members.back();
    require(std::equal(names.begin(), names.end(), piece.members.begin(), piece.members.end()),
            "pieces of members in turn");
    const auto before = piece.bytes.substr(0, piece.own_begin);
    require(std::string_view(bytes).ends_with(before), "a piece overlaps with something else");
    bytes += own;
    total += own.size();
    return Reach();
  };
  const auto on_error = [&](const std::string& path, const Problem& problem, unsigned) {
    const auto& message = problem.message;
    require(path.starts_with("outer"), "an error of another file");
    require(printable(message) == message, "a message that a terminal obeys");
    all.errors.push_back(message);
  };
  ReadOptions options;
  options.pieces = size;
  options.limits.archive = kLimits;
  read_members(outer, options, 0, sink, on_error);
  require(total <= std::min(kLimits.size, std::max(kLimits.least, archive.size() * kLimits.ratio)),
          "more is unpacked than the limit allows");
  require(all.errors.size() <= 2 * kLimits.members + 2, "more errors than members");
  return all;
}

/// Reads an archive twice, in large pieces and in small ones.
Unpacked checked(std::string_view archive) {
  const auto whole = unpacked(archive, {});
  const auto pieces = unpacked(archive, {.step = 64, .overlap = 16});
  require(whole.errors == pieces.errors, "errors depend on how large pieces are");
  require(whole.members == pieces.members, "members depend on how large pieces are");
  if (!is_archive(archive)) require(whole.members.empty() && whole.errors.empty(), "no archive has members");
  return whole;
}

struct Free {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

/// Of a zip archive that we read ourselves, libarchive reads the same members.
void check_zip(std::string_view bytes) {
  const auto members = zip_members(bytes);
  if (members.empty()) return;
  const std::unique_ptr<archive, Free> reader(archive_read_new());
  archive_read_support_format_zip(reader.get());
  require(archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) == ARCHIVE_OK,
          "libarchive reads no zip");
  ZipUnpacker unpacker;
  for (const auto& member : members) {
    require(member.header < bytes.size() && member.packed.data() >= bytes.data() &&
                member.packed.data() + member.packed.size() <= bytes.data() + bytes.size(),
            "a member out of bounds");
    archive_entry* entry = nullptr;
    if (archive_read_next_header(reader.get(), &entry) < ARCHIVE_WARN) return;
    if (member.size > kLimits.size || archive_entry_size(entry) != member.size) continue;
    const auto ours = unpacker.unpack(member);
    std::string theirs(member.size + std::size_t{1}, '\0');
    const auto count = archive_read_data(reader.get(), theirs.data(), theirs.size());
    if (!ours || count < 0) continue;
    theirs.resize(static_cast<std::size_t>(count));
    require(*ours == theirs, "libarchive reads another member");
  }
}

/// An archive's bytes.
void fuzz_archive(Input input) {
  const auto bytes = input.rest();
  checked(bytes);
  check_zip(bytes);
}

/// Members that are told one by one come out of every kind of archive.
void fuzz_members(Input input) {
  struct Kind {
    const char* format;
    const char* filter;
  };
  // Others' writers take a hundred times as long.
  constexpr std::array<Kind, 4> kKinds{{{"zip", ""}, {"gnutar", ""}, {"pax", "gzip"}, {"gnutar", "zstd"}}};
  const auto kind = kKinds.at(input.byte() % kKinds.size());
  std::vector<Member> members;
  while (!input.empty() && members.size() < 12) {
    std::string name = "m" + std::to_string(members.size()) + "-";
    for (const char c : input.bytes(input.byte() % 16))
      name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' ? c : '_';
    const auto times = 1 + input.byte() % 32;
    const auto part = input.bytes(input.byte());
    std::string bytes;
    for (unsigned i = 0; i < times; ++i) bytes += part;
    // What is an archive itself is unpacked, and 7zip has no data for what is empty.
    if (is_archive(bytes)) throw TooLarge();
    if (!name.ends_with('/')) members.push_back({name, bytes});
  }
  if (members.empty()) return;
  const auto found = checked(archive_of(members, kind.format, kind.filter));
  require(found.errors.empty(), "an archive that is whole is broken");
  std::multimap<std::string, std::string> expected;
  std::multimap<std::string, std::string> actual;
  for (const auto& member : members)
    if (!member.bytes.empty())
      expected.emplace(member.name, member.bytes);  // else there is nothing to search
  for (const auto& [names, bytes] : found.members) actual.emplace(names.back(), bytes);
  require(actual == expected, "a member is lost, or another one");
}

}  // namespace
}  // namespace keysift::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keysift::test;
  constexpr std::array kParts{fuzz_archive, fuzz_members};
  return give(kParts, data, size);
}
