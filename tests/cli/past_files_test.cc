// Files with secrets that were tracked once.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;

// By path.
std::map<std::string, json> past_files(const json& report) {
  std::map<std::string, json> files;
  for (const json& each : report.at("env")) {
    const std::string coverage = each.at("coverage");
    if (coverage == "in-history" || coverage == "unreachable") files.emplace(each.at("path"), each);
  }
  return files;
}

std::map<std::string, json> past_files(const TestRepo& repo) {
  const auto by_env = past_files(scan({"env", repo.path()}).report);
  CHECK(past_files(scan({"scan", repo.path()}).report) == by_env);
  return by_env;
}

json provenance_of(const TestRepo& repo, const std::string& path) {
  const auto files = past_files(repo);
  REQUIRE(files.size() == 1);
  REQUIRE(files.begin()->first == path);
  return files.begin()->second.at("provenance");
}

TEST_CASE("a file that was added and removed") {
  TestRepo repo;
  repo.write(".gitignore", ".env\n");
  repo.write("a/.env", "A=1\n");
  repo.git({"add", "--force", "a/.env", ".gitignore"});
  repo.git({"commit", "--quiet", "--message", "start"});
  const auto added = repo.git({"rev-parse", "HEAD"});
  repo.write("a/.env", "A=2\n");
  repo.git({"add", "--force", "a/.env"});
  repo.git({"commit", "--quiet", "--message", "change"});
  CHECK(past_files(repo).empty());  // it is tracked: that is told
  repo.git({"rm", "--quiet", "--cached", "a/.env"});

  const auto uncommitted = provenance_of(repo, "a/.env");
  CHECK(uncommitted.at("in_head") == true);
  CHECK(uncommitted.at("removed") == nullptr);

  repo.git({"commit", "--quiet", "--message", "remove"});
  const auto removed = repo.git({"rev-parse", "HEAD"});
  const auto provenance = provenance_of(repo, "a/.env");
  CHECK(provenance.at("state") == "history-only");
  CHECK(provenance.at("in_head") == false);
  CHECK(provenance.at("introduced").at("commit") == added);
  CHECK(provenance.at("removed").at("commit") == removed);
  CHECK(provenance.at("commits") == 2);
  const auto finding = past_files(repo).at("a/.env");
  CHECK(finding.at("present") == true);
  CHECK(finding.at("problem") == true);

  SECTION("and added again") {
    repo.git({"add", "--force", "a/.env"});
    repo.git({"commit", "--quiet", "--message", "again"});
    repo.git({"rm", "--quiet", "a/.env"});
    repo.git({"commit", "--quiet", "--message", "at last"});
    const auto again = provenance_of(repo, "a/.env");
    CHECK(again.at("introduced").at("commit") == added);
    CHECK(again.at("removed").at("commit") == repo.git({"rev-parse", "HEAD"}));
    CHECK(again.at("commits") == 3);
  }
  SECTION("in text") {
    const auto out = keysift({"env", "."}, repo.path()).out;
    CHECK(contains(out, "  Commits have these files, so every clone has them, whatever ignores them now."));
    CHECK(contains(out, "      Added 2024-"));
    CHECK(contains(out, "      Removed 2024-"));
  }
  SECTION("without history") {
    CHECK(past_files(scan({"env", "--no-history", repo.path()}).report).empty());
    CHECK(keysift({"env", "--no-history", "."}, repo.path()).exit_code == 0);
  }
  SECTION("allowed") {
    repo.write(".keysiftignore", finding.at("fingerprint").get<std::string>() + " # revoked\n");
    CHECK(keysift({"env", "."}, repo.path()).exit_code == 0);
  }
  SECTION("a folder's history alone says nothing of files") {
    CHECK(past_files(scan({"history", repo.path()}).report).empty());
  }
}

TEST_CASE("on another branch, in a stash, and in a commit that was amended") {
  TestRepo repo;
  repo.write(".gitignore", "x\n");
  repo.commit_all("start");
  const auto main = repo.git({"symbolic-ref", "--short", "HEAD"});
  repo.git({"switch", "--quiet", "--create", "side"});
  repo.write("side.env", "A=1\n");
  repo.commit_all("side");
  repo.git({"switch", "--quiet", main});
  repo.write("amended.env", "A=2\n");
  repo.commit_all("amended");
  repo.git({"rm", "--quiet", "amended.env"});
  repo.git({"commit", "--quiet", "--amend", "--allow-empty", "--message", "clean"});
  repo.write("stashed.env", "A=3\n");
  repo.git({"stash", "push", "--quiet", "--include-untracked"});
  const auto files = past_files(repo);
  REQUIRE(files.size() == 3);
  CHECK(files.at("side.env").at("provenance").at("state") == "live");
  CHECK(files.at("side.env").at("provenance").at("refs") == json::array({"refs/heads/side"}));
  CHECK(files.at("amended.env").at("provenance").at("state") == "unreachable");
  CHECK(files.at("amended.env").at("coverage") == "unreachable");
  CHECK(files.at("amended.env").at("problem") == false);  // nobody else has it
  CHECK(files.at("stashed.env").at("provenance").at("state") == "history-only");
  CHECK(past_files(scan({"scan", "--reachable-only", repo.path()}).report).size() == 2);
}

