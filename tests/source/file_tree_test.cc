#include "source/file_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <latch>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/failure.h"
#include "base/file.h"
#include "git/own_configuration.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace fs = std::filesystem;
namespace {

using Files = std::map<std::string, bool>;  // path -> tracked
using Errors = std::map<std::string, std::string>;

struct Walked {
  Files files;
  Errors errors;
};

Walked walk(const fs::path& root, FileTreeOptions options = {}) {
  forget_user_configuration();
  Walked walked;
  std::mutex guard;
  const auto visit = [&](const WalkedFile& file, int folder, unsigned worker) {
    const std::lock_guard lock(guard);
    REQUIRE(worker < options.workers);
    struct stat status {};
    CHECK(fstatat(folder, file.path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0);
    CHECK(walked.files.emplace(file.path, file.tracked).second);  // each file once
  };
  const auto on_error = [&](const std::string& path, const Problem& problem, unsigned) {
    const std::lock_guard lock(guard);
    walked.errors.emplace(path, problem.message);
  };
  walk_files(root, options, visit, on_error);
  return walked;
}

// Splits at NUL.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\0', at);
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::vector<std::string> git_lists(const fs::path& folder, const std::vector<std::string>& options) {
  std::vector<std::string> command = {"git", "ls-files", "-z"};
  command.insert(command.end(), options.begin(), options.end());
  const auto outcome = run(command, folder, {}, clean_environment());
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return split(outcome.out);
}

// What git itself would let a commit have, in `folder` and in the repositories below it.
Files files_by_git(const fs::path& folder, const std::string& prefix = {}) {
  Files files;
  const auto tracked = git_lists(folder, {"--cached"});
  const std::set<std::string> known(tracked.begin(), tracked.end());
  for (const auto& path : git_lists(folder, {"--cached", "--others", "--exclude-standard"})) {
    const auto status = fs::symlink_status(folder / path);
    if (fs::is_directory(status)) {
      files.merge(files_by_git(folder / path, prefix + path + (path.ends_with('/') ? "" : "/")));
    } else if (fs::is_regular_file(status)) {
      files.emplace(prefix + path, known.contains(path));
    }
  }
  return files;
}

Files every_file(const fs::path& folder) {
  Files files;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator();
       ++entry) {
    if (entry->path().filename() == ".git") {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      files.emplace(entry->path().lexically_relative(folder).native(), false);
    }
  }
  return files;
}

// What only one of two walks has, a line each.
std::vector<std::string> differences(const Files& ours, const Files& expected) {
  std::vector<std::string> lines;
  const auto compare = [&](const Files& a, const Files& b, const std::string& words) {
    for (const auto& [path, tracked] : a) {
      const auto other = b.find(path);
      if (other == b.end() || other->second != tracked)
        lines.push_back(words + (tracked ? "tracked " : "untracked ") + path);
    }
  };
  compare(ours, expected, "only here: ");
  compare(expected, ours, "not here: ");
  return lines;
}

template <typename T>
const T& pick(const std::vector<T>& from, std::mt19937_64& random) {
  return from[random() % from.size()];
}

// A tree with ignore files in many of its folders, some files of which git tracks in spite of them.
class RandomTree {
 public:
  explicit RandomTree(std::uint64_t seed) : random_(seed) {
    make_folder("", 0);
    if (random_() % 2 == 0) repo_.write(".git/info/exclude", patterns());
    std::vector<std::string> add = {"add", "--force", "--"};
    for (const auto& path : files_) {
      if (random_() % 6 == 0) add.push_back(path);
    }
    repo_.git(add);
  }

  const fs::path& path() const { return repo_.path(); }
  const std::vector<std::string>& folders() const { return folders_; }

 private:
  void make_folder(const std::string& folder, unsigned depth) {
    static const std::vector<std::string> kFiles = {"f.txt", "g.log", "h.o", "#hash", "!bang",
                                                    "x y",   "end ",  "a",   "core"};
    static const std::vector<std::string> kFolders = {"a", "b", "c", "build", "x y", "logs.d"};
    folders_.push_back(folder);
    for (const auto& name : kFiles) {
      if (random_() % 3 != 0) add(folder + name);
    }
    if (random_() % 2 == 0) repo_.write(folder + ".gitignore", patterns());
    if (depth == 3) return;
    for (const auto& name : kFolders) {
      if (random_() % 3 == 0 && !fs::exists(repo_.path() / (folder + name)))
        make_folder(folder + name + "/", depth + 1);
    }
  }

