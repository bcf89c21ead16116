#include "source/zip.h"

#include <libdeflate.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "source/archive.h"
#include "support/archive.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

using Strings = std::vector<std::string>;

std::string little_endian(std::uint64_t value, std::size_t size) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) {
    byte = static_cast<char>(value);
    value >>= 8;
  }
  return bytes;
}

std::string deflated(const std::string& bytes) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(6), libdeflate_free_compressor);
  std::string out(libdeflate_deflate_compress_bound(compressor.get(), bytes.size()), '\0');
  out.resize(
      libdeflate_deflate_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size()));
  return out;
}

struct Entry {
  std::string name;
  std::string bytes;
  bool deflate = true;
  bool descriptor = false;  // behind it: what its local header does not state
  std::uint32_t mode = 0100644;
  std::string extra;
  bool dos = false;  // made where there are no modes
  std::uint32_t dos_attributes = 0;
};

// Flags, method, time, checksum and sizes of an entry.
std::string fields_of(const Entry& entry, std::size_t packed, bool known) {
  const auto crc = libdeflate_crc32(0, entry.bytes.data(), entry.bytes.size());
  return little_endian(entry.descriptor ? 8 : 0, 2) + little_endian(entry.deflate ? 8 : 0, 2) +
         little_endian(0x4a214a21, 4) + little_endian(known ? crc : 0, 4) +
         little_endian(known ? packed : 0, 4) + little_endian(known ? entry.bytes.size() : 0, 4) +
         little_endian(entry.name.size(), 2) + little_endian(entry.extra.size(), 2);
}

std::string end_record(std::size_t count, std::size_t size, std::size_t at, const std::string& comment = {}) {
  return "PK\5\6" + little_endian(0, 4) + little_endian(count, 2) + little_endian(count, 2) +
         little_endian(size, 4) + little_endian(at, 4) + little_endian(comment.size(), 2) + comment;
}

std::string zip_of(const std::vector<Entry>& entries, const std::string& prefix = {},
                   const std::string& comment = {}) {
  auto zip = prefix;
  std::string directory;
  for (const auto& entry : entries) {
    const auto packed = entry.deflate ? deflated(entry.bytes) : entry.bytes;
    const auto fields = fields_of(entry, packed.size(), true);
    directory += "PK\1\2" + little_endian(entry.dos ? 0x0014 : 0x0314, 2) + little_endian(20, 2) + fields +
                 little_endian(0, 6) +
                 little_endian(std::uint64_t{entry.mode} << 16 | entry.dos_attributes, 4) +
                 little_endian(zip.size(), 4) + entry.name + entry.extra;
    zip += "PK\3\4" + little_endian(20, 2) + fields_of(entry, packed.size(), !entry.descriptor) + entry.name +
           entry.extra + packed;
    if (entry.descriptor) zip += "PK\7\10" + fields.substr(8, 12);
  }
  return zip + directory + end_record(entries.size(), directory.size(), zip.size(), comment);
}

// What is handed on, piece by piece and in order, and what went wrong.
struct Outcome {
  std::vector<std::pair<std::string, std::string>> pieces;
  std::vector<std::pair<std::string, std::string>> errors;
  BlobSink sink = [this](const Blob& blob, unsigned) {
    const auto path = member_path(std::string(blob.path), blob.members);
    if (!blob.members.empty()) pieces.emplace_back(path, blob.bytes);
    return Reach();
  };
  ErrorSink on_error = [this](const std::string& path, const Problem& problem, unsigned) {
    errors.emplace_back(path, problem.message);
  };
};

constexpr PieceSize kPieces{64, 32};  // what overlaps must hold the record at an archive's end

std::unique_ptr<Outcome> in_memory(std::string_view zip, const ArchiveLimits& limits = {}) {
  auto outcome = std::make_unique<Outcome>();
  Blob outer;
  outer.bytes = zip;
  outer.path = "o";
  ReadOptions options{kPieces, {}};
  options.limits.archive = limits;
  read_members(outer, options, 0, outcome->sink, outcome->on_error);
  return outcome;
}

