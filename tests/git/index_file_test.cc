#include "git/index_file.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/failure.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

std::string bytes_of_index(const TestRepo& repo) {
  std::ifstream file(repo.path() / ".git/index", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// "blob path" a line.
std::string listed(std::string_view index) {
  std::string lines;
  for (const auto& entry : parse_index(index).entries) lines += entry.blob.hex() + " " + entry.path + "\n";
  return lines;
}

std::string listed_by_git(TestRepo& repo) {
  std::string lines;
  std::string_view rest;
  const auto all = repo.git({"ls-files", "-z", "--stage"});  // "mode blob stage\tpath" each
  for (rest = all; !rest.empty(); rest.remove_prefix(std::min(rest.size(), rest.find('\0') + 1))) {
    const auto entry = rest.substr(0, rest.find('\0'));
    lines += std::string(entry.substr(7, 40)) + " " + std::string(entry.substr(entry.find('\t') + 1)) + "\n";
  }
  return lines;
}

std::string complaint(std::string_view index) {
  try {
    parse_index(index);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "nothing";
}

// Paths of all lengths that padding tells apart, with shared beginnings, and one that is long.
void stage(TestRepo& repo) {
  for (std::size_t length = 1; length < 20; ++length) repo.write("d/" + std::string(length, 'a'), "1");
  repo.write("d/b/" + std::string(200, 'x') + "/" + std::string(200, 'y'), "2");
  repo.write("e", "3");
  repo.git({"add", "."});
}

TEST_CASE("every version of an index is read as git reads it") {
  TestRepo repo;
  stage(repo);
  const std::string version = GENERATE("2", "3", "4");
  if (version == "3") {
    repo.write("later", "");
    repo.git({"add", "--intent-to-add", "later"});  // needs the flags that version 3 brought
  } else {
    repo.git({"update-index", "--index-version", version});
  }
  const auto index = bytes_of_index(repo);
  REQUIRE(index[7] == version[0] - '0');
  CHECK(listed(index) == listed_by_git(repo));
}

TEST_CASE("an index without a checksum is read") {
  TestRepo repo;
  stage(repo);
  const auto expected = listed_by_git(repo);
  auto index = bytes_of_index(repo);
  index.replace(index.size() - 20, 20, 20, '\0');  // as with index.skipHash
  CHECK(listed(index) == expected);
}

TEST_CASE("an index of which something is elsewhere is not taken for the whole") {
  TestRepo repo;
  stage(repo);
  SECTION("split") {
    repo.git({"update-index", "--split-index"});
    CHECK(complaint(bytes_of_index(repo)) ==
          "it is split; to put it together: git update-index --no-split-index");
  }
  auto index = bytes_of_index(repo);
  SECTION("sparse") {
    index.insert(index.size() - 20, std::string("sdir\0\0\0\0", 8));
    CHECK(parse_index(index).sparse);
    CHECK_FALSE(parse_index(bytes_of_index(repo)).sparse);
  }
  SECTION("a way of the future") {
    index.insert(index.size() - 20, std::string("TEST\0\0\0\2ab"
                                                "new!\0\0\0\0",
                                                18));
    CHECK(complaint(index) == "it needs the extension 'new!', which this keysift does not know");
  }
  SECTION("a version of the future") {
    index[7] = 5;
    CHECK(complaint(index) ==
          "it is of version 5, and 2 to 4 are known; to change that: git update-index --index-version 4");
  }
}

TEST_CASE("a broken index is told, wherever it breaks") {
  TestRepo repo;
  stage(repo);
  const std::string version = GENERATE("2", "4");
  repo.git({"update-index", "--index-version", version});
  const auto index = bytes_of_index(repo);
  const auto broken = "it is broken; to make it anew: git reset";
  CHECK(complaint("no index") == broken);
  const auto entries = index.find("TREE");
  const auto end = entries == std::string::npos ? index.size() - 20 : entries;
  for (std::size_t size = 0; size < end + 20; ++size) {
    INFO(size);
    CHECK(complaint(std::string(index, 0, size)) == broken);
  }
  auto many = index;
  many[8] = '\x7f';  // entries: two thousand million
  CHECK(complaint(many).starts_with("it "));
  if (version == "4") {
    auto first = index;
    first[12 + 62] = 1;  // a byte less than the path before it, of which there is none
    CHECK(complaint(first) == broken);
  }
}

}  // namespace
}  // namespace keysift::test