  void add(const std::string& path) {
    repo_.write(path, path);
    files_.push_back(path);
  }

  std::string patterns() {
    static const std::vector<std::string> kPatterns = {"*.log",
                                                       "!*.log",
                                                       "/a",
                                                       "a",
                                                       "a/",
                                                       "b/c",
                                                       "/b/c/",
                                                       "**/c",
                                                       "c/**",
                                                       "a/**/f.txt",
                                                       "f.txt",
                                                       "\\#hash",
                                                       "\\!bang",
                                                       "f.*",
                                                       "!f.*",
                                                       "[fgh].*",
                                                       "[!f].txt",
                                                       "build/",
                                                       "build",
                                                       "*",
                                                       "!*/",
                                                       "?.o",
                                                       "x y",
                                                       "x y/",
                                                       "# a comment",
                                                       "",
                                                       "g.log  ",
                                                       "a/*",
                                                       "/*",
                                                       "end\\ ",
                                                       "**",
                                                       "!**/f.txt",
                                                       "core",
                                                       "logs.d/*",
                                                       "*.d/",
                                                       "!*.d/",
                                                       "h.o\r",
                                                       "a/b",
                                                       "**/a/b/**",
                                                       "c/*/f.txt",
                                                       "!c/*/f.txt",
                                                       "core\n!core",
                                                       "a/*\n!a/f.txt",
                                                       "/*\n!/a\n!/b/",
                                                       "*\n!*/\n!f.txt",
                                                       "build/\n!build/",
                                                       "\\#hash\n!\\#hash",
                                                       "logs.d/*\n!logs.d/g.log"};
    std::string text;
    for (auto count = 1 + random_() % 5; count > 0; --count) text += pick(kPatterns, random_) + "\n";
    if (random_() % 4 == 0) text.pop_back();  // the last line need not end
    return text;
  }

  std::mt19937_64 random_;
  TestRepo repo_;
  std::vector<std::string> files_;
  std::vector<std::string> folders_;
};

TEST_CASE("a repository's files are those that git would let a commit have") {
  std::size_t ignored = 0;
  std::size_t tracked = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const RandomTree tree(seed);
    const auto walked = walk(tree.path(), {.workers = static_cast<unsigned>(1 + seed % 3)});
    INFO("seed " << seed);
    CHECK(walked.errors == Errors{});
    CHECK(differences(walked.files, files_by_git(tree.path())) == std::vector<std::string>{});
    ignored += every_file(tree.path()).size() - walked.files.size();
    for (const auto& file : walked.files) tracked += file.second ? 1 : 0;
  }
  CHECK(ignored > 500);
  CHECK(tracked > 200);
}

using Lines = std::vector<std::string>;

TEST_CASE("a negation may take back what another ignore file says") {
  TestRepo repo;
  repo.write(".gitignore", ".env\n*.key\n");
  repo.write("service/.gitignore", "!.env\n");
  repo.write("service/.env", "A=1\n");
  CHECK(differences(walk(repo.path()).files, files_by_git(repo.path())) == Lines{});
}

TEST_CASE("with ignored files, every file there is") {
  for (std::uint64_t seed = 100; seed < 105; ++seed) {
    const RandomTree tree(seed);
    auto expected = every_file(tree.path());
    for (const auto& [path, tracked] : files_by_git(tree.path())) expected[path] = tracked;
    INFO("seed " << seed);
    CHECK(differences(walk(tree.path(), {.ignored = true}).files, expected) == Lines{});
  }
}

TEST_CASE("from a folder of a repository, what git lists there") {
  unsigned walks = 0;
  for (std::uint64_t seed = 200; seed < 208; ++seed) {
    const RandomTree tree(seed);
    for (const auto& folder : tree.folders()) {
      const auto expected = files_by_git(tree.path() / folder);
      if (expected.empty()) continue;  // perhaps ignored as a whole: see below
      INFO("seed " << seed << ", folder " << folder);
      CHECK(differences(walk(tree.path() / folder).files, expected) == Lines{});
      ++walks;
    }
  }
  CHECK(walks > 20);
}

