#include "env/work_tree.h"

#include <sys/stat.h>

#include "base/failure.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;

TEST_CASE("files of a work tree are read, and nothing outside it") {
  const TempDir outside;
  outside.write("secret", "out of reach");
  const TempDir dir;
  dir.write("a/b/file", "bytes");
  fs::create_symlink(outside.path(), dir.path() / "link");
  fs::create_symlink(outside.path() / "secret", dir.path() / "a/link");
  const WorkTree tree(dir.path());
  CHECK(tree.read("a/b/file") == "bytes");
  CHECK(tree.has_file("a/b/file"));
  CHECK(tree.has_folder("a/b"));
  CHECK(tree.has_folder("a/b/"));
  CHECK(tree.has_folder(""));
  CHECK(tree.has("a/link"));
  for (const char* path : {"link/secret", "a/link", "link", "a", "none", "a/none/file", "a/b/file/x"}) {
    INFO(path);
    CHECK(tree.read(path) == std::nullopt);
    CHECK_FALSE(tree.has_file(path));
  }
  CHECK_FALSE(tree.has_folder("link"));
  CHECK_FALSE(tree.has("none"));
}

TEST_CASE("a pipe makes nobody wait, and a huge file is not read") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  dir.write("huge", "");
  fs::resize_file(dir.path() / "huge", WorkTree::kMaxFile + 1);
  const WorkTree tree(dir.path());
  CHECK(tree.read("pipe") == std::nullopt);
  CHECK(tree.read("huge") == std::nullopt);
  CHECK(tree.has_file("huge"));
  CHECK_THROWS_AS(WorkTree(dir.path() / "none"), Failure);
}

TEST_CASE("the mode of a file") {
  const TempDir dir;
  dir.write("file", "");
  fs::permissions(dir.path() / "file", fs::perms(0640));
  CHECK(WorkTree(dir.path()).mode("file") == 0640U);
  CHECK(WorkTree(dir.path()).mode("none") == std::nullopt);
}

TEST_CASE("paths are resolved within the root") {
  CHECK(resolved("", ".env") == ".env");
  CHECK(resolved("a/b/", "./.env") == "a/b/.env");
  CHECK(resolved("a/b/", "../.env") == "a/.env");
  CHECK(resolved("a/b/", "..//../x/./.env") == "x/.env");
  CHECK(resolved("a/", "b/") == "a/b/");
  CHECK(resolved("a/", "..") == "");
  CHECK(resolved("a/", ".") == "a/");
  CHECK(resolved("", "../.env") == std::nullopt);
  CHECK(resolved("a/", "../../.env") == std::nullopt);
  CHECK(resolved("a/", "/etc/.env") == std::nullopt);
}

}  // namespace
}  // namespace keysift::test
