#include "git/repository.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/failure.h"
#include "git/own_configuration.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace fs = std::filesystem;
namespace {
using Lines = std::vector<std::string>;

Repository open(const fs::path& path) {
  forget_user_configuration();
  return Repository::open(path);
}

// The root that `path` lies in, without a slash at its end; empty for none.
std::string root_of(const fs::path& path) {
  forget_user_configuration();
  const auto root = Repository::root_of(path);
  return root ? (*root / "").parent_path().native() : "";
}

std::string work_tree_of(const fs::path& path) {
  const auto tree = open(path).work_tree();
  return tree ? (*tree / "").parent_path().native() : "";
}

// "name hex" a line, and the broken ones as "broken name".
Lines refs_of(const fs::path& path) {
  std::vector<std::string> broken;
  Lines lines;
  for (const auto& ref : open(path).refs(broken)) lines.push_back(ref.name + " " + ref.target.hex());
  std::sort(broken.begin(), broken.end());
  for (const auto& name : broken) lines.push_back("broken " + name);
  return lines;
}

TEST_CASE("a repository is found from anywhere in its work tree") {
  TestRepo repo;
  repo.write("a/b/c", "");
  for (const char* folder : {".", "a", "a/b", ".git", ".git/refs"}) {
    INFO(folder);
    CHECK(root_of(repo.path() / folder) == repo.path());
  }
  CHECK(work_tree_of(repo.path()) == repo.path());
  CHECK(work_tree_of(repo.path() / ".git") == repo.path());
  CHECK(open(repo.path()).common_dir() == repo.path() / ".git/");
}

TEST_CASE("no repository") {
  const TempDir dir;
  dir.write("a/b", "");
  CHECK(root_of(dir.path() / "a") == "");
  CHECK(root_of(dir.path() / "missing") == "");
  CHECK_THROWS_AS(open(dir.path()), Failure);
  CHECK_THROWS_AS(open(dir.path() / "missing"), Failure);
  // A folder in a work tree is none: callers find its root first.
  TestRepo repo;
  repo.write("a/b", "");
  CHECK_THROWS_AS(open(repo.path() / "a"), Failure);
}

TEST_CASE("a bare repository is its own root and has no work tree") {
  const TempDir dir;
  for (const char* name : {"plain", "with.git"}) {
    TestRepo repo({"--bare", (dir.path() / name).native()});
    CHECK(root_of(dir.path() / name) == dir.path() / name);
    CHECK(root_of(dir.path() / name / "refs") == dir.path() / name);
    CHECK(work_tree_of(dir.path() / name) == "");
  }
}

TEST_CASE("a bare repository whose configuration does not say so") {
  TestRepo repo({"--bare", "stored"});
  repo.git({"-C", "stored", "config", "--unset", "core.bare"});
  CHECK(root_of(repo.path() / "stored") == repo.path() / "stored");
  CHECK(work_tree_of(repo.path() / "stored") == "");
  repo.write("stored/config", "");
  CHECK(work_tree_of(repo.path() / "stored") == "");
}

TEST_CASE("a linked work tree has its own root and shares the rest") {
  TestRepo repo;
  repo.write("a/b", "");
  repo.commit_all("start");
  const TempDir dir;
  const auto linked = dir.path() / "linked";
  repo.git({"worktree", "add", "--quiet", "--detach", linked});
  CHECK(root_of(linked) == linked);
  CHECK(root_of(linked / "a") == linked);
  CHECK(work_tree_of(linked) == linked);
  CHECK(open(linked).common_dir() == repo.path() / ".git/");

  SECTION("of a bare repository") {
    const auto bare = dir.path() / "bare.git";
    repo.git({"clone", "--quiet", "--bare", ".", bare});
    const auto tree = dir.path() / "of-bare";
    repo.git({"-C", bare, "worktree", "add", "--quiet", tree, "main"});
    CHECK(root_of(tree / "a") == tree);
    CHECK(work_tree_of(tree) == tree);
    CHECK(work_tree_of(bare) == "");
  }
}

TEST_CASE("a submodule has its own root") {
  TestRepo repo;
  repo.write("a/b", "");
  repo.commit_all("start");
  repo.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", repo.path(), "sub/module"});
  const auto module = repo.path() / "sub/module";
  CHECK(root_of(module / "a") == module);
  CHECK(root_of(repo.path() / "sub") == repo.path());
  CHECK(work_tree_of(module) == module);
}

TEST_CASE("a work tree that is somewhere else") {
  TestRepo repo;
  const TempDir dir;
  repo.git({"config", "core.worktree", dir.path()});
  CHECK(work_tree_of(repo.path() / ".git").empty());  // it does not know of this repository
  dir.write(".git", "gitdir: " + (repo.path() / ".git").native() + "\n");
  CHECK(work_tree_of(repo.path() / ".git") == dir.path());
}

TEST_CASE("refs come HEAD first, then by name, symbolic ones resolved") {
  TestRepo repo;
  CHECK(refs_of(repo.path()) == Lines{});  // HEAD's branch is not born
  repo.write("a", "1");
  const auto first = repo.commit_all("first");
  repo.git({"branch", "zebra"});
  repo.git({"update-ref", "refs/remotes/origin/main", first});
  repo.git({"symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"});
  repo.git({"tag", "light"});
  repo.git({"tag", "--annotate", "--message=x", "heavy"});
  repo.write("a", "2");
  const auto second = repo.commit_all("second");
  const auto tag = repo.git({"rev-parse", "refs/tags/heavy"});
  const Lines expected = {"HEAD " + second,
                          "refs/heads/main " + second,
                          "refs/heads/zebra " + first,
                          "refs/remotes/origin/HEAD " + first,
                          "refs/remotes/origin/main " + first,
                          "refs/tags/heavy " + tag,
                          "refs/tags/light " + first};
  CHECK(refs_of(repo.path()) == expected);
  repo.git({"pack-refs", "--all"});
  CHECK(refs_of(repo.path()) == expected);
}

TEST_CASE("a HEAD on no branch") {
  TestRepo repo;
  repo.write("a", "1");
  const auto first = repo.commit_all("first");
  repo.git({"checkout", "--quiet", "--detach"});
  repo.git({"branch", "--delete", "--force", "main"});
  CHECK(refs_of(repo.path()) == Lines{"HEAD " + first});
}

TEST_CASE("refs that lead nowhere are named, and the others given") {
  TestRepo repo;
  repo.write("a", "1");
  const auto first = repo.commit_all("first");
  repo.write(".git/refs/heads/missing", std::string(40, '1') + "\n");
  repo.write(".git/refs/heads/dangling", "ref: refs/heads/nowhere\n");
  repo.write(".git/refs/heads/circle", "ref: refs/heads/circle\n");
  const Lines expected = {"HEAD " + first, "refs/heads/main " + first, "broken refs/heads/circle",
                          "broken refs/heads/dangling", "broken refs/heads/missing"};
  CHECK(refs_of(repo.path()) == expected);
}

TEST_CASE("a file among the refs that holds none is named") {
  TestRepo repo;
  repo.write(".git/refs/heads/garbage", "no ref at all\n");
  CHECK(refs_of(repo.path()) == Lines{"broken refs/heads/garbage"});
}

// The index as "path blob" lines; what is wrong with it goes to `problem`.
Lines index_of(const fs::path& path, std::string& problem) {
  Lines lines;
  for (const auto& entry : open(path).index(problem)) lines.push_back(entry.path + " " + entry.blob.hex());
  return lines;
}

TEST_CASE("the index by path, with every side of a conflict") {
  TestRepo repo;
  std::string problem;
  CHECK(index_of(repo.path(), problem).empty());
  repo.write("b", "1");
  repo.write("a/x", "2");
  repo.write("a.b", "3");
  repo.git({"add", "--all"});
  const auto blob = [&](const std::string& path) { return repo.git({"rev-parse", ":" + path}); };
  CHECK(index_of(repo.path(), problem) ==
        Lines{"a.b " + blob("a.b"), "a/x " + blob("a/x"), "b " + blob("b")});
  const auto one = blob("b");
  const auto two = blob("a/x");
  repo.git({"update-index", "--index-info"},
           "0 " + std::string(40, '0') + "\tb\n100644 " + one + " 2\tb\n100644 " + two + " 3\tb\n");
  auto conflict = index_of(repo.path(), problem);
  std::sort(conflict.begin(), conflict.end());
  Lines expected = {"a.b " + blob("a.b"), "a/x " + two, "b " + one, "b " + two};
  std::sort(expected.begin(), expected.end());
  CHECK(conflict == expected);
  CHECK(problem == "");
}

TEST_CASE("an index that cannot be read is no index, and says so") {
  TestRepo repo;
  repo.write(".git/index", "no index");
  std::string problem;
  CHECK(index_of(repo.path(), problem).empty());
  CHECK(problem.starts_with("the index cannot be read"));
}

TEST_CASE("where a shallow clone was cut off") {
  TestRepo repo;
  repo.write("a", "1");
  repo.commit_all("first");
  repo.write("a", "2");
  const auto second = repo.commit_all("second");
  CHECK(open(repo.path()).shallow_boundary().empty());
  const TempDir dir;
  const auto clone = dir.path() / "clone";
  repo.git({"clone", "--quiet", "--depth=1", "file://" + repo.path().native(), clone});
  CHECK(open(clone).shallow_boundary() == std::set<Oid>{Oid::from_hex(second)});
}

}  // namespace
}  // namespace keysift::test
