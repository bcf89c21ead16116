#include "git/config_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/failure.h"
#include "git/object_database.h"
#include "git/own_configuration.h"
#include "git/repository.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace fs = std::filesystem;
namespace {

void put_pipe(const fs::path& path) {
  fs::remove(path);
  fs::create_directories(path.parent_path());
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
}

std::string failure_of_open(const fs::path& path) {
  forget_user_configuration();
  try {
    Repository::open(path);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return {};
}

TEST_CASE("A repository with a pipe for one of git's files is not opened, which would take for ever") {
  const auto name = GENERATE(as<std::string>(), "HEAD", "config", "config.worktree", "packed-refs", "shallow",
                             "gitdir", "commondir", "objects/info/alternates");
  TestRepo repo;
  repo.write("a", "a");
  repo.commit_all("a");
  const auto file = repo.path() / ".git" / name;
  put_pipe(file);
  const auto refusal = ": no git repository that can be read (" + file.native() + " is no regular file)";
  CHECK(failure_of_open(repo.path()) == repo.path().native() + refusal);
  CHECK(failure_of_open(repo.path() / ".git") == (repo.path() / ".git").native() + refusal);
}

TEST_CASE("A linked work tree is opened, unless what it shares has a pipe") {
  TestRepo repo;
  repo.write("a", "a");
  repo.commit_all("a");
  const TempDir other;
  repo.git({"worktree", "add", "--quiet", (other.path() / "tree").native()});
  CHECK(failure_of_open(other.path() / "tree").empty());
  put_pipe(repo.path() / ".git/packed-refs");
  CHECK(failure_of_open(other.path() / "tree").ends_with("/.git/packed-refs is no regular file)"));
}

TEST_CASE("What a configuration includes is looked at before it is read") {
  TestRepo repo;
  repo.write("a", "a");
  repo.commit_all("a");
  const TempDir outside;
  const auto file = outside.path() / "more";
  const auto include = GENERATE(as<std::string>(), "[include]\n\tpath = $\n", "[include] path=$ ; why\n",
                                "[INCLUDE]\nPath = \"$\"\n", "[includeIf \"gitdir:/\"]\n path = $\n",
                                "[core]\n[includeIf \"onbranch:x\"]\npath=$\n");
  auto text = include;
  text.replace(text.find('$'), 1, file.native());
  repo.write(".git/config", text);
  CHECK(failure_of_open(repo.path()).empty());  // there is no such file
  outside.write("more", "[user]\n\tname = a\n");
  CHECK(failure_of_open(repo.path()).empty());
  const auto refusal = repo.path().native() + ": no git repository that can be read (" + file.native();
  outside.write("more", "[include]\n\tpath = pipe\n");
  put_pipe(outside.path() / "pipe");
  CHECK(failure_of_open(repo.path()) == repo.path().native() + ": no git repository that can be read (" +
                                            (outside.path() / "pipe").native() + " is no regular file)");
  put_pipe(file);
  CHECK(failure_of_open(repo.path()) == refusal + " is no regular file)");
  fs::remove(file);
  outside.write("more", "");
  fs::resize_file(file, kMaxGitFile + 1);
  CHECK(failure_of_open(repo.path()) == refusal + " is larger than 67.1 MB)");
}

TEST_CASE("A configuration that includes itself, or very many files, is no endless task") {
  TestRepo repo;
  repo.write("a", "a");
  repo.commit_all("a");
  const auto config = repo.path() / ".git/config";
  std::string text = "[include]\n";
  SECTION("itself") {
    text += "path = config\n";
    repo.write(".git/config", text);
    CHECK(trouble_with_files(repo.path() / ".git").empty());
  }
  SECTION("very many") {
    for (int i = 0; i < 10'000; ++i) text += "path = " + std::to_string(i) + '\n';
    repo.write(".git/config", text);
    CHECK(trouble_with_files(repo.path() / ".git") == config.native() + " includes more than 100 files");
  }
}

TEST_CASE("Alternates and folders of objects that cannot be read are told") {
  TestRepo repo;
  repo.write("a", "a");
  repo.commit_all("a");
  forget_user_configuration();
  const auto objects = repo.path() / ".git/objects";
  const auto repository = Repository::open(repo.path());
  const auto declined = [&] {
    std::vector<std::string> all;
    const ObjectDatabase database(repository);
    for (const auto& [file, reason] : database.declined())
      all.push_back(file.lexically_relative(repo.path()).native() + ": " + reason);
    return all;
  };
  CHECK(declined().empty());
  SECTION("one in a folder that nobody may have") {
    repo.write(".git/objects/info/alternates", "# comment\n" + std::string(5000, 'x') + "\n");
    CHECK(declined().size() == 1);
    CHECK(declined()[0].ends_with("x: the folder of objects cannot be read: File name too long"));
  }
  SECTION("a pipe") {
    put_pipe(objects / "info/alternates");
    CHECK(declined() == std::vector<std::string>{".git/objects/info/alternates: cannot read " +
                                                 fs::canonical(objects).native() +
                                                 "/info/alternates: it is no regular file"});
  }
  SECTION("a pack that is a pipe") {
    put_pipe(objects / "pack/pack-1.idx");
    CHECK(declined() == std::vector<std::string>{".git/objects/pack/pack-1.idx: cannot read " +
                                                 fs::canonical(objects).native() +
                                                 "/pack/pack-1.idx: it is no regular file"});
  }
  SECTION("a loop is none") {
    repo.write(".git/objects/info/alternates", objects.native() + "\n");
    CHECK(declined().empty());
  }
}

}  // namespace
}  // namespace keysift::test