TEST_CASE("what counts is the path, and for some names what is inside") {
  TestRepo repo;
  repo.write(".gitignore", ".env\n");
  repo.write("notes.txt", "A=1\n");  // the blob of a/.env, too
  repo.write("a/.env", "A=1\n");
  repo.write("a/.env.example", "A=1\n");
  repo.write("my files/old 7 prod.env", "A=4\n");
  repo.write("id_rsa",
             "-----BEGIN OPENSSH PRIVATE"
             " KEY-----\n");
  repo.write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  repo.write("folder.env/file", "A=1\n");
  std::filesystem::create_symlink("notes.txt", repo.path() / "link.env");
  repo.git({"add", "--force", "--all"});
  repo.git({"commit", "--quiet", "--message", "start"});
  repo.git({"rm", "--quiet", "-r", "."});
  repo.write("README", "text\n");
  repo.commit_all("remove");
  std::set<std::string> paths;
  for (const auto& [path, file] : past_files(repo)) paths.insert(path);
  CHECK(paths == std::set<std::string>{"a/.env", "id_rsa", "my files/old 7 prod.env"});

  repo.write(".keysift.toml", "[env]\nfiles = [\"/notes.txt\", \"a/*.example\"]\n");
  CHECK(past_files(repo).contains("notes.txt"));
  repo.git({"gc", "--quiet"});
  CHECK(past_files(repo).contains("my files/old 7 prod.env"));
}

TEST_CASE("a bare repository has a past, too") {
  TestRepo repo;
  repo.write(".env", "A=1\n");
  repo.commit_all("start");
  const TempDir bare;
  repo.git({"clone", "--quiet", "--bare", ".", bare.path().native()});
  const Scan result = scan({"env", bare.path()});
  CHECK(result.exit_code == 1);
  CHECK(past_files(result.report).at(".env").at("provenance").at("in_head") == true);
}

TEST_CASE("a shallow clone tells what it has") {
  TestRepo repo;
  repo.write(".env", "A=1\n");
  repo.commit_all("one");
  repo.write("b", "text\n");
  repo.commit_all("two");
  const auto second = repo.git({"rev-parse", "HEAD"});
  repo.git({"rm", "--quiet", ".env"});
  repo.git({"commit", "--quiet", "--message", "three"});
  const TempDir clone;
  repo.git({"clone", "--quiet", "--depth", "2", "file://" + repo.path().native(), clone.path().native()});
  const auto files = past_files(scan({"env", clone.path()}).report);
  CHECK(files.at(".env").at("provenance").at("introduced").at("commit") == second);
}

// What git says of each file with secrets in any commit: how many commits have it.
std::map<std::string, std::uint64_t> commits_by_git(TestRepo& repo) {
  std::map<std::string, std::uint64_t> commits;
  for (const auto& commit : lines_of(repo.git({"rev-list", "--all"})))
    for (const auto& path : lines_of(repo.git({"ls-tree", "-r", "--name-only", commit})))
      if (path.ends_with(".env")) ++commits[path];
  return commits;
}

TEST_CASE("on random histories, the files and their commits are those that git knows") {
  std::mt19937_64 random(7);
  TestRepo repo;
  const std::vector<std::string> paths = {".env",       "a/.env",    "a/b/prod.env", "c/x.env",
                                          "c/d/e/.env", "plain.txt", "a/readme.md"};
  repo.write("start", "text\n");
  repo.commit_all("start");
  for (unsigned step = 0; step < 80; ++step) {
    for (auto count = 1 + random() % 2; count > 0; --count) {
      const auto& path = paths[random() % paths.size()];
      const bool is_there = std::filesystem::exists(repo.path() / path);
      if (is_there && random() % 2 == 0) {
        std::filesystem::remove(repo.path() / path);
      } else {
        repo.write(path, "A=" + std::to_string(random() % 20) + "\n");
      }
    }
    if (random() % 9 == 0) repo.git({"branch", "b" + std::to_string(step)});
    repo.git({"add", "--all"});
    repo.git({"commit", "--quiet", "--allow-empty", "--message", "step"});
    if (random() % 12 == 0) {
      const auto branches = lines_of(repo.git({"branch", "--format", "%(refname:short)"}));
      repo.git({"merge", "--quiet", "--strategy", "ours", "--message", "merge",
                branches[random() % branches.size()]});
    }
    if (step == 40) repo.git({"gc", "--quiet", "--aggressive"});
  }
  repo.git({"rm", "--quiet", "-r", "--ignore-unmatch", "."});
  repo.write("end", "text\n");
  repo.commit_all("end");

  const auto expected = commits_by_git(repo);
  CHECK(expected.size() == 5);
  std::map<std::string, std::uint64_t> found;
  for (const auto& [path, file] : past_files(repo)) {
    const json& provenance = file.at("provenance");
    found[path] = provenance.at("commits");
    // Topologically first: it adds the file, and no commit before it has it.
    const std::string introduced = provenance.at("introduced").at("commit");
    const auto additions =
        lines_of(repo.git({"log", "--all", "--full-history", "--diff-filter=A", "--format=%H", "--", path}));
    CHECK(std::find(additions.begin(), additions.end(), introduced) != additions.end());
    const std::string removed = provenance.at("removed").at("commit");
    CHECK(repo.git({"ls-tree", "--name-only", removed, "--", path}) == "");
    CHECK(repo.git({"ls-tree", "--name-only", removed + "^", "--", path}) == path);
    CHECK(repo.git({"log", "--full-history", "--format=%H", removed + "..HEAD", "--", path}) == "");
  }
  CHECK(found == expected);
}

}  // namespace
}  // namespace keysift::test