TEST_CASE("a folder that is ignored as a whole is read all the same when it is named") {
  TestRepo repo;
  repo.write(".gitignore", "build/\n");
  repo.write("build/a", "a");
  repo.write("build/deep/b", "b");
  CHECK(walk(repo.path()).files == Files{{".gitignore", false}});
  CHECK(walk(repo.path() / "build").files == Files{{"a", false}, {"deep/b", false}});
  CHECK(walk(repo.path() / "build/deep").files == Files{{"b", false}});
}

TEST_CASE("of an ignored folder, what git tracks in it") {
  TestRepo repo;
  repo.write(".gitignore", "build/\n");
  repo.write("build/kept", "a");
  repo.write("build/deep/kept", "b");
  repo.write("build/deep/other", "c");
  repo.write("build/empty/other", "c");
  repo.git({"add", "--force", "build/kept", "build/deep/kept"});
  const Files expected = {{".gitignore", false}, {"build/deep/kept", true}, {"build/kept", true}};
  CHECK(walk(repo.path()).files == expected);
  CHECK(walk(repo.path() / "build").files == Files{{"deep/kept", true}, {"kept", true}});
  CHECK(files_by_git(repo.path()) == expected);
}

TEST_CASE("a file that git tracks and nobody has is no file") {
  TestRepo repo;
  repo.write("a", "a");
  repo.write("b", "b");
  repo.commit_all("start");
  fs::remove(repo.path() / "a");
  CHECK(walk(repo.path()).files == Files{{"b", true}});
}

TEST_CASE("repositories in repositories go by their own rules") {
  TestRepo repo;
  repo.write(".gitignore", "*.log\nhidden/\n");
  repo.write("outer.log", "");
  const auto make = [&](const std::string& folder) {
    repo.write(folder + "/.gitignore", "*.tmp\n");
    repo.write(folder + "/inner.log", "");
    repo.write(folder + "/inner.tmp", "");
    repo.write(folder + "/tracked", "");
    repo.git({"-C", folder, "init", "--quiet"});
    repo.git({"-C", folder, "add", "tracked"});
  };
  make("nested");
  make("nested/deep/er");
  make("hidden/nested");
  const auto expected = files_by_git(repo.path());
  CHECK(expected.size() == 7);
  CHECK(differences(walk(repo.path(), {.workers = 3}).files, expected) == Lines{});
  CHECK(walk(repo.path() / "nested/deep").files ==
        Files{{"er/.gitignore", false}, {"er/inner.log", false}, {"er/tracked", true}});
}

TEST_CASE("a submodule and a linked work tree are repositories, too") {
  TestRepo repo;
  repo.write("a", "a");
  repo.write("b.log", "a");
  repo.commit_all("start");
  repo.git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", repo.path(), "module"});
  repo.git({"worktree", "add", "--quiet", "--detach", "linked"});
  repo.write("linked/.gitignore", "*.tmp\n");
  repo.write("linked/x.tmp", "");
  repo.write("module/.gitignore", "new\n");
  repo.write("module/new", "");
  const auto expected = files_by_git(repo.path());
  CHECK(expected.contains("module/a"));
  CHECK(expected.contains("linked/.gitignore"));
  CHECK(differences(walk(repo.path()).files, expected) == Lines{});
}

TEST_CASE("in no repository, every file") {
  const TempDir dir;
  dir.write(".gitignore", "*\n");
  dir.write("a/b/c", "");
  dir.write("d", "");
  dir.write(".git/config", "no repository: a folder like any other");
  dir.write("a/.git/f", "nor is this");
  CHECK(walk(dir.path()).files == Files{{".git/config", false},
                                        {".gitignore", false},
                                        {"a/.git/f", false},
                                        {"a/b/c", false},
                                        {"d", false}});
}