// The same, by libarchive alone: it reads files that are more than one piece.
std::unique_ptr<Outcome> in_file(std::string_view zip) {
  auto outcome = std::make_unique<Outcome>();
  const UniqueFd file(memfd_create("zip", MFD_CLOEXEC));
  REQUIRE(write(file.get(), zip.data(), zip.size()) == static_cast<ssize_t>(zip.size()));
  REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
  Blob outer;
  outer.path = "o";
  std::string buffer;
  REQUIRE(read_with_members(file.get(), 0, outer, {kPieces, {}}, buffer, 0, outcome->sink,
                            outcome->on_error) == 0);
  return outcome;
}

void check_same(std::string_view zip) {
  const auto ours = in_memory(zip);
  const auto theirs = in_file(zip);
  CHECK(ours->pieces == theirs->pieces);
  CHECK(ours->errors == theirs->errors);
}

// What zip_members() and ZipUnpacker make of it; "?" for what is broken.
Strings unpacked(std::string_view zip) {
  Strings all;
  ZipUnpacker unpacker;
  for (const auto& member : zip_members(zip)) all.emplace_back(unpacker.unpack(member).value_or("?"));
  return all;
}

std::string patched(std::string zip, std::size_t at, std::string_view bytes) {
  return zip.replace(at, bytes.size(), bytes);
}

// Places in the first headers of each kind, and in the last record.
std::size_t in_central(const std::string& zip, std::size_t at) { return zip.find("PK\1\2") + at; }
std::size_t in_end(const std::string& zip, std::size_t at) { return zip.rfind("PK\5\6") + at; }

const std::string kText = "first line\nsecond line\n";

std::string lines(unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) text += "line " + std::to_string(i * i) + '\n';
  return text;
}

// Of each kind of member, some.
std::vector<Entry> entries() {
  return {{"folder/", "", false, false, 040755},
          {"folder/deflated", lines(30)},
          {"stored", kText, false},
          {"streamed", kText + kText + kText, true, true},
          {"streamed and stored", kText, false, true},
          {"empty", "", false},
          {"empty and deflated", ""},
          {"link", "stored", false, false, 0120777},
          {"back\\slash", "x", true, false, 0},
          {"stra\xc3\x9f"
           "e",
           kText, true, false, 0100644, "UT\5" + std::string("\0\1abcd", 6)}};
}

Strings bytes_of(const std::vector<Entry>& all) {
  Strings bytes;
  for (const auto& entry : all) bytes.push_back(entry.bytes);
  return bytes;
}

TEST_CASE("plain zip archives are unpacked without libarchive") {
  const auto all = entries();
  CHECK(unpacked(zip_of(all)) == bytes_of(all));
  CHECK(unpacked(zip_of(all, {}, "a comment\n")) == bytes_of(all));
  CHECK(unpacked(zip_of(all, {}, std::string(16 * 1024 - 23, 'c'))) == bytes_of(all));
  CHECK(unpacked(zip_of(all, "PK\3\4 is what begins here")) == bytes_of(all));
  CHECK(unpacked(archive_of({{"a", lines(1000)}, {"b", ""}, {"c", kText}}, "zip")) ==
        Strings{lines(1000), "", kText});
}

