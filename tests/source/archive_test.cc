#include "source/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "base/file.h"
#include "support/archive.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

using Strings = std::vector<std::string>;
using Errors = std::vector<std::pair<std::string, std::string>>;
using Contents = std::map<std::string, std::string>;  // by path

// Members in order, each put together from its pieces, and what went wrong.
struct Unpacked {
  Contents members;
  Errors errors;
  std::size_t largest = 0;  // bytes of a piece
};

constexpr PieceSize kPieces{4096, 64};

struct Collector {
  void take(const Blob& blob, unsigned worker) {
    CHECK(worker == 3);
    CHECK(blob.fresh.ranges.empty());
    const auto own = blob.bytes.substr(0, std::min(blob.bytes.size(), blob.own_end)).substr(blob.own_begin);
    result.members[member_path(std::string(blob.path), blob.members)] += own;
    result.largest = std::max(result.largest, blob.bytes.size());
  }

  Unpacked result;
  BlobSink sink = [this](const Blob& blob, unsigned worker) {
    take(blob, worker);
    return Reach();
  };
  ErrorSink on_error = [this](const std::string& path, const Problem& problem, unsigned) {
    result.errors.emplace_back(path, problem.message);
  };
};

Unpacked unpacked(std::string_view bytes, const std::string& path, const ArchiveLimits& limits = {}) {
  Collector collector;
  Blob outer;
  outer.bytes = bytes;
  outer.path = path;
  const std::vector<FreshRange> fresh{{{0, 1}}};
  outer.fresh = {fresh};
  ReadOptions options{kPieces, {}};
  options.limits.archive = limits;
  read_members(outer, options, 3, collector.sink, collector.on_error);
  return std::move(collector.result);
}

std::string noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

const std::string kText = "first line\nsecond line\n";