TEST_CASE("an empty folder, one that is not there, and one that is none") {
  const TempDir dir;
  CHECK(walk(dir.path()).files.empty());
  CHECK_THROWS_AS(walk(dir.path() / "missing"), Failure);
  dir.write("file", "");
  CHECK_THROWS_AS(walk(dir.path() / "file"), Failure);
}

TEST_CASE("links and pipes are passed over, a link to the root is not") {
  const TempDir dir;
  dir.write("tree/a", "");
  fs::create_symlink("a", dir.path() / "tree/link");
  fs::create_directory_symlink(".", dir.path() / "tree/loop");
  REQUIRE(mkfifo((dir.path() / "tree/pipe").c_str(), 0600) == 0);
  fs::create_directory_symlink("tree", dir.path() / "root");
  CHECK(walk(dir.path() / "tree").files == Files{{"a", false}});
  CHECK(walk(dir.path() / "root").files == Files{{"a", false}});
}

TEST_CASE("any name is a name") {
  const TempDir dir;
  for (const char* name : {"new\nline", "\xff\xfe", "-dash", " ", "a\\b", "\x1b[2J"}) dir.write(name, "");
  CHECK(walk(dir.path()).files.size() == 6);
}

// While it lives, root is nobody; who is not root stays who they are.
class Unprivileged {
 public:
  Unprivileged() : dropped_(geteuid() == 0 && seteuid(65'534) == 0) {}
  ~Unprivileged() {
    if (dropped_ && seteuid(0) != 0) std::abort();
  }

 private:
  bool dropped_;
};

TEST_CASE("a folder that cannot be read is named, and the others are read") {
  const TempDir dir;
  dir.write("open/a", "");
  dir.write("locked/b", "");
  fs::permissions(dir.path(), fs::perms(0755));
  fs::permissions(dir.path() / "locked", fs::perms::none);
  Walked walked;
  {
    const Unprivileged nobody;
    REQUIRE(geteuid() != 0);
    walked = walk(dir.path());
  }
  fs::permissions(dir.path() / "locked", fs::perms::owner_all);
  CHECK(walked.files == Files{{"open/a", false}});
  CHECK(walked.errors == Errors{{"locked/", "folder cannot be read: Permission denied"}});
}

// What read_walked_file makes of `path` below `root`: its bytes, or the errors.
Walked read_one(const fs::path& root, const std::string& path, std::string& bytes) {
  const UniqueFd folder(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Walked result;
  std::string buffer;
  read_walked_file(
      folder.get(), path, "shown/" + path, {}, buffer, 3,
      [&](const Blob& blob, unsigned worker) {
        CHECK(worker == 3);
        CHECK(blob.path == "shown/" + path);
        result.files.emplace(path, true);
        bytes += blob.bytes;
        return Reach();
      },
      [&](const std::string& shown, const Problem& problem, unsigned) {
        result.errors.emplace(shown, problem.message);
      });
  return result;
}

TEST_CASE("a walk ends when a visitor throws while another is busy") {
  const TempDir dir;
  dir.write("a/a", "");
  dir.write("b/b", "");
  FileTreeOptions options;
  options.workers = 2;
  std::latch both(2);
  const auto visit = [&](const WalkedFile& file, int, unsigned) {
    both.arrive_and_wait();
    if (file.path == "a/a") throw Failure("enough");
    usleep(50'000);  // until that has reached the others
  };
  const auto on_error = [](const std::string&, const Problem&, unsigned) {};
  CHECK_THROWS_AS(walk_files(dir.path(), options, visit, on_error), Failure);
}

TEST_CASE("a file that a walk came to is read, unless it is gone or something else by now") {
  const TempDir dir;
  dir.write("a/file", "bytes");
  fs::create_symlink("a/file", dir.path() / "link");
  REQUIRE(mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  std::string bytes;
  CHECK(read_one(dir.path(), "a/file", bytes).files == Files{{"a/file", true}});
  CHECK(bytes == "bytes");
  for (const char* path : {"gone", "link", "pipe", "a"}) {
    const auto result = read_one(dir.path(), path, bytes);
    INFO(path);
    CHECK(result.files.empty());
    CHECK(result.errors.empty());
  }
  CHECK(bytes == "bytes");
}

}  // namespace
}  // namespace keysift::test
