#include "git/staged.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "base/failure.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

using Files = std::set<std::string>;  // "blob path"

Files staged(const TestRepo& repo) {
  const auto repository = Repository::open(repo.path());
  const ObjectDatabase database(repository);
  ObjectReader objects(database);
  Files files;
  for (const auto& file : staged_changes(repository, objects).files)
    files.insert(file.blob.hex() + " " + file.path);
  return files;
}

// ":old-mode new-mode old-blob new-blob status\0path\0" each.
Files staged_by_git(TestRepo& repo) {
  const auto raw = repo.git({"diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "HEAD"});
  Files files;
  for (std::string_view rest = raw; !rest.empty();) {
    const auto head = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(head.size() + 1);
    const auto path = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), path.size() + 1));
    const auto old_blob = head.substr(15, 40);
    const auto blob = head.substr(56, 40);
    const bool deleted = head.back() == 'D';
    const bool submodule = head.substr(8, 6) == "160000";
    if (!deleted && !submodule && blob != old_blob) files.insert(std::string(blob) + " " + std::string(path));
  }
  return files;
}

class Gardener {
 public:
  explicit Gardener(unsigned seed) : random_(seed) {}

  void change(TestRepo& repo) {
    const auto path = name();
    const auto whole = repo.path() / path;
    switch (random_() % 6) {
      case 0:
        repo.git({"rm", "-r", "--quiet", "--cached", "--ignore-unmatch", path});
        break;
      case 1:
        repo.git({"update-index", "--add", "--cacheinfo",
                  "160000,1234567890123456789012345678901234567890," + path + "-module"});
        break;
      default:
        std::filesystem::remove_all(whole);
        for (auto folder = whole.parent_path(); folder != repo.path(); folder = folder.parent_path()) {
          if (std::filesystem::is_regular_file(folder)) std::filesystem::remove(folder);
        }
        repo.write(path, std::to_string(random_() % 4));
        repo.git({"add", "--all", path});
    }
  }

 private:
  // Names that sort otherwise as folders than as files.
  std::string name() {
    static const std::vector<std::string> parts{"a", "a-b", "a.c", "a0", "b"};
    std::string path = parts[random_() % parts.size()];
    for (auto depth = random_() % 4; depth > 0; --depth) path += "/" + parts[random_() % parts.size()];
    return path;
  }

  std::mt19937 random_;
};

TEST_CASE("what is staged is what git says") {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U);
  TestRepo repo;
  repo.git({"commit", "--quiet", "--allow-empty", "--message", "start"});
  Gardener gardener(seed);
  for (int step = 0; step < 60; ++step) {
    for (int changes = 0; changes < 1 + step % 4; ++changes) {
      try {
        gardener.change(repo);
      } catch (const std::runtime_error&) {
        continue;  // a submodule where there is a folder, or the other way round
      }
    }
    INFO("step " << step);
    CHECK(staged(repo) == staged_by_git(repo));
    if (step % 3 == 0) repo.git({"commit", "--quiet", "--allow-empty", "--message", "more"});
    if (step % 7 == 0) repo.git({"read-tree", "HEAD"});  // which writes all trees into the index
    if (step % 10 == 9) repo.git({"gc", "--quiet"});
  }
}

TEST_CASE("folders that the index knows to be unchanged are not read") {
  TestRepo repo;
  repo.write("same/deep/file", "1");
  repo.write("other/file", "1");
  repo.commit_all("start");
  repo.write("other/file", "2");
  repo.git({"add", "other/file"});  // others may be added anew: they are of the same second
  const auto tree = repo.git({"rev-parse", "HEAD:same"});
  std::filesystem::remove(repo.path() / ".git/objects" / tree.substr(0, 2) / tree.substr(2));
  CHECK(staged(repo) == Files{repo.git({"rev-parse", ":other/file"}) + " other/file"});
}

TEST_CASE("a path is new from the first folder on that no parent has") {
  TestRepo repo;
  repo.write("a/b/one", "1");
  repo.commit_all("start");
  repo.write("a/b/two", "2");
  repo.write("a/c/d/three", "3");
  repo.write("e/four", "4");
  repo.git({"add", "."});
  const auto repository = Repository::open(repo.path());
  const ObjectDatabase database(repository);
  ObjectReader objects(database);
  std::vector<std::string> fresh;
  for (const auto& file : staged_changes(repository, objects).files)
    fresh.push_back(file.path.substr(file.known));
  CHECK(fresh == std::vector<std::string>{"two", "c/d/three", "e/four"});
}

TEST_CASE("what the next commit stands on must be readable") {
  TestRepo repo;
  repo.write("a/one", "1");
  repo.commit_all("start");
  repo.write("a/one", "2");
  repo.git({"add", "."});
  const std::string what = GENERATE("HEAD", "HEAD^{tree}", "HEAD:a");
  const auto object = repo.git({"rev-parse", what});
  std::filesystem::remove(repo.path() / ".git/objects" / object.substr(0, 2) / object.substr(2));
  try {
    staged(repo);
    FAIL("nothing was noticed");
  } catch (const Failure& failure) {
    CHECK(std::string(failure.what()).find(object) != std::string::npos);
  }
}

}  // namespace
}  // namespace keysift::test