TEST_CASE("from memory comes what libarchive hands on") {
  check_same(zip_of(entries()));
  check_same(zip_of(entries(), "PK\3\4 is what begins here", "a comment"));
  check_same(zip_of({{"large", lines(40'000)}, {"a", kText}}));
  // libarchive inflates so many bytes at a time.
  check_same(zip_of({{"zeros", std::string(256 * 1024, '\0')}, {"a", kText}}));
  check_same(archive_of({{"a", lines(1000)}, {"b", ""}, {"c", kText}}, "zip"));
  check_same(zip_of({{"inner.zip", zip_of(entries()), false}, {"a.zip", zip_of(entries())}, {"b", kText}}));
  CHECK(in_memory(zip_of(entries()))->errors.empty());
}

TEST_CASE("members come as they lie there, whatever the order of the central directory") {
  const auto zip = zip_of({{"a", kText}, {"b", lines(9)}});
  const auto at = in_central(zip, 0);
  const auto second = zip.find("PK\1\2", at + 1);
  const auto end = in_end(zip, 0);
  const auto turned =
      zip.substr(0, at) + zip.substr(second, end - second) + zip.substr(at, second - at) + zip.substr(end);
  CHECK(unpacked(turned) == Strings{kText, lines(9)});
  check_same(turned);
}

TEST_CASE("a member that is broken is libarchive's to read") {
  const auto zip = zip_of({{"a", kText}, {"b", lines(30)}, {"c", kText}});
  const auto packed = zip_members(zip).at(1).packed;
  const auto at = static_cast<std::size_t>(packed.data() - zip.data());
  for (std::size_t i = 0; i < packed.size(); ++i) {
    const auto broken = patched(zip, at + i, std::string(1, static_cast<char>(~packed[i])));
    CHECK(unpacked(broken) == Strings{kText, "?", kText});
    check_same(broken);
  }
}

TEST_CASE("of a zip archive any byte may be wrong, or the rest missing") {
  const auto zip = zip_of(entries(), {}, "comment");
  for (std::size_t at = 0; at < zip.size(); ++at) {
    CAPTURE(at);
    for (const int change : {1, 8, 0xff})
      check_same(patched(zip, at, std::string(1, static_cast<char>(zip[at] ^ change))));
    check_same(std::string_view(zip).substr(0, at));
    CHECK(zip_members(std::string_view(zip).substr(0, at)).empty());
  }
}

TEST_CASE("zip archives that are not plain are left to libarchive") {
  using namespace std::string_literals;
  const auto zip = zip_of({{"a", kText}, {"b", lines(30)}, {"c", kText, false}});
  const auto central = in_central(zip, 0);
  const auto end = in_end(zip, 0);
  constexpr std::size_t kTail = 16 * 1024;
  const auto twice = zip_of({{"a", kText}, {"a", kText}});
  const auto cut = [&](std::size_t size) {  // the directory, from behind
    return zip.substr(0, end - size) + end_record(3, end - central - size, central);
  };
  const auto [what, odd] = GENERATE_COPY(table<std::string, std::string>({
      {"encrypted", patched(zip, central + 8, "\1"s)},
      {"encrypted, says the local header", patched(zip, 6, "\1"s)},
      {"another method", patched(patched(zip, central + 10, "\14"s), 8, "\14"s)},
      {"another method in the local header", patched(zip, 8, "\0"s)},
      {"another checksum in the local header", patched(zip, 14, "\1"s)},
      {"another size in the local header", patched(zip, 22, "\1"s)},
      {"no local header", patched(zip, 0, "PK\3\5"s)},
      {"a size that cannot be", patched(patched(zip, central + 24, "\0\0\0\1"s), 22, "\0\0\0\1"s)},
      {"sizes in a zip64 field", patched(zip, central + 20, std::string(8, '\xff'))},
      {"an offset beyond the members", patched(zip, central + 42, "\xff\xff"s)},
      {"another volume", patched(zip, central + 34, "\1"s)},
      {"the same member twice", patched(twice, twice.rfind("PK\1\2") + 42, std::string(4, '\0'))},
      {"several volumes", patched(zip, end + 4, "\1"s)},
      {"more entries than there are", patched(patched(zip, end + 8, "\4"s), end + 10, "\4"s)},
      {"fewer entries than there are", patched(patched(zip, end + 8, "\2"s), end + 10, "\2"s)},
      {"a directory cut short", cut(1)},
      {"a directory without its last entry", cut(47)},
      {"bytes before it that it does not know of", "PK\3\4"s + zip},
      {"bytes behind it", zip + "\n"},
      {"a locator of zip64",  // which is the last entry's comment
       patched(zip.substr(0, end), zip.rfind("PK\1\2") + 32, "\24"s) + "PK\6\7"s + std::string(16, '\0') +
           end_record(3, end - central + 20, central)},
      {"nothing in it", zip_of({})},
      {"more than entries in the directory",
       zip.substr(0, end) + "no entry" + end_record(3, end - central + 8, central)},
      {"an end too far from the end", zip_of({{"a", kText}}, {}, std::string(20'000, 'c'))},
      {"an end just too far from the end", zip_of({{"a", kText}}, {}, std::string(kTail - 22, 'c'))},
  }));
  CAPTURE(what);
  CHECK(zip_members(odd).empty());
  check_same(odd);
}

TEST_CASE("a zip archive behind a program is one, whether its offsets know of that or not") {
  const std::string program = GENERATE("#!/usr/bin/env python3\n", "MZ and so on", "Cr24....",
                                       "\x7f"
                                       "ELF PK\5\6 and so on");
  const auto long_one = program + std::string(10'000, '.');
  for (const auto& front : {program, long_one}) {
    for (const auto& zip :
         {zip_of({{"a", lines(30)}}, front), front + zip_of({{"a", lines(30)}}),
          zip_of({{"a", lines(30)}}, front, "a comment"), zip_of({{"a", lines(30)}}, front) + "\n"}) {
      CHECK(is_archive(zip));
      check_same(zip);
      const auto outcome = in_memory(zip);
      std::string bytes;
      for (const auto& [path, piece] : outcome->pieces) {
        CHECK(path == "o!a");
        bytes += piece.substr(bytes.empty() ? 0 : 2 * kPieces.overlap);
      }
      CHECK(bytes.size() >= lines(30).size() - 2 * kPieces.overlap);
      CHECK(outcome->errors.empty());
    }
  }
}

TEST_CASE("what begins like a program is no archive for that, nor for looking like the end of one") {
  const std::string front = "#!/bin/sh\n";
  const auto zip = zip_of({{"a", kText}}, front);
  const auto end = in_end(zip, 0);
  CHECK_FALSE(is_archive(front));
  CHECK_FALSE(is_archive(front + std::string(100'000, '\6')));
  CHECK_FALSE(is_archive(zip.substr(0, zip.size() - 1)));
  CHECK_FALSE(is_archive(front + zip_of({})));
  CHECK_FALSE(is_archive(patched(zip, end + 4, "\1")));
  CHECK_FALSE(is_archive(patched(zip, end + 8, "\2")));
  CHECK_FALSE(is_archive(patched(zip, end + 12, "\1")));
  CHECK_FALSE(is_archive(patched(zip, end + 14, "\1")));
  CHECK_FALSE(is_archive(patched(zip, end + 20, "\1")));
  CHECK_FALSE(is_archive(zip + std::string(70'000, '.')));
  CHECK(in_file(front + std::string(1000, '.'))->errors.empty());
}

TEST_CASE("a program with an archive behind it, in an archive, and one in several pieces without") {
  const auto program = zip_of({{"a", kText}}, "MZ" + std::string(1000, '.'));
  const auto plain = "MZ" + std::string(1000, '.');
  const auto outcome = in_memory(archive_of({{"setup.exe", program}, {"tool.exe", plain}}, "gnutar", "gzip"));
  CHECK(outcome->errors.empty());
  CHECK(outcome->pieces.size() > 20);
  CHECK(std::count(outcome->pieces.begin(), outcome->pieces.end(),
                   std::pair<std::string, std::string>("o!setup.exe!a", kText)) == 1);
}

TEST_CASE("a zip archive that begins with the mark of one in several parts") {
  for (const char* mark : {"PK\7\10", "PK00"}) {
    const auto zip = zip_of({{"a", kText}}, mark);
    check_same(zip);
    CHECK(in_memory(zip)->pieces == std::vector<std::pair<std::string, std::string>>{{"o!a", kText}});
  }
}

using Pieces = std::vector<std::pair<std::string, std::string>>;

// From memory and from a file, in order and all that there is.
void check_pieces(std::string_view zip, const Pieces& expected) {
  check_same(zip);
  CHECK(in_memory(zip)->pieces == expected);
  CHECK(in_memory(zip)->errors.empty());
}

TEST_CASE("what a member holds is searched, whatever it is said to be") {
  const bool deflate = GENERATE(true, false);
  const bool descriptor = GENERATE(true, false);
  CAPTURE(deflate, descriptor);
  const Entry file{"a", kText, deflate, descriptor};
  auto odd = file;
  odd.name = "odd";
  for (const std::uint32_t mode : {040755U, 010644U, 020644U, 060644U, 0140644U, 0U, 0170000U}) {
    CAPTURE(mode);
    odd.mode = mode;
    const auto pieces = in_memory(zip_of({file, odd, file}))->pieces;
    CHECK(std::count(pieces.begin(), pieces.end(), std::pair(std::string("o!odd"), kText)) == 1);
    CHECK(pieces.size() == 3);
    check_same(zip_of({file, odd, file}));
  }
  SECTION("a folder of DOS") {
    odd.dos = true;
    odd.dos_attributes = 0x10;
    check_pieces(zip_of({odd}), {{"o!odd", kText}});
  }
  SECTION("a folder by its name") {
    odd.name = "odd/";
    check_pieces(zip_of({odd}), {{"o!odd/", kText}});
    odd.dos = true;
    odd.name = "odd\\";
    check_pieces(zip_of({odd}), {{"o!odd\\", kText}});
  }
  SECTION("a folder by the field of an extra header") {
    odd.extra = "lx" + little_endian(9, 2) + "\5" + little_endian(0x0314, 2) + std::string(2, '\0') +
                little_endian(040755U << 16, 4);
    const auto outcome = in_memory(zip_of({odd}));
    CHECK((!outcome->pieces.empty() || !outcome->errors.empty()));
  }
}

TEST_CASE("a link that is deflated is searched, too") {
  check_pieces(zip_of({{"link", kText, true, false, 0120777}}), {{"o!link", kText}});
}

TEST_CASE("a member that libarchive cannot read takes nothing else with it") {
  const auto zip = zip_of({{"a", kText}, {"link", lines(50), true, false, 0120777}, {"b", kText}});
  check_same(zip);
  const auto outcome = in_memory(zip);
  CHECK(outcome->errors.size() <= 1);
  const auto has = [&](const char* path) {
    return std::any_of(outcome->pieces.begin(), outcome->pieces.end(),
                       [&](const auto& piece) { return piece.first == path; });
  };
  CHECK((has("o!a") && has("o!link") && has("o!b")));
}

TEST_CASE("members that the central directory does not list are found") {
  const std::vector<Entry> hidden{{"h1", kText},
                                  {"h2", kText + kText, true, true},
                                  {"h3", kText + "x", false, true},
                                  {"d/", kText + "y"}};
  const Pieces expected{
      {"o!a", kText}, {"o!h1", kText}, {"o!h2", kText + kText}, {"o!h3", kText + "x"}, {"o!d/", kText + "y"}};
  const auto members = [](const std::string& zip) { return zip.substr(0, zip.find("PK\1\2")); };
  const Entry listed{"a", kText};
  SECTION("before those that it does") { check_pieces(zip_of({listed}, members(zip_of(hidden))), expected); }
  SECTION("before them, and its offsets do not know of them") {
    check_pieces(members(zip_of(hidden)) + zip_of({listed}), expected);
  }
  SECTION("behind them") {
    const auto front = members(zip_of({listed}));
    const auto zip = zip_of({listed});
    const auto directory = zip.substr(front.size(), in_end(zip, 0) - front.size());
    const auto both = front + members(zip_of(hidden));
    check_pieces(both + directory + end_record(1, directory.size(), both.size()), expected);
  }
  SECTION("of another archive before it") { check_pieces(zip_of(hidden) + zip_of({listed}), expected); }
  SECTION("of two others") {
    const auto zip = zip_of({{"b", kText}}) + "between them" + zip_of({{"c", kText}}) + zip_of({listed});
    check_pieces(zip, {{"o!a", kText}, {"o!b", kText}, {"o!c", kText}});
  }
  SECTION("of another archive, which is itself stored in one") {
    const auto zip = zip_of(hidden) + zip_of({listed});
    const auto outcome = in_memory(zip_of({{"i.zip", zip}}));
    CHECK(outcome->errors.empty());
    CHECK(std::count(outcome->pieces.begin(), outcome->pieces.end(),
                     std::pair<std::string, std::string>("o!i.zip!h1", kText)) == 1);
  }
  SECTION("which states to be smaller") {
    const auto zip = zip_of({{"h", kText}, {"a", kText + "z"}});
    const auto second = zip.rfind("PK\1\2");
    const auto end = in_end(zip, 0);
    check_pieces(zip.substr(0, end) + end_record(1, end - second, second),
                 {{"o!a", kText + "z"}, {"o!h", kText}});
  }
  SECTION("after its end") {
    check_pieces(zip_of({listed}) + members(zip_of({hidden[0]})), {{"o!a", kText}, {"o!h1", kText}});
  }
}

TEST_CASE("of an archive without its directory, what there is comes by the headers, and it is told") {
  const auto zip = zip_of({{"a", kText}, {"d/", kText + "x"}, {"s", kText + "y"}});
  const auto at = in_central(zip, 0);
  for (const auto& broken : {zip.substr(0, at), zip.substr(0, at + 50), patched(zip, at, "PK\1\3"),
                             zip.substr(0, zip.size() - 1)}) {
    check_same(broken);
    const auto outcome = in_memory(broken);
    CHECK(outcome->pieces == Pieces{{"o!a", kText}, {"o!d/", kText + "x"}, {"o!s", kText + "y"}});
    CHECK(
        outcome->errors ==
        Pieces{
            {"o",
             "archive has no directory that can be read, and may be cut short; what there is was searched"}});
  }
}

TEST_CASE("an archive with many members that are not listed is bounded as others are") {
  std::vector<Entry> hidden;
  for (unsigned i = 0; i < 20; ++i) hidden.push_back({"h" + std::to_string(i), kText});
  const auto zip = zip_of(hidden) + zip_of({{"a", kText}});
  ArchiveLimits limits;
  limits.members = 10;
  const auto outcome = in_memory(zip, limits);
  CHECK(outcome->pieces.size() == 10);
  CHECK(outcome->errors.size() == 1);
  limits = {};
  limits.size = 10 * kText.size();
  CHECK(in_memory(zip, limits)->pieces.size() == 10);
  CHECK(in_memory(zip, limits)->errors.size() == 1);
}

TEST_CASE("what only looks like a header hides nothing and is no member") {
  const std::string code =
      "MZ PK\3\4 is looked for by a program that unpacks, PK\3\4" + std::string(100, '\xff') + "PK\3\4";
  check_pieces(zip_of({{"a", kText}}, code), {{"o!a", kText}});
}

TEST_CASE("what is larger than may be held in memory is left to libarchive") {
  ArchiveLimits limits;
  const auto zip = zip_of({{"large", lines(1000)}, {"b", kText}});
  const auto whole = in_memory(zip);
  limits.nested = kText.size();
  CHECK(in_memory(zip, limits)->pieces == whole->pieces);
  limits.size = lines(1000).size() + kText.size();
  CHECK(in_memory(zip, limits)->pieces == whole->pieces);
  CHECK(in_memory(zip, limits)->errors.empty());
  limits.size -= 1;
  CHECK(in_memory(zip, limits)->errors.size() == 1);
}

}  // namespace
}  // namespace keysift::test