TEST_CASE("every format hands on its members") {
  const auto [format, filter] = GENERATE(table<std::string, std::string>({{"zip", ""},
                                                                          {"7zip", ""},
                                                                          {"gnutar", ""},
                                                                          {"ustar", ""},
                                                                          {"pax", ""},
                                                                          {"gnutar", "gzip"},
                                                                          {"ustar", "bzip2"},
                                                                          {"pax", "xz"},
                                                                          {"gnutar", "zstd"}}));
  CAPTURE(format, filter);
  const auto large = noise(100'000);
  const auto result = unpacked(
      archive_of({{"inner/.env", kText}, {"large", large}, {"empty", ""}, {"b.txt", "x"}}, format, filter),
      "a/outer");
  CHECK(result.errors == Errors{});
  CHECK(result.members ==
        Contents{{"a/outer!inner/.env", kText}, {"a/outer!large", large}, {"a/outer!b.txt", "x"}});
  CHECK(result.largest <= kPieces.step + 2 * kPieces.overlap);
}

TEST_CASE("ar archives, and the tar archives in a package") {
  const auto data = archive_of({{"./etc/service.conf", kText}}, "gnutar", "xz");
  const auto result =
      unpacked(archive_of({{"debian-binary", "2.0\n"}, {"data.tar.xz", data}}, "ar"), "x.deb");
  CHECK(result.errors == Errors{});
  CHECK(result.members == Contents{{"x.deb!debian-binary", "2.0\n"},
                                   {"x.deb!data.tar.xz", data},
                                   {"x.deb!data.tar.xz!etc/service.conf", kText}});
}

TEST_CASE("a compressed file has one member, which is called after it") {
  const std::string filter = GENERATE("gzip", "bzip2", "xz", "zstd");
  CAPTURE(filter);
  const auto large = noise(50'000);
  CHECK(unpacked(compressed(large, filter), "logs.d/app.log.gz").members ==
        Contents{{"logs.d/app.log.gz!app.log", large}});
  CHECK(unpacked(compressed(kText, filter), "logs.d/app").members == Contents{{"logs.d/app!app", kText}});
  CHECK(unpacked(compressed(kText, filter), ".gz").members == Contents{{".gz!.gz", kText}});

  SECTION("also if it begins as an image of a disk does, with zeros") {
    const auto image = std::string(2048, '\0') + kText;
    CHECK(unpacked(compressed(image, filter), "disk.img").members == Contents{{"disk.img!disk", image}});
  }
  SECTION("compressed twice") {
    const auto result = unpacked(compressed(compressed(kText, filter), "gzip"), "a.txt.x.gz");
    CHECK(result.errors == Errors{});
    CHECK(result.members.at("a.txt.x.gz!a.txt.x!a.txt") == kText);
  }
}

// As in a copy of a repository that is in an archive, or among the files of another one.
TEST_CASE("an object of git's that is a file of its own") {
  TestRepo repo;
  for (const auto& [level, type] : {std::pair("0", "blob"), {"1", "blob"}, {"5", "blob"}, {"9", "tag"}}) {
    repo.git({"config", "core.looseCompression", level});
    const auto text = noise(10'000);
    const auto id = repo.git({"hash-object", "-w", "--stdin", "--literally", "-t", type}, text);
    const auto bytes = read_file(repo.path() / ".git/objects" / id.substr(0, 2) / id.substr(2));
    auto expected = std::string(type) + " 10000";
    expected += '\0';
    const auto whole = unpacked(bytes, "ab/cd");
    CHECK(whole.members == Contents{{"ab/cd!cd", expected + text}});
    CHECK(whole.errors == Errors{});
    CHECK(unpacked(bytes.substr(0, 5000), "ab/cd").errors ==
          Errors{{"ab/cd!cd", "cannot be read to its end, nor what follows it (zlib data is cut short)"}});
    CHECK(unpacked(archive_of({{".git/objects/ab/cd", bytes}}, "zip"), "o.zip").members ==
          Contents{{"o.zip!.git/objects/ab/cd", bytes}, {"o.zip!.git/objects/ab/cd!cd", expected + text}});
  }
}

TEST_CASE("what only begins as git's objects do is left as it is") {
  for (const auto& bytes : {std::string("x\x01"), "x\x9c" + noise(1000), std::string("x^2 + y^2 = 1\n")}) {
    CHECK(unpacked(bytes, "a").members.empty());
    CHECK(unpacked(bytes, "a").errors == Errors{});
  }
}

TEST_CASE("names beyond ASCII come through") {
  const std::string format = GENERATE("zip", "gnutar");
  CAPTURE(format);
  const std::string name =
      "stra\xc3\x9f"
      "e/\xe9\x8d\xb5.txt";
  CHECK(unpacked(archive_of({{name, kText}}, format), "o").members == Contents{{"o!" + name, kText}});
}

TEST_CASE("ordinary bytes are no archive") {
  const std::string bytes =
      GENERATE(as<std::string>(), "", "P", "PK", "BZh9 is how bzip2 begins", "ustar", "\x1f\x8b",
               "!<arch>\na.o/ ", "key = 1\n", "]\n", std::string("]\0\0\0\1 as lzma begins", 19));
  CHECK_FALSE(is_archive(bytes));
  CHECK(unpacked(bytes, "a").errors == Errors{});
}

TEST_CASE("what carries tar's mark and is no tar hides nothing") {
  const auto result = unpacked(std::string(257, 'x') + "ustar" + std::string(1000, 'y'), "a");
  CHECK(result.errors == Errors{});
  CHECK(result.members.empty());
}

TEST_CASE("archives in archives are opened to a depth") {
  auto bytes = archive_of({{"key", kText}}, "zip");
  for (const char* name : {"3.zip", "2.zip", "1.zip"}) bytes = archive_of({{name, bytes}}, "zip");
  CHECK(unpacked(bytes, "0.zip").errors == Errors{});
  CHECK(unpacked(bytes, "0.zip").members.at("0.zip!1.zip!2.zip!3.zip!key") == kText);

  bytes = archive_of({{"0.zip", bytes}, {"other", kText}}, "zip");
  const auto result = unpacked(bytes, "o.zip");
  CHECK(result.errors == Errors{{"o.zip!0.zip!1.zip!2.zip!3.zip",
                                 "is an archive inside 4 others; its members were not searched; to raise "
                                 "this limit: --limit archive-depth=N"}});
  CHECK(result.members.at("o.zip!other") == kText);
}

TEST_CASE("a large archive in another is held in memory up to a limit") {
  const auto inner = archive_of({{"noise", noise(50'000)}, {"key", kText}}, "zip");
  const auto outer = archive_of({{"inner.zip", inner}, {"other", kText}}, "gnutar");
  ArchiveLimits limits;
  limits.nested = inner.size();
  auto result = unpacked(outer, "o", limits);
  CHECK(result.errors == Errors{});
  CHECK(result.members.at("o!inner.zip!key") == kText);

  limits.nested = 10'000;
  result = unpacked(outer, "o", limits);
  CHECK(
      result.errors ==
      Errors{
          {"o!inner.zip",
           "is an archive of more than 10.0 kB inside another; its members were not searched; to raise this "
           "limit: --limit archive-nested=N"}});
  CHECK(result.members == Contents{{"o!inner.zip", inner}, {"o!other", kText}});
}

TEST_CASE("a bomb is told, and unpacked no further") {
  const std::string zeros(2'000'000, '\0');
  ArchiveLimits limits;
  limits.least = 1'000'000;
  SECTION("by how much it grows") {
    const auto result =
        unpacked(archive_of({{"a", kText}, {"zeros", zeros}, {"b", kText}}, "zip"), "o.zip", limits);
    CHECK(result.errors == Errors{{"o.zip!zeros",
                                   "unpacks to more than 1.0 MB; the rest was not searched; to raise this "
                                   "limit: --limit archive-ratio=N"}});
    CHECK(result.members ==
          Contents{{"o.zip!a", kText}, {"o.zip!zeros", zeros.substr(0, 1'000'000 - kText.size())}});
  }
  SECTION("with a ratio that is allowed, none") {
    limits.ratio = 10'000;
    CHECK(unpacked(compressed(zeros, "gzip"), "o.gz", limits).errors == Errors{});
  }
  SECTION("by its size alone") {
    limits.ratio = 10'000;
    limits.size = 1'500'000;
    CHECK(unpacked(compressed(zeros, "gzip"), "o.gz", limits).errors ==
          Errors{{"o.gz!o",
                  "unpacks to more than 1.5 MB; the rest was not searched; to raise this limit: --limit "
                  "archive-size=N"}});
  }
  SECTION("by what all archives in it hold together") {
    const auto part = archive_of({{"zeros", zeros.substr(0, 400'000)}}, "zip");
    const auto result =
        unpacked(archive_of({{"1", part}, {"2", part}, {"3", part}, {"4", part}}, "zip"), "o", limits);
    CHECK(result.errors == Errors{{"o!3!zeros",
                                   "unpacks to more than 1.0 MB; the rest was not searched; to raise this "
                                   "limit: --limit archive-ratio=N"}});
  }
  SECTION("by the number of its members") {
    limits.members = 3;
    const auto result =
        unpacked(archive_of({{"1", "a"}, {"2", "b"}, {"3", "c"}, {"4", "d"}}, "zip"), "o.zip", limits);
    CHECK(result.errors == Errors{{"o.zip",
                                   "archive has more than 3 members; the rest was not searched; to raise "
                                   "this limit: --limit archive-members=N"}});
    CHECK(result.members == Contents{{"o.zip!1", "a"}, {"o.zip!2", "b"}, {"o.zip!3", "c"}});
  }
}

TEST_CASE("of a broken archive, what can be read is handed on, and the rest told") {
  const auto large = noise(100'000);
  SECTION("cut short") {
    for (const char* filter : {"gzip", "bzip2", "xz", "zstd"}) {
      CAPTURE(filter);
      const auto bytes = compressed(large + large, filter);
      const auto result = unpacked(std::string_view(bytes).substr(0, bytes.size() - 1000), "o.x");
      REQUIRE(result.errors.size() == 1);
      CHECK(result.errors[0].first.starts_with("o.x"));
      for (const auto& [path, part] : result.members) CHECK((large + large).starts_with(part));
    }
  }
  SECTION("cut short after a member") {
    const std::string format = GENERATE("zip", "gnutar");
    CAPTURE(format);
    const auto bytes = archive_of({{"first", kText}, {"second", large}}, format);
    const auto result = unpacked(std::string_view(bytes).substr(0, bytes.size() / 2), "o");
    CHECK(result.members.at("o!first") == kText);
    CHECK(large.starts_with(result.members.at("o!second")));
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].first == "o!second");
    CHECK(result.errors[0].second.starts_with("cannot be read to its end"));
  }
  SECTION("cut short at its very beginning") {
    const auto bytes = compressed(kText, "gzip");
    const auto result = unpacked(std::string_view(bytes).substr(0, 10), "o.gz");
    CHECK(result.members.empty());
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].first == "o.gz");
    CHECK(result.errors[0].second.starts_with("archive cannot be read ("));
  }
}

TEST_CASE("of a gzip file that is cut short, all that can be inflated is searched, and the rest told") {
  const auto text = GENERATE(std::string("k='v'\n"), noise(60'000), noise(200'000));
  const auto bytes = compressed(text, "gzip");
  CAPTURE(text.size());
  SECTION("in its checksum and length") {
    for (std::size_t cut = 1; cut <= 8; ++cut) {
      CAPTURE(cut);
      const auto result = unpacked(std::string_view(bytes).substr(0, bytes.size() - cut), "o.gz");
      CHECK(result.members == Contents{{"o.gz!o", text}});
      CHECK(result.errors ==
            Errors{{"o.gz!o", "cannot be read to its end, nor what follows it (gzip data is cut short)"}});
    }
  }
  SECTION("in its data") {
    const auto result = unpacked(std::string_view(bytes).substr(0, bytes.size() / 2 + 8), "o.gz");
    REQUIRE(result.errors.size() == 1);
    for (const auto& [path, part] : result.members) CHECK(text.starts_with(part));
    if (text.size() > 1000) CHECK(result.members.at("o.gz!o").size() > text.size() / 2 - 1000);
  }
  SECTION("with another checksum") {
    auto broken = bytes;
    broken[bytes.size() - 8] ^= 1;
    const auto result = unpacked(broken, "o.gz");
    CHECK(result.members == Contents{{"o.gz!o", text}});
    CHECK(result.errors.size() == 1);
  }
}

TEST_CASE("a small tar.gz that is cut short is told") {
  const auto bytes = compressed(archive_of({{"a", kText}}, "gnutar") + std::string(1024, '\0'), "gzip");
  for (std::size_t cut = 1; cut <= 8; ++cut) {
    const auto result = unpacked(std::string_view(bytes).substr(0, bytes.size() - cut), "o.tgz");
    CHECK(result.members == Contents{{"o.tgz!a", kText}});
    CHECK(result.errors == Errors{{"o.tgz", "archive cannot be read to its end (gzip data is cut short)"}});
  }
}

TEST_CASE("gzip files one after the other are one, also with zeros between them") {
  const auto a = compressed("first line\n", "gzip");
  const auto b = compressed("second line\n", "gzip");
  const std::string zeros(GENERATE(0U, 1U, 1000U, 70'000U), '\0');
  const auto result = unpacked(a + zeros + b + zeros, "o.gz");
  CHECK(result.errors == Errors{});
  CHECK(result.members == Contents{{"o.gz!o", kText}});
  CHECK(unpacked(a + "what is no gzip", "o.gz").errors == Errors{});
}

TEST_CASE("what a compressed tar has after its end is searched") {
  const std::string filter = GENERATE("gzip", "bzip2", "xz", "zstd");
  CAPTURE(filter);
  const auto large = noise(100'000);
  const auto zeros = std::string(GENERATE(1024U, 10'240U, 200'704U), '\0');
  const auto first = archive_of({{"a", kText}, {"large", large}}, "gnutar") + zeros;
  SECTION("another tar, and one more") {
    const auto second = archive_of({{"b", kText}}, "ustar") + zeros;
    const auto third = archive_of({{"c.gz", compressed(kText, "gzip")}}, "pax") + zeros;
    const auto result = unpacked(compressed(first + second + third, filter), "o.tar.x");
    CHECK(result.errors == Errors{});
    CHECK(result.members.at("o.tar.x!a") == kText);
    CHECK(result.members.at("o.tar.x!large") == large);
    CHECK(result.members.at("o.tar.x!b") == kText);
    CHECK(result.members.at("o.tar.x!c.gz!c") == kText);
  }
  SECTION("text") {
    const auto result = unpacked(compressed(first + kText, filter), "o.tar.x");
    CHECK(result.errors == Errors{});
    CHECK(result.members ==
          Contents{{"o.tar.x!a", kText}, {"o.tar.x!large", large}, {"o.tar.x!o.tar", kText}});
  }
  SECTION("nothing") {
    CHECK(unpacked(compressed(first, filter), "o").members == Contents{{"o!a", kText}, {"o!large", large}});
  }
}

TEST_CASE("zeros after a tar's end are counted") {
  ArchiveLimits limits;
  limits.least = 100'000;
  limits.ratio = 1;
  const auto tar = archive_of({{"a", kText}}, "gnutar");
  CHECK(unpacked(compressed(tar + std::string(90'000, '\0'), "gzip"), "o.tgz", limits).errors == Errors{});
  CHECK(unpacked(compressed(tar + std::string(500'000, '\0'), "gzip"), "o.tgz", limits).errors ==
        Errors{{"o.tgz",
                "unpacks to more than 100.0 kB; the rest was not searched; to raise this limit: --limit "
                "archive-ratio=N"}});
}

TEST_CASE("tars one after the other, not compressed") {
  const auto nested = compressed(kText, "gzip");
  const auto result =
      unpacked(archive_of({{"a", kText}}, "gnutar") + std::string(9216, '\0') +
                   archive_of({{"b.gz", nested}}, "gnutar") + "text, which is searched in the whole",
               "o");
  CHECK(result.errors == Errors{});
  CHECK(result.members == Contents{{"o!a", kText}, {"o!b.gz", nested}, {"o!b.gz!b", kText}});
}

TEST_CASE("compressed files that begin with nothing") {
  using namespace std::string_literals;
  SECTION("bzip2: an empty stream") {
    CHECK(unpacked(compressed("", "bzip2") + compressed(kText, "bzip2"), "o.bz2").members ==
          Contents{{"o.bz2!o", kText}});
  }
  SECTION("zstd: a frame to be skipped") {
    for (int kind = 0; kind < 16; ++kind) {
      const auto frame = std::string(1, static_cast<char>(0x50 + kind)) + "\x2a\x4d\x18\3\0\0\0abc"s;
      const auto result = unpacked(frame + compressed(kText, "zstd"), "o.zst");
      CHECK(result.members == Contents{{"o.zst!o", kText}});
      CHECK(result.errors == Errors{});
    }
  }
}

TEST_CASE("files of lzma's old format") {
  const std::string filter = "lzma";
  const auto large = noise(100'000);
  CHECK(unpacked(compressed(kText, filter), "o.x").members == Contents{{"o.x!o", kText}});
  CHECK(unpacked(compressed(large, filter), "o.x").members == Contents{{"o.x!o", large}});
  CHECK(unpacked(compressed(archive_of({{"a", kText}}, "gnutar"), filter), "o.x").members ==
        Contents{{"o.x!a", kText}});
  const auto bytes = compressed(large, filter);
  CHECK(unpacked(std::string_view(bytes).substr(0, bytes.size() / 2), "o.x").errors.size() == 1);
}

TEST_CASE("an archive in a file with holes is read from its beginning to its end") {
  const TempDir dir;
  const std::string zeros(100'000, '\0');
  const auto tar = archive_of({{"a", kText}, {"zeros", zeros}, {"b", kText}}, "gnutar");
  const auto path = dir.path() / "o.tar";
  {
    const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    for (std::size_t at = 0; at < tar.size(); at += 4096) {
      const auto block = tar.substr(at, 4096);
      if (block.find_first_not_of('\0') == std::string::npos) continue;
      REQUIRE(pwrite(file.get(), block.data(), block.size(), static_cast<off_t>(at)) ==
              static_cast<ssize_t>(block.size()));
    }
    REQUIRE(ftruncate(file.get(), static_cast<off_t>(tar.size())) == 0);
  }
  Collector collector;
  Blob blob;
  blob.path = "o";
  std::string buffer;
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(read_with_members(file.get(), tar.size(), blob, {kPieces, {}}, buffer, 3, collector.sink,
                          collector.on_error) == 0);
  CHECK(collector.result.errors == Errors{});
  CHECK(collector.result.members.at("o!zeros") == zeros);
  CHECK(collector.result.members.at("o!b") == kText);
}

TEST_CASE("any byte of an archive may be wrong") {
  const std::string format = GENERATE("zip", "7zip", "gnutar", "ar");
  const auto whole = archive_of({{"debian-binary", kText}, {"b", noise(600)}, {"c", kText}}, format);
  std::mt19937 random(7);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto broken = whole;
    broken[at] = static_cast<char>(random());
    unpacked(broken, "o");
    unpacked(std::string_view(whole).substr(0, at), "o");
  }
}

TEST_CASE("encrypted members are told once, with how many there are") {
  const auto bytes =
      archive_of({{"one", kText}, {"two", kText}, {"three", kText}}, "zip", "", "zip:encryption=aes256");
  const auto result = unpacked(bytes, "o.zip");
  CHECK(result.members.empty());
  CHECK(result.errors ==
        Errors{{"o.zip!one", "is encrypted"}, {"o.zip", "archive has 2 more members that cannot be read"}});
}

TEST_CASE("an archive without a path is told by its object") {
  Collector collector;
  Blob outer;
  const auto bytes = archive_of({{"a", kText}}, "zip", "", "zip:encryption=aes256");
  outer.bytes = bytes;
  outer.object = Oid::from_raw("12345678901234567890");
  read_members(outer, {kPieces, {}}, 3, collector.sink, collector.on_error);
  CHECK(collector.result.errors == Errors{{outer.object.hex() + "!a", "is encrypted"}});
}

TEST_CASE("files and pipes: what they hold comes after themselves") {
  const TempDir dir;
  const auto large = noise(3 * kPieces.step);
  const auto small = archive_of({{"a", kText}}, "zip");
  const auto whole = archive_of({{"noise", large}, {"a", kText}}, "gnutar", "gzip");
  dir.write("small", small);
  dir.write("large", whole);
  const auto read = [&](int file, const char* name) {
    Collector collector;
    Blob blob;
    blob.path = name;
    std::string buffer;
    CHECK(read_with_members(file, 0, blob, {kPieces, {}}, buffer, 3, collector.sink, collector.on_error) ==
          0);
    return std::move(collector.result);
  };
  const auto read_file = [&](const char* name) {
    return read(UniqueFd(open((dir.path() / name).c_str(), O_RDONLY | O_CLOEXEC)).get(), name);
  };
  CHECK(read_file("small").members == Contents{{"small", small}, {"small!a", kText}});
  const auto result = read_file("large");
  CHECK(result.errors == Errors{});
  CHECK(result.members == Contents{{"large", whole}, {"large!noise", large}, {"large!a", kText}});

  const auto read_pipe = [&](const std::string& bytes) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const UniqueFd out(ends[0]);
    {
      const UniqueFd in(ends[1]);
      REQUIRE(write(in.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    return read(out.get(), "-");
  };
  CHECK(read_pipe(small).members == Contents{{"-", small}, {"-!a", kText}});
  const auto piped = read_pipe(whole);
  CHECK(piped.members == Contents{{"-", whole}});
  CHECK(piped.errors == Errors{{"-",
                                "archive in a pipe, more than 4.1 kB: its members were not searched; name a "
                                "file instead"}});
}

}  // namespace
}  // namespace keysift::test
