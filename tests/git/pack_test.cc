#include "git/pack.h"

#include <string>

#include "base/failure.h"
#include "git/pack_builder.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using Catch::Matchers::EndsWith;

constexpr std::size_t kFanout = 8;
constexpr std::size_t kNames = kFanout + 256 * 4;

Oid blob_name(std::string_view bytes) { return name_of(ObjectType::blob, bytes); }

// A pack of `count` blobs "0", "1", ...
PackBuilder numbered(unsigned count) {
  PackBuilder builder;
  for (unsigned i = 0; i < count; ++i) builder.add(ObjectType::blob, std::to_string(i));
  return builder;
}

std::string problem_of(const fs::path& index) {
  try {
    const Pack pack(index);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "none";
}

// What is said of a pack after `index` and `pack` were put in place of its files.
std::string problem_with(std::string_view index, std::string_view pack) {
  const TempDir dir;
  const auto file = dir.path() / "pack-test.idx";
  replace_file(file, index);
  replace_file(dir.path() / "pack-test.pack", pack);
  const auto problem = problem_of(file);
  const auto place = file.native() + ": ";
  return problem.starts_with(place) ? problem.substr(place.size()) : problem;
}

TEST_CASE("a pack knows its objects by number and by name") {
  const TempDir dir;
  const auto builder = numbered(500);
  const Pack pack(builder.write(dir.path()));
  CHECK(pack.index_file() == dir.path() / "pack-test.idx");
  REQUIRE(pack.size() == 500);
  CHECK(pack.end() == builder.end());
  for (std::uint32_t number = 0; number < pack.size(); ++number) {
    if (number > 0) REQUIRE(pack.id(number - 1) < pack.id(number));
    REQUIRE(pack.find(pack.id(number)) == number);
    REQUIRE(number >= pack.numbers_before(pack.id(number).bytes[0]));
    REQUIRE(number < pack.numbers_before(pack.id(number).bytes[0] + 1U));
  }
  CHECK(pack.numbers_before(0) == 0);
  CHECK(pack.numbers_before(256) == 500);
  CHECK(pack.find(blob_name("499")));
  CHECK_FALSE(pack.find(blob_name("500")));
  CHECK_FALSE(pack.find(Oid()));
  CHECK_FALSE(pack.find(Oid::from_hex(std::string(40, 'f'))));
}

TEST_CASE("names that are not spread evenly are found, too") {
  const TempDir dir;
  PackBuilder builder;
  std::vector<Oid> ids;
  for (unsigned i = 0; i < 300; ++i) {
    auto id = Oid::from_hex("7700000000000000" + std::string(24, '0'));
    id.bytes[i < 150 ? 7 : 19] = static_cast<std::uint8_t>(i % 150);
    id.bytes[1] = i % 3 == 0 ? 255 : 0;
    ids.push_back(id);
    builder.claim(id, 12);
  }
  const Pack pack(builder.write(dir.path()));
  for (const auto& id : ids) {
    const auto number = pack.find(id);
    REQUIRE(number);
    REQUIRE(pack.id(*number) == id);
  }
}

TEST_CASE("a pack without objects") {
  const TempDir dir;
  const Pack pack(PackBuilder().write(dir.path()));
  CHECK(pack.size() == 0);
  CHECK_FALSE(pack.find(Oid()));
}

TEST_CASE("an entry's header says what it is") {
  const TempDir dir;
  PackBuilder builder;
  const std::string large(100'000, 'x');
  const auto tree = builder.add(ObjectType::tree, "");
  const auto blob = builder.add(ObjectType::blob, large);
  const auto base = blob_name(large);
  const auto near = builder.add_offset_delta(Oid(), blob, "12345");
  const auto far = builder.add_offset_delta(Oid(), tree, "1234567");
  const auto ref = builder.add_ref_delta(Oid(), base, "123");
  const Pack pack(builder.write(dir.path()));

  CHECK(pack.entry(tree)->kind == PackKind::tree);
  CHECK(pack.entry(tree)->size == 0);
  CHECK(pack.entry(tree)->data == tree + 1);
  CHECK(pack.entry(blob)->kind == PackKind::blob);
  CHECK(pack.entry(blob)->size == 100'000);
  CHECK(pack.stream(pack.entry(blob)->data).starts_with(deflated(large)));
  CHECK(pack.entry(near)->kind == PackKind::offset_delta);
  CHECK(pack.entry(near)->base_offset == blob);
  CHECK(pack.entry(far)->base_offset == tree);
  CHECK(pack.entry(far)->size == 7);
  CHECK(pack.entry(ref)->kind == PackKind::ref_delta);
  CHECK(pack.entry(ref)->base_id == base);
}

TEST_CASE("an entry's header may be broken") {
  const TempDir dir;
  PackBuilder builder;
  const auto kind0 = builder.add_entry(Oid(), 0, 1, {}, "12345678");
  const auto kind5 = builder.add_entry(Oid(), 5, 1, {}, "12345678");
  const auto endless_size = builder.add_entry(Oid(), 3, 15, {}, {});
  const auto long_size = builder.add_entry(Oid(), 3, UINT64_MAX, {}, "12345678");
  const auto no_distance = builder.add_entry(Oid(), 6, 3, distance(0), "12345678");
  const auto before_pack = builder.add_entry(Oid(), 6, 3, distance(1U << 20), "12345678");
  const auto far_before = builder.add_entry(Oid(), 6, 3, std::string(12, '\xff'), "12345678");
  const auto cut_name = builder.add_entry(Oid(), 7, 3, {}, "only 19 bytes left");
  const Pack pack(builder.write(dir.path()));
  CHECK_FALSE(pack.entry(kind0));
  CHECK_FALSE(pack.entry(kind5));
  CHECK(pack.entry(endless_size)->size == 15);
  CHECK_FALSE(pack.entry(long_size));
  CHECK_FALSE(pack.entry(no_distance));
  CHECK_FALSE(pack.entry(before_pack));
  CHECK_FALSE(pack.entry(far_before));
  CHECK_FALSE(pack.entry(cut_name));
}

TEST_CASE("a header that goes on where the pack ends is broken") {
  for (const char last : {'\xb5', '\xe5', '\x65'}) {
    const TempDir dir;
    PackBuilder builder;
    const auto at = builder.add_entry(Oid(), 3, 1, {}, std::string(1, last));
    const Pack pack(builder.write(dir.path()));
    CHECK_FALSE(pack.entry(at + 1));
  }
}

TEST_CASE("offsets over 2 GiB stand in a table of their own") {
  const TempDir dir;
  auto builder = numbered(3);
  builder.claim(Oid::from_hex(std::string(40, 'f')), 0x80000000);
  const auto index = builder.index();
  const Pack pack(builder.write(dir.path()));
  CHECK(index.size() == kNames + 4 * (Oid::kSize + 4 + 4) + 8 + 40);
  CHECK_FALSE(pack.offset(3));  // it is behind the end of this pack
}

TEST_CASE("an offset in the table of large ones may be small") {
  const TempDir dir;
  const auto builder = numbered(1);
  const auto file = builder.write(dir.path());
  auto index = builder.index();
  const auto offset = kNames + Oid::kSize + 4;
  index.replace(offset, 4, big_endian(0x80000001, 4));
  index.insert(offset + 4, big_endian(1ULL << 62, 8) + big_endian(12, 8));
  replace_file(file, index);
  CHECK(Pack(file).offset(0) == 12);
  index.replace(offset, 4, big_endian(0x80000000, 4));
  replace_file(file, index);
  CHECK_FALSE(Pack(file).offset(0));
}

TEST_CASE("an index may point anywhere") {
  const auto builder = numbered(1);
  const auto end = builder.end();
  for (const std::uint64_t offset :
       {std::uint64_t{0}, std::uint64_t{11}, end, end + 1, end + 20, end + 21, std::uint64_t{0x7fffffff},
        std::uint64_t{0x80000000}, std::uint64_t{0x80000001}, std::uint64_t{0xffffffff}}) {
    const TempDir dir;
    const auto file = builder.write(dir.path());
    auto index = builder.index();
    index.replace(kNames + Oid::kSize + 4, 4, big_endian(offset, 4));
    replace_file(file, index);
    INFO(offset);
    CHECK_FALSE(Pack(file).offset(0));
  }
}

TEST_CASE("what is no pack or no index is refused") {
  const auto builder = numbered(3);
  const auto index = builder.index();
  const auto pack = builder.pack();
  CHECK(problem_with(index, pack) == "none");
  CHECK(problem_with("", pack) == "the pack index is cut short");
  CHECK(problem_with(index, "") == "the pack beside it is cut short");
  CHECK(problem_with(index, pack.substr(0, 31)) == "the pack beside it is cut short");
  auto other = index;
  other[0] = '\0';
  CHECK(problem_with(other, pack) == "the pack index is broken: its counts go down");  // taken for version 1
  other = index;
  other[7] = 3;
  CHECK(problem_with(other, pack) == "the pack index is not of version 1 or 2");
  other = pack;
  other[7] = 3;
  CHECK(problem_with(index, other) == "none");
  other[7] = 4;
  CHECK(problem_with(index, other) == "the pack beside it is not of version 2 or 3");
  other = pack;
  other[0] = 'p';
  CHECK(problem_with(index, other) == "the pack beside it is not of version 2 or 3");
}

TEST_CASE("an index of any length but its own is refused") {
  const auto builder = numbered(3);
  const auto index = builder.index();
  const auto pack = builder.pack();
  for (std::size_t size = 0; size < index.size(); ++size) {
    INFO(size);
    REQUIRE(problem_with(index.substr(0, size), pack) != "none");
  }
}

TEST_CASE("the counts in an index are checked") {
  const auto builder = numbered(3);
  const auto index = builder.index();
  const auto pack = builder.pack();
  const auto with_count = [&](unsigned byte, std::uint64_t count) {
    auto other = index;
    other.replace(kFanout + std::size_t{byte} * 4, 4, big_endian(count, 4));
    return problem_with(other, pack);
  };
  CHECK(with_count(0, 4) == "the pack index is broken: its counts go down");
  CHECK(with_count(255, 0) == "the pack index is broken: its counts go down");
  for (const std::uint64_t count : {std::uint64_t{4}, std::uint64_t{1000}, std::uint64_t{0x7fffffff},
                                    std::uint64_t{0x80000000}, std::uint64_t{0xffffffff}}) {
    CHECK(with_count(255, count) == "the pack index is broken: it lacks entries");
  }
}

TEST_CASE("an index without a pack, or with something else in its place") {
  const TempDir dir;
  const auto file = numbered(1).write(dir.path());
  const auto pack = fs::path(file).replace_extension(".pack");
  fs::remove(pack);
  CHECK_THAT(problem_of(file), EndsWith("pack-test.pack: No such file or directory"));
  fs::create_directory(pack);
  CHECK_THAT(problem_of(file), EndsWith("pack-test.pack: it is no regular file"));
  fs::remove(file);
  CHECK_THAT(problem_of(file), EndsWith("pack-test.idx: No such file or directory"));
}

}  // namespace
}  // namespace keysift::test
