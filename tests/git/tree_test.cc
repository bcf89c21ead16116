#include "git/tree.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

using Kind = TreeEntry::Kind;

std::string entry(const std::string& mode, const std::string& name, char id) {
  return mode + " " + name + std::string(1, '\0') + std::string(Oid::kSize, id);
}

// "kind hex name" a line, as `git ls-tree` has it, less the mode.
std::vector<std::string> listing(TreeEntries& entries) {
  std::vector<std::string> lines;
  for (TreeEntry entry; entries.next(entry);) {
    const std::string kind = entry.kind == Kind::tree        ? "tree"
                             : entry.kind == Kind::submodule ? "commit"
                                                             : "blob";
    lines.push_back(kind + " " + entry.id.hex() + " " + std::string(entry.name));
  }
  return lines;
}

// A repository whose HEAD has entries of every kind.
std::string make_tree(TestRepo& repo) {
  repo.write("file", "1");
  repo.write("script", "2");
  repo.write("folder/file", "3");
  repo.write("two words", "4");
  repo.write("\xff\xfe", "5");
  repo.write("new\nline", "6");
  std::filesystem::permissions(repo.path() / "script", std::filesystem::perms(0755));
  std::filesystem::create_symlink("file", repo.path() / "link");
  repo.git(
      {"update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,module"});
  repo.git({"add", "--all", "--", ":!module"});
  repo.git({"commit", "--quiet", "--message", "start"});
  return repo.git({"rev-parse", "HEAD^{tree}"});
}

TEST_CASE("the entries of a tree, as git lists them") {
  TestRepo repo;
  const auto tree = make_tree(repo);
  std::vector<std::string> expected;
  const auto listed = repo.git({"ls-tree", "-z", tree});
  for (std::size_t at = 0; at < listed.size();) {
    const auto end = listed.find('\0', at);
    auto line = listed.substr(at, end - at).substr(7);  // less the mode
    line[line.find('\t')] = ' ';
    expected.push_back(line);
    at = end + 1;
  }
  REQUIRE(expected.size() == 8);
  const auto bytes = run({"git", "cat-file", "tree", tree}, repo.path(), {}, clean_environment()).out;
  TreeEntries entries(bytes);
  CHECK(listing(entries) == expected);
  CHECK_FALSE(entries.broken());
}

TEST_CASE("a tree that is cut off anywhere gives its whole entries, and says that it is broken") {
  TestRepo repo;
  const auto bytes =
      run({"git", "cat-file", "tree", make_tree(repo)}, repo.path(), {}, clean_environment()).out;
  std::vector<std::size_t> ends = {0};  // where entries end
  TreeEntry entry;
  for (TreeEntries entries(bytes); entries.next(entry);) {
    ends.push_back(static_cast<std::size_t>(entry.name.data() - bytes.data()) + entry.name.size() + 1 +
                   Oid::kSize);
  }
  REQUIRE(ends.back() == bytes.size());
  std::size_t whole = 0;
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    if (whole + 1 < ends.size() && length >= ends[whole + 1]) ++whole;
    // A copy of its own, so that a read behind its end is one behind an allocation's.
    const std::string cut(bytes, 0, length);
    TreeEntries entries(cut);
    INFO(length << " of " << bytes.size() << " bytes");
    CHECK(listing(entries).size() == whole);
    CHECK(entries.broken() == (length != ends[whole]));
  }
}

TEST_CASE("a tree stays broken, however often it is asked for more") {
  TreeEntries entries("100644 name");
  TreeEntry none;
  CHECK_FALSE(entries.next(none));
  CHECK_FALSE(entries.next(none));
  CHECK(entries.broken());
}

TEST_CASE("an empty tree is whole") {
  TreeEntries entries("");
  TreeEntry none;
  CHECK_FALSE(entries.next(none));
  CHECK_FALSE(entries.broken());
}

TEST_CASE("modes as older gits wrote them, and names with a space") {
  const auto bytes = entry("040000", "old folder", 'a') + entry("100664", "group writes", 'b');
  TreeEntries entries(bytes);
  TreeEntry folder;
  REQUIRE(entries.next(folder));
  CHECK(folder.kind == Kind::tree);
  CHECK(folder.name == "old folder");
  TreeEntry file;
  REQUIRE(entries.next(file));
  CHECK(file.kind == Kind::blob);
  CHECK(file.name == "group writes");
  CHECK(file.id == Oid::from_raw(std::string(Oid::kSize, 'b').data()));
  TreeEntry none;
  CHECK_FALSE(entries.next(none));
  CHECK_FALSE(entries.broken());
}

TEST_CASE("object names and their digits") {
  const std::string hex = "0123456789abcdef0123456789abcdef01234567";
  CHECK(Oid::from_hex(hex).hex() == hex);
  CHECK(Oid::from_hex(hex + "trailing").hex() == hex);
  for (const auto& wrong : {hex.substr(1), std::string(), "g" + hex.substr(1), "A" + hex.substr(1)}) {
    CHECK(Oid::from_hex(wrong) == Oid{});
  }
  CHECK(Oid{}.hex() == std::string(40, '0'));
}

}  // namespace
}  // namespace keysift::test
