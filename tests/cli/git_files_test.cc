// Keys in the files that git keeps for itself, and in the names of refs.
#include <algorithm>
#include <filesystem>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;

std::string line_with(unsigned key) { return "KEY=" + openai_project_key(key) + "\n"; }

// The paths and lines of a key's findings.
std::vector<std::string> places_of(const json& report, unsigned key) {
  std::vector<std::string> places;
  for (const auto& found : findings_of(report, openai_project_key(key)))
    places.push_back(found.at("location").at("path").get<std::string>() + ":" +
                     std::to_string(found.at("location").at("line").get<int>()));
  std::sort(places.begin(), places.end());
  return places;
}
using Strings = std::vector<std::string>;

TEST_CASE("git's own files are searched with the history") {
  TestRepo repo;
  repo.write("a.txt", "nothing");
  repo.commit_all("a");
  const Strings files = {".git/hooks/pre-commit",
                         ".git/FETCH_HEAD",
                         ".git/MERGE_MSG",
                         ".git/modules/lib/sub/config",
                         ".git/config.worktree",
                         ".git/logs/refs/heads/objects",
                         ".git/worktrees/side/config.worktree"};
  for (unsigned i = 0; i < files.size(); ++i) repo.write(files[i], "\n" + line_with(i + 1));
  repo.write(".git/hooks/pre-push.sample", line_with(20));
  repo.write(".git/objects/info/note", line_with(21));
  for (const std::string command : {"scan", "history"}) {
    const auto result = scan({command, repo.path()});
    CHECK(result.exit_code == 1);
    for (unsigned i = 0; i < files.size(); ++i)
      CHECK(places_of(result.report, i + 1) == Strings{files[i] + ":2"});
    CHECK(places(result.report).size() == files.size());
    CHECK(result.report.at("errors") == json::array());
  }
  CHECK(scan({"files", repo.path()}).exit_code == 0);
  CHECK(scan({"history", repo.path(), "--branch", "main"}).exit_code == 0);
  CHECK(scan({"staged", repo.path()}).exit_code == 0);
}

TEST_CASE("a token in a remote's address is found where git keeps it") {
  TestRepo repo;
  repo.write("a.txt", "nothing");
  repo.commit_all("a");
  repo.git({"config", "remote.origin.url", "https://bot:" + openai_project_key() + "@example.com/o/r.git"});
  const auto words = words_of_report(keysift({"scan", repo.path()}).out);
  CHECK(contains(words, ".git/config:"));
  CHECK(contains(words, "in a file of git's own: no commit and no clone has it"));
  CHECK_FALSE(contains(words, openai_project_key()));
  CHECK_FALSE(contains(keysift({"scan", repo.path(), "--format", "json"}).out, openai_project_key()));
}

TEST_CASE("a bare repository's files are named from there, and a linked work tree has its repository's") {
  TestRepo repo;
  repo.write("a.txt", "nothing");
  repo.commit_all("a");
  const TempDir dir;
  repo.git({"clone", "--quiet", "--bare", ".", dir.path() / "bare"});
  repo.git({"-C", dir.path() / "bare", "config", "http.extraheader", "X-Key: " + openai_project_key(1)});
  CHECK(places_of(scan({"scan", dir.path() / "bare"}).report, 1).front().starts_with("config:"));
  repo.git({"worktree", "add", "--quiet", dir.path() / "linked"});
  repo.write(".git/worktrees/linked/MERGE_MSG", line_with(2));
  CHECK(places_of(scan({"scan", dir.path() / "linked"}).report, 2) ==
        Strings{".git/worktrees/linked/MERGE_MSG:1"});
}

TEST_CASE("links in git's folder are not followed") {
  TestRepo repo;
  repo.write("a.txt", "nothing");
  repo.commit_all("a");
  const TempDir dir;
  dir.write("secret/key", line_with(1));
  fs::create_symlink(dir.path() / "secret/key", repo.path() / ".git/MERGE_MSG");
  fs::create_directory_symlink(dir.path() / "secret", repo.path() / ".git/more");
  CHECK(scan({"scan", repo.path()}).exit_code == 0);
}

TEST_CASE("more entries in git's folder than the limit are told") {
  TestRepo repo;
  repo.write("a.txt", "nothing");
  repo.commit_all("a");
  const auto result = scan({"history", repo.path(), "--limit", "tree-entries=3"});
  CHECK(result.exit_code == 3);
  CHECK(result.report.at("summary").at("skipped") == json{{"tree-entries", 1}});
}

TEST_CASE("a key in the name of a branch or tag is found, packed or not") {
  TestRepo repo;
  repo.write("a.txt", "nothing");
  repo.commit_all("a");
  repo.git({"branch", "fix/" + openai_project_key(1)});
  repo.git({"tag", openai_project_key(2)});
  if (GENERATE(false, true)) repo.git({"pack-refs", "--all"});
  for (const std::string command : {"scan", "history"}) {
    const auto result = scan({command, repo.path()});
    const auto branch = finding_of(result.report, openai_project_key(1));
    CHECK(contains(branch.at("location").at("path").get<std::string>(), "refs/heads/fix/"));
    CHECK(branch.at("location").at("column") == 16);
    CHECK(branch.at("origin") == "path");
    CHECK(branch.at("provenance").at("state") == "live");
    CHECK(finding_of(result.report, openai_project_key(2)).at("origin") == "path");
    CHECK(result.report.at("errors") == json::array());
  }
  const auto words = words_of_report(keysift({"history", repo.path()}).out);
  CHECK(contains(words, "the name of refs/tags/sk-proj-****"));
  CHECK(contains(words, "in the name of a branch or tag: whoever fetches that has it"));
  CHECK_FALSE(contains(words, "staged"));
  CHECK_FALSE(contains(words, openai_project_key(2)));
}

}  // namespace
}  // namespace keysift::test
