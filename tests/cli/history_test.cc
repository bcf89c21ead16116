// History: every way a key gets into a repository, and what the report says of it.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

constexpr char kReadme[] = "An ordinary file.\n";

/// A finding's way through history, as tests state it. Commits by name; none where the report has none.
struct Way {
  std::string state;
  std::string introduced;
  std::string removed;
  Strings refs;
  int commits = 0;

  bool operator==(const Way&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Way& way) {
  out << way.state << " introduced " << way.introduced << " removed " << way.removed << " in " << way.commits
      << " by";
  for (const std::string& ref : way.refs) out << ' ' << ref;
  return out;
}

std::string commit_in(const json& provenance, const char* field) {
  const json commit = provenance.value(field, json());
  return commit.is_null() ? "" : commit.at("commit").get<std::string>();
}

Way way_of(const json& finding) {
  const json& provenance = finding.at("provenance");
  return {provenance.at("state"), commit_in(provenance, "introduced"), commit_in(provenance, "removed"),
          provenance.at("refs"), provenance.at("commits")};
}

std::string blob_of(const json& finding) { return finding.at("provenance").at("blob"); }
std::string path_of(const json& finding) { return finding.at("location").at("path"); }
bool in_head(const json& finding) { return finding.at("provenance").at("in_head"); }

Scan history(const fs::path& repository, Strings more = {}) {
  more.insert(more.begin(), {"history", repository});
  return scan(more);
}

const Strings kMain = {"HEAD", "refs/heads/main"};

TEST_CASE("a key that a later commit deleted") {
  TestRepo repo;
  const std::string key = openai_project_key();
  repo.write("README", kReadme);
  repo.commit_all("start");
  repo.write("src/config.py", "# settings\nkey = '" + key + "'\n");
  const std::string added = repo.commit_all("configure the assistant\n\nwith a body");
  repo.write("README", "More words.\n");
  repo.commit_all("write more");
  repo.git({"rm", "--quiet", "src/config.py"});
  const std::string removed = repo.commit_all("oops");

  const Scan result = history(repo.path());
  CHECK(result.exit_code == 1);
  CHECK(places(result.report) ==
        std::vector<Place>{{"src/config.py", 2, 8, 8 + key.size(), "openai-project-key", "history"}});
  const json finding = finding_of(result.report, key);
  CHECK(way_of(finding) == Way{"history-only", added, removed, kMain, 2});
  CHECK_FALSE(in_head(finding));
  CHECK(blob_of(finding) == repo.git({"rev-parse", added + ":src/config.py"}));
  std::string date = repo.git({"log", "-1", "--format=%aI", added});
  if (date.ends_with('Z')) date.replace(date.size() - 1, 1, "+00:00");  // as git prints UTC from 2.45 on
  CHECK(finding.at("provenance").at("introduced") == json{{"commit", added},
                                                          {"author", "Ada Author <ada@example.com>"},
                                                          {"date", date},
                                                          {"summary", "configure the assistant"}});
  CHECK(finding.at("confidence") == "high");
  CHECK(finding.at("secret").at("length") == key.size());
  CHECK(result.report.at("errors") == json::array());
}

TEST_CASE("a key that was replaced by another in the same line") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key(1));
  const std::string first = repo.commit_all("first key");
  repo.write("k.txt", openai_project_key(2));
  const std::string second = repo.commit_all("new key");

  const json report = history(repo.path()).report;
  CHECK(report.at("findings").size() == 2);
  CHECK(way_of(finding_of(report, openai_project_key(1))) == Way{"history-only", first, second, kMain, 1});
  const json live = finding_of(report, openai_project_key(2));
  CHECK(way_of(live) == Way{"live", second, "", kMain, 1});
  CHECK(in_head(live));
}

TEST_CASE("a key that stays while the file around it changes is one finding, as old as its first version") {
  TestRepo repo;
  repo.write("k.txt", "a = 1\n" + openai_project_key());
  const std::string first = repo.commit_all("first");
  repo.write("k.txt", "a = 2\nb = 3\n" + openai_project_key());
  repo.commit_all("second");
  repo.write("k.txt", "a = 4\nb = 3\n" + openai_project_key() + "\nc = 5\n");
  repo.commit_all("third");
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(way_of(finding) == Way{"live", first, "", kMain, 3});
}

TEST_CASE("a key that moved with its file has a history at both paths") {
  TestRepo repo;
  repo.write("old.txt", openai_project_key());
  const std::string first = repo.commit_all("first");
  repo.git({"mv", "old.txt", "new.txt"});
  const std::string second = repo.commit_all("rename");
  const std::vector<json> found = findings_of(history(repo.path()).report, openai_project_key());
  REQUIRE(found.size() == 2);
  CHECK(path_of(found[0]) == "new.txt");
  CHECK(way_of(found[0]) == Way{"live", second, "", kMain, 1});
  CHECK(path_of(found[1]) == "old.txt");
  CHECK(way_of(found[1]) == Way{"history-only", first, second, kMain, 1});
}

TEST_CASE("a key that was deleted and came back") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.write("k.txt", openai_project_key());
  const std::string first = repo.commit_all("first");
  repo.git({"rm", "--quiet", "k.txt"});
  const std::string second = repo.commit_all("delete");
  repo.git({"revert", "--no-edit", second});
  CHECK(way_of(finding_of(history(repo.path()).report, openai_project_key())) ==
        Way{"live", first, "", kMain, 2});

  repo.git({"rm", "--quiet", "k.txt"});
  const std::string fourth = repo.commit_all("delete again");
  CHECK(way_of(finding_of(history(repo.path()).report, openai_project_key())) ==
        Way{"history-only", first, fourth, kMain, 2});
}

TEST_CASE("a key on another branch only") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  repo.git({"switch", "--quiet", "--create", "feature/assistant"});
  repo.write("k.txt", openai_project_key());
  const std::string added = repo.commit_all("try it");
  repo.git({"switch", "--quiet", "main"});
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(way_of(finding) == Way{"live", added, "", {"refs/heads/feature/assistant"}, 1});
  CHECK_FALSE(in_head(finding));
}

TEST_CASE("a key behind a remote's branch only") {
  TestRepo repo;
  repo.write("README", kReadme);
  const std::string start = repo.commit_all("start");
  repo.write("k.txt", openai_project_key());
  const std::string added = repo.commit_all("theirs");
  repo.git({"update-ref", "refs/remotes/origin/topic", added});
  repo.git({"reset", "--quiet", "--hard", start});
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(way_of(finding) == Way{"live", added, "", {"refs/remotes/origin/topic"}, 1});
}

TEST_CASE("a key behind a tag only") {
  TestRepo repo;
  repo.write("README", kReadme);
  const std::string start = repo.commit_all("start");
  repo.write("k.txt", openai_project_key());
  const std::string added = repo.commit_all("release");
  repo.git({"tag", "--annotate", "--message", "a release", "v1"});
  repo.git({"reset", "--quiet", "--hard", start});
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(way_of(finding) == Way{"history-only", added, "", {"refs/tags/v1"}, 1});
}

TEST_CASE("a key that only a merge brought in") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  repo.git({"switch", "--quiet", "--create", "side"});
  repo.write("side.txt", "side\n");
  repo.commit_all("side");
  repo.git({"switch", "--quiet", "main"});
  repo.write("main.txt", "main\n");
  repo.commit_all("main");
  repo.git({"merge", "--quiet", "--no-commit", "side"});
  repo.write("k.txt", openai_project_key());
  const std::string merge = repo.commit_all("merge side");
  CHECK(way_of(finding_of(history(repo.path()).report, openai_project_key())) ==
        Way{"live", merge, "", kMain, 1});
}

TEST_CASE("a key that a merge left out was taken away by the merge") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  repo.git({"switch", "--quiet", "--create", "side"});
  repo.write("k.txt", openai_project_key());
  const std::string added = repo.commit_all("side");
  repo.git({"switch", "--quiet", "main"});
  repo.git({"merge", "--quiet", "--no-ff", "--strategy", "ours", "--message", "not that", "side"});
  const std::string merge = repo.git({"rev-parse", "HEAD"});
  repo.git({"branch", "--delete", "--quiet", "side"});
  CHECK(way_of(finding_of(history(repo.path()).report, openai_project_key())) ==
        Way{"history-only", added, merge, kMain, 1});
}

TEST_CASE("a stashed key, and one in an older stash") {
  TestRepo repo;
  repo.write("k.txt", kReadme);
  repo.commit_all("start");
  repo.write("k.txt", openai_project_key(1));
  repo.git({"stash", "--quiet"});
  repo.write("k.txt", openai_project_key(2));
  repo.git({"stash", "--quiet"});
  const json report = history(repo.path()).report;
  const json newer = finding_of(report, openai_project_key(2));
  CHECK(way_of(newer) == Way{"history-only", repo.git({"rev-parse", "stash@{0}"}), "", {"refs/stash"}, 1});
  const json older = finding_of(report, openai_project_key(1));
  CHECK(way_of(older) == Way{"unreachable", repo.git({"rev-parse", "stash@{1}"}), "", {}, 1});
}

TEST_CASE("a key in a commit that was amended away") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key(1));
  repo.write("kept.txt", openai_project_key(2));
  const std::string before = repo.commit_all("start");
  repo.write("k.txt", kReadme);
  repo.git({"commit", "--quiet", "--all", "--amend", "--message", "nothing happened"});
  const std::string after = repo.git({"rev-parse", "HEAD"});
  const json report = history(repo.path()).report;
  const json gone = finding_of(report, openai_project_key(1));
  CHECK(path_of(gone) == "k.txt");
  CHECK(way_of(gone) == Way{"unreachable", before, "", {}, 1});
  // What is still there was introduced by a commit that people can see.
  CHECK(way_of(finding_of(report, openai_project_key(2))) == Way{"live", after, "", kMain, 1});
}

TEST_CASE("a key in a blob that no commit has") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  const std::string blob = repo.git({"hash-object", "-w", "--stdin"}, "x\n" + openai_project_key());
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(finding.at("origin") == "history");
  CHECK(blob_of(finding) == blob);
  CHECK(finding.at("location").at("line") == 2);
  CHECK(way_of(finding) == Way{"unreachable", "", "", {}, 0});
}

TEST_CASE("a key in a blob that refs name and no commit has") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  const std::string blob = repo.git({"hash-object", "-w", "--stdin"}, openai_project_key());
  repo.git({"tag", "one", blob});
  repo.git({"tag", "--annotate", "--message", "two", "two", blob});
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(path_of(finding) == "refs/tags/one");
  CHECK(way_of(finding) == Way{"live", "", "", {"refs/tags/one", "refs/tags/two"}, 0});
}

TEST_CASE("a key that is staged, and in no commit yet") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  repo.write("src/k.txt", openai_project_key());
  repo.git({"add", "--all"});
  const json merged = finding_of(scan({"scan", repo.path()}).report, openai_project_key());
  CHECK(merged.at("origin") == "worktree");

  repo.write("src/k.txt", kReadme);
  const json staged = finding_of(scan({"scan", repo.path()}).report, openai_project_key());
  CHECK(staged.at("origin") == "index");
  CHECK(path_of(staged) == "src/k.txt");
  CHECK(staged.at("provenance").is_null());
}

TEST_CASE("a key in a commit message") {
  TestRepo repo;
  repo.write("README", kReadme);
  const std::string key = openai_project_key();
  const std::string commit = repo.commit_all("start\n\nit worked with " + key + "\n");
  const Scan result = history(repo.path());
  CHECK(places(result.report) ==
        std::vector<Place>{{"", 3, 16, 16 + key.size(), "openai-project-key", "commit-message"}});
  const json finding = finding_of(result.report, key);
  CHECK(blob_of(finding) == commit);
  CHECK(finding.at("provenance").at("introduced").at("commit") == commit);
  CHECK(finding.at("provenance").at("refs") == json(kMain));
}

TEST_CASE("a key in the name of an author, a committer or a tagger, and in a tag that was merged") {
  TestRepo repo;
  repo.write("README", kReadme);
  const std::string first = repo.commit_all("start");
  const auto head = [&](const char* what) { return repo.git({"rev-parse", what}); };
  const std::string who = " <a@b.c> 1700000000 +0000\n";
  const auto object = [&](const char* type, const std::string& bytes) {
    return repo.git({"hash-object", "-w", "-t", type, "--stdin"}, bytes);
  };
  const std::string author = object("commit", "tree " + head("HEAD^{tree}") + "\nparent " + first +
                                                  "\nauthor " + openai_project_key(1) + who + "committer " +
                                                  openai_project_key(2) + who + "\nmessage\n");
  const std::string merge = object(
      "commit", "tree " + head("HEAD^{tree}") + "\nparent " + author + "\nauthor A" + who + "committer A" +
                    who + "mergetag object " + first + "\n type commit\n tag v0\n tagger A" + who +
                    " \n say " + openai_project_key(3) + "\n\nmessage\n");
  repo.git({"update-ref", "refs/heads/main", merge});
  repo.git({"update-ref", "refs/tags/v1",
            object("tag", "object " + first + "\ntype commit\ntag v1\ntagger " + openai_project_key(4) + who +
                              "\nmessage\n")});
  const Scan result = history(repo.path());
  CHECK(result.report.at("errors") == json::array());
  const auto place = [&](unsigned key) {
    const json finding = finding_of(result.report, openai_project_key(key));
    return finding.at("origin").get<std::string>() + ' ' + blob_of(finding) + ' ' + path_of(finding) + ':' +
           std::to_string(finding.at("location").at("line").get<int>()) + ':' +
           std::to_string(finding.at("location").at("column").get<int>());
  };
  CHECK(place(1) == "commit-message " + author + " !header:3:8");
  CHECK(place(2) == "commit-message " + author + " !header:4:11");
  CHECK(place(3) == "commit-message " + merge + " !header:10:6");
  CHECK(place(4) == "tag-message " + head("refs/tags/v1") + " refs/tags/v1!header:4:8");
  const auto words = words_of_report(keysift({"history", repo.path()}).out);
  CHECK(contains(words, "header of commit " + author.substr(0, 10) + ":3:8"));
  CHECK(contains(words, "header of tag v1:4:8"));
  const Scan range = history(repo.path(), {"--range", first + "..main"});
  CHECK(findings_of(range.report, openai_project_key(1)).size() == 1);
  CHECK(findings_of(range.report, openai_project_key(3)).size() == 1);
}

TEST_CASE("a key in the message of a commit that was amended") {
  TestRepo repo;
  repo.write("README", kReadme);
  const std::string commit = repo.commit_all("key: " + openai_project_key());
  repo.git({"commit", "--quiet", "--amend", "--message", "start"});
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(finding.at("origin") == "commit-message");
  CHECK(finding.at("provenance").at("state") == "unreachable");
  CHECK(finding.at("provenance").at("introduced").at("commit") == commit);
}

TEST_CASE("a key in the subject line is not shown by the commit's own summary") {
  TestRepo repo;
  const std::string key = openai_project_key();
  repo.write("k.txt", key);
  repo.commit_all("use " + key);
  for (const char* format : {"text", "json", "sarif"}) {
    const Outcome outcome = keysift({"history", repo.path(), "--format", format});
    CHECK(outcome.exit_code == 1);
    CHECK((outcome.out + outcome.err).find(key) == std::string::npos);
  }
}

TEST_CASE("a key in the message of an annotated tag") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  const std::string key = anthropic_api_key();
  repo.git({"tag", "--annotate", "--message", "release\n\nkey " + key, "v1.0"});
  const Scan result = history(repo.path());
  CHECK(places(result.report) ==
        std::vector<Place>{{"refs/tags/v1.0", 3, 5, 5 + key.size(), "anthropic-api-key", "tag-message"}});
  CHECK(blob_of(finding_of(result.report, key)) == repo.git({"rev-parse", "v1.0"}));
}

TEST_CASE("a key in a note") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  const std::string key = anthropic_api_key();
  repo.git({"notes", "add", "--message", "checked with " + key});
  const Scan result = history(repo.path());
  CHECK(places(result.report) ==
        std::vector<Place>{{"refs/notes/commits", 1, 14, 14 + key.size(), "anthropic-api-key", "note"}});
  CHECK(finding_of(result.report, key).at("provenance").at("refs") == json{"refs/notes/commits"});
}

TEST_CASE("a key in the target of a symbolic link") {
  TestRepo repo;
  fs::create_symlink(openai_project_key(), repo.path() / "link");
  const std::string commit = repo.commit_all("link");
  CHECK(way_of(finding_of(history(repo.path()).report, openai_project_key())) ==
        Way{"live", commit, "", kMain, 1});
}

TEST_CASE("HEAD on no branch") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  repo.git({"checkout", "--quiet", "--detach"});
  repo.write("k.txt", openai_project_key());
  const std::string added = repo.commit_all("detached");
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(way_of(finding) == Way{"live", added, "", {"HEAD"}, 1});
  CHECK(in_head(finding));
}

/// A repository with a key in every place that history has.
std::unique_ptr<TestRepo> repository_with_everything() {
  auto repo = std::make_unique<TestRepo>();
  repo->write("README", kReadme);
  const std::string start = repo->commit_all("start");
  repo->write("deleted.txt", openai_project_key(1));
  repo->write("kept/live.txt", openai_project_key(2));
  repo->commit_all("two keys");
  repo->git({"rm", "--quiet", "deleted.txt"});
  repo->commit_all("message " + openai_project_key(3));
  repo->git({"tag", "--annotate", "--message", openai_project_key(4), "v1"});
  repo->git({"notes", "add", "--message", openai_project_key(5)});
  repo->git({"switch", "--quiet", "--create", "other", start});
  repo->write("other.txt", openai_project_key(6));
  repo->commit_all("other");
  repo->write("amended.txt", openai_project_key(7));
  repo->commit_all("too much");
  repo->git({"rm", "--quiet", "amended.txt"});
  repo->git({"commit", "--quiet", "--amend", "--allow-empty", "--message", "nothing"});
  repo->git({"switch", "--quiet", "main"});
  repo->git({"merge", "--quiet", "--no-commit", "other"});
  repo->write("merged.txt", openai_project_key(8));
  repo->commit_all("merge");
  repo->write("README", openai_project_key(9));
  repo->git({"stash", "--quiet"});
  return repo;
}

TEST_CASE("loose or packed, with a commit graph or a multi-pack index: one report") {
  const auto repo = repository_with_everything();
  const auto report = [&] { return keysift({"history", ".", "--format", "json"}, repo->path()).out; };
  const std::string loose = report();
  for (unsigned seed = 1; seed <= 9; ++seed)
    CHECK(findings_of(json::parse(loose), openai_project_key(seed)).size() == 1);

  repo->git({"gc", "--quiet"});
  REQUIRE_FALSE(fs::is_empty(repo->path() / ".git/objects/pack"));
  CHECK(report() == loose);
  repo->git({"commit-graph", "write", "--reachable"});
  repo->git({"multi-pack-index", "write"});
  CHECK(report() == loose);
  repo->git({"pack-refs", "--all"});
  CHECK(report() == loose);
}

TEST_CASE("the same objects both loose and packed, or in two packs, are read once") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key());
  repo.commit_all("start");
  const std::string names = repo.git({"rev-list", "--objects", "--no-object-names", "--all"});
  repo.git({"pack-objects", "--quiet", ".git/objects/pack/pack"}, names + "\n");
  const Scan result = history(repo.path());
  CHECK(finding_of(result.report, openai_project_key()).at("provenance").at("commits") == 1);
  CHECK(result.report.at("summary").at("objects") == 1);
  CHECK(result.report.at("summary").at("commits") == 1);
}

TEST_CASE("a bare repository") {
  const auto repo = repository_with_everything();
  const TempDir dir;
  repo->git({"clone", "--quiet", "--bare", repo->path(), dir.path() / "bare.git"});
  for (const char* command : {"history", "scan"}) {
    const Scan result = scan({command, dir.path() / "bare.git"});
    CHECK(result.exit_code == 1);
    CHECK(way_of(finding_of(result.report, openai_project_key(2))).state == "live");
    CHECK(way_of(finding_of(result.report, openai_project_key(1))).state == "history-only");
    CHECK(result.report.at("errors") == json::array());
    CHECK(result.report.at("env") == json::array());
  }
}

TEST_CASE("a linked work tree has its own HEAD and its repository's history") {
  TestRepo repo;
  repo.write("README", kReadme);
  const std::string start = repo.commit_all("start");
  repo.write("k.txt", openai_project_key());
  const std::string added = repo.commit_all("key");
  const TempDir dir;
  const fs::path linked = dir.path() / "linked";
  repo.git({"worktree", "add", "--quiet", "-b", "older", linked, start});
  const json finding = finding_of(scan({"scan", linked}).report, openai_project_key());
  CHECK(finding.at("origin") == "history");
  CHECK(way_of(finding) == Way{"live", added, "", {"refs/heads/main"}, 1});
  CHECK_FALSE(in_head(finding));
}

TEST_CASE("a shallow clone says what it has, and that its oldest commits may not be the first") {
  TestRepo repo;
  repo.write("old.txt", openai_project_key(1));
  repo.write("k.txt", openai_project_key(2));
  repo.commit_all("start");
  repo.git({"rm", "--quiet", "old.txt"});
  const std::string tip = repo.commit_all("tip");
  const TempDir dir;
  const fs::path clone = dir.path() / "shallow";
  repo.git({"clone", "--quiet", "--depth", "1", "file://" + repo.path().string(), clone});
  const Scan result = history(clone);
  CHECK(result.exit_code == 1);
  CHECK(findings_of(result.report, openai_project_key(1)).empty());
  CHECK(way_of(finding_of(result.report, openai_project_key(2))).introduced == tip);
  const Errors errors = {
      {"commits", "the clone is shallow: what lies before commit " + tip +
                      " was not searched; to get it: git fetch --unshallow (GitHub Actions: "
                      "fetch-depth: 0 of actions/checkout)"}};
  CHECK(errors_of(result.report) == errors);
  CHECK(result.report.at("summary").at("skipped") == json{{"missing", 1}});
  CHECK(errors_of(scan({"scan", clone}).report) == errors);
  CHECK(scan({"files", clone}).report.at("errors") == json::array());
  repo.git({"-C", clone, "fetch", "--quiet", "--unshallow"});
  CHECK(history(clone).report.at("errors") == json::array());
}

TEST_CASE("a shallow clone in which nothing is found is not clean") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key());
  repo.commit_all("start");
  repo.git({"rm", "--quiet", "k.txt"});
  repo.commit_all("tip");
  const TempDir dir;
  const fs::path clone = dir.path() / "shallow";
  repo.git({"clone", "--quiet", "--depth", "1", "file://" + repo.path().string(), clone});
  CHECK(scan({"scan", clone}).exit_code == 3);
  CHECK(history(clone).exit_code == 3);
  CHECK(scan({"env", clone}).exit_code == 3);
  CHECK(scan({"staged", clone}).exit_code == 0);
}

TEST_CASE("a clone that is as deep as the history is whole") {
  TestRepo repo;
  repo.write("a.txt", kReadme);
  repo.commit_all("start");
  const TempDir dir;
  const fs::path clone = dir.path() / "clone";
  repo.git({"clone", "--quiet", "--depth", "5", "file://" + repo.path().string(), clone});
  CHECK(history(clone).exit_code == 0);
}

TEST_CASE("a partial clone is scanned as far as it goes, and says what it lacks") {
  TestRepo repo;
  repo.git({"config", "uploadpack.allowFilter", "true"});
  repo.write("README", kReadme);
  repo.write("old.txt", openai_project_key(1));
  repo.commit_all("start");
  repo.git({"rm", "--quiet", "old.txt"});
  repo.commit_all("tip");
  const TempDir dir;
  const fs::path clone = dir.path() / "partial";
  repo.git({"clone", "--quiet", "--filter=blob:none", "file://" + repo.path().string(), clone});
  const Scan incomplete = history(clone);
  CHECK(incomplete.exit_code == 3);
  CHECK(incomplete.report.at("errors").size() == 1);

  repo.write("k.txt", openai_project_key(2));
  const std::string added = repo.commit_all("key");
  repo.git({"-C", clone, "pull", "--quiet"});
  const Scan result = history(clone);
  CHECK(result.exit_code == 1);
  CHECK(way_of(finding_of(result.report, openai_project_key(2))).introduced == added);
  CHECK(findings_of(result.report, openai_project_key(1)).empty());
  CHECK(result.report.at("errors").size() == 1);
}

TEST_CASE("a clone that borrows its objects") {
  const auto repo = repository_with_everything();
  const TempDir dir;
  repo->git({"clone", "--quiet", "--shared", repo->path(), dir.path() / "borrower"});
  REQUIRE(fs::exists(dir.path() / "borrower/.git/objects/info/alternates"));
  const Scan result = history(dir.path() / "borrower");
  CHECK(result.exit_code == 1);
  CHECK(way_of(finding_of(result.report, openai_project_key(1))).state == "history-only");
  CHECK(result.report.at("errors") == json::array());
}

fs::path loose_object(const TestRepo& repo, const std::string& name) {
  return repo.path() / ".git/objects" / name.substr(0, 2) / name.substr(2);
}

TEST_CASE("an object that is missing or broken is named, and the rest is scanned") {
  TestRepo repo;
  repo.write("lost.txt", "lost\n");
  repo.write("folder/more.txt", "more\n");
  repo.commit_all("start");
  repo.write("next.txt", "next\n");
  const std::string last = repo.commit_all("next");
  const std::string object =
      repo.git({"rev-parse", GENERATE("HEAD:lost.txt", "HEAD:folder", "HEAD^{tree}", "HEAD~1", "HEAD")});
  const fs::path file = loose_object(repo, object);
  const bool leaky = GENERATE(false, true);
  if (leaky) {
    repo.write("k.txt", openai_project_key());
    repo.commit_all("key");
  }
  const bool removed = GENERATE(true, false);
  fs::remove(file);
  if (!removed) std::ofstream(file) << "this is no zlib stream";

  const Scan result = history(repo.path());
  INFO(object << (removed ? " removed" : " broken"));
  CHECK(result.exit_code == (leaky ? 1 : 3));
  CHECK(findings_of(result.report, openai_project_key()).size() == (leaky ? 1 : 0));
  REQUIRE(result.report.at("errors").size() == 1);
  // Of a branch's own commit that is gone, only the branch is known.
  const std::string branch = repo.git({"symbolic-ref", "HEAD"});
  const std::string path = result.report.at("errors").at(0).at("path");
  CHECK((path == object || (removed && object == last && path == branch)));
}

TEST_CASE("a ref that leads nowhere is named") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key());
  repo.commit_all("start");
  repo.write(".git/refs/heads/broken", std::string(40, '7') + "\n");
  const Scan result = history(repo.path());
  CHECK(result.exit_code == 1);
  REQUIRE(result.report.at("errors").size() == 1);
  CHECK(result.report.at("errors").at(0).at("path") == "refs/heads/broken");
}

TEST_CASE("a HEAD that leads nowhere is named, and the rest is scanned") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key());
  repo.commit_all("start");
  repo.write(".git/HEAD", std::string(40, '7') + "\n");
  const Scan result = history(repo.path());
  CHECK(result.exit_code == 1);
  CHECK(findings_of(result.report, openai_project_key()).size() == 1);
  REQUIRE(result.report.at("errors").size() == 1);
  CHECK(result.report.at("errors").at(0).at("path") == "HEAD");
}

TEST_CASE("a broken index is named, and the rest is scanned") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key(1));
  repo.commit_all("start");
  repo.git({"rm", "--quiet", "k.txt"});
  repo.commit_all("oops");
  repo.write("new.txt", openai_project_key(2));
  repo.write(".git/index", "no index\n");
  const Scan result = scan({"scan", repo.path()});
  CHECK(result.exit_code == 1);
  CHECK(findings_of(result.report, openai_project_key(1)).size() == 1);
  CHECK(findings_of(result.report, openai_project_key(2)).size() == 1);
  CHECK_FALSE(result.report.at("errors").empty());
}

TEST_CASE("a submodule's commit is not missed") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.git({"update-index", "--add", "--cacheinfo", "160000," + std::string(40, '5') + ",module"});
  repo.commit_all("module");
  const Scan result = history(repo.path());
  CHECK(result.exit_code == 0);
  CHECK(result.report.at("errors") == json::array());
}

TEST_CASE("a repository that belongs to somebody else is read") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key());
  repo.commit_all("start");
  if (::geteuid() != 0) {
    WARN("skipped: only root can give a repository away");
    return;
  }
  constexpr uid_t kNobody = 65534;
  REQUIRE(::chown(repo.path().c_str(), kNobody, kNobody) == 0);
  for (const auto& entry : fs::recursive_directory_iterator(repo.path())) {
    REQUIRE(::lchown(entry.path().c_str(), kNobody, kNobody) == 0);
  }
  for (const char* command : {"scan", "history", "files"}) {
    const Scan result = scan({command, repo.path()});
    CHECK(result.exit_code == 1);
    CHECK(findings_of(result.report, openai_project_key()).size() == 1);
    CHECK(result.report.at("errors") == json::array());
  }
}

TEST_CASE("a repository with SHA-256 names is refused in words, never passed over") {
  TestRepo repo({"--object-format=sha256"});
  repo.write("k.txt", openai_project_key());
  repo.commit_all("start");
  const Outcome outcome = keysift({"history", repo.path()});
  CHECK((outcome.exit_code == 2 || outcome.exit_code == 3));
  CHECK((outcome.out + outcome.err).find("SHA-256") != std::string::npos);
}

TEST_CASE("a .git that is no repository is told, since its history is not searched") {
  const TempDir dir;
  dir.write("a.txt", "nothing\n");
  dir.write(".git/objects/README", "HEAD is gone\n");
  const Scan result = scan({"scan", "."}, dir.path());
  CHECK(result.exit_code == 3);
  CHECK(errors_of(result.report) ==
        Errors{{".git", "it is no repository that can be read; its history was not searched"}});
}

TEST_CASE("a folder of objects that cannot be listed is told") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key());
  const auto commit = repo.commit_all("start");
  const auto folder = repo.path() / ".git/objects" / commit.substr(0, 2);
  fs::permissions(folder, fs::perms::none);
  auto command = without_privileges();
  command.insert(command.end(), {keysift_binary(), "history", ".", "--format", "json"});
  const auto outcome = run(command, repo.path(), {}, clean_environment());
  fs::permissions(folder, fs::perms::owner_all);
  const auto errors = errors_of(json::parse(outcome.out));
  CHECK(std::find(errors.begin(), errors.end(),
                  Errors::value_type{commit.substr(0, 2), "folder cannot be read: Permission denied"}) !=
        errors.end());
}

TEST_CASE("a repository without a commit") {
  TestRepo repo;
  for (const char* command : {"scan", "history"}) {
    const Scan result = scan({command, repo.path()});
    CHECK(result.exit_code == 0);
    CHECK(result.report.at("findings") == json::array());
    CHECK(result.report.at("errors") == json::array());
  }
  repo.write("k.txt", openai_project_key());
  CHECK(finding_of(scan({"scan", repo.path()}).report, openai_project_key()).at("origin") == "worktree");
}

TEST_CASE("a key in the work tree and in history is one finding, with both places told") {
  TestRepo repo;
  const std::string key = openai_project_key(1);
  repo.write("k.txt", key + "\n");
  const std::string added = repo.commit_all("key");
  repo.write("k.txt", "# moved down\n" + key + "\n");
  repo.write("copy.txt", key);
  repo.write("new.txt", openai_project_key(2));

  const Scan result = scan({"scan", repo.path()});
  CHECK(places(result.report) == std::vector<Place>{{"copy.txt", 1, 1, 1 + key.size(), "openai-project-key"},
                                                    {"k.txt", 2, 1, 1 + key.size(), "openai-project-key"},
                                                    {"new.txt", 1, 1, 1 + key.size(), "openai-project-key"}});
  for (const json& finding : result.report.at("findings")) {
    if (path_of(finding) == "k.txt") {
      CHECK(way_of(finding) == Way{"live", added, "", kMain, 1});
    } else {
      CHECK(finding.value("provenance", json()).is_null());
    }
  }
}

TEST_CASE("a key twice in a file of the work tree is two findings with one fingerprint") {
  TestRepo repo;
  const std::string key = openai_project_key();
  repo.write("k.txt", key + "\n" + key + "\n");
  repo.commit_all("key");
  const Scan result = scan({"scan", repo.path()});
  CHECK(places(result.report) == std::vector<Place>{{"k.txt", 1, 1, 1 + key.size(), "openai-project-key"},
                                                    {"k.txt", 2, 1, 1 + key.size(), "openai-project-key"}});
  CHECK(result.report.at("findings").at(0).at("fingerprint") ==
        result.report.at("findings").at(1).at("fingerprint"));
  CHECK(history(repo.path()).report.at("findings").size() == 1);
}

TEST_CASE("a fingerprint outlives line moves and rebases, and tells paths and keys apart") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key(1));
  repo.write("other.txt", openai_project_key(1));
  repo.write("third.txt", openai_project_key(2));
  repo.commit_all("start");
  const auto fingerprints = [&] {
    Strings result;
    const json report = history(repo.path()).report;
    for (const json& finding : report.at("findings")) result.push_back(finding.at("fingerprint"));
    return result;
  };
  const Strings before = fingerprints();
  REQUIRE(before.size() == 3);
  CHECK(before[0].size() == 32);
  CHECK(before[0] != before[1]);
  CHECK(before[1] != before[2]);

  repo.write("k.txt", "\n\n  " + openai_project_key(1) + "\n");
  repo.git({"commit", "--quiet", "--all", "--amend", "--message", "rewritten"});
  CHECK(fingerprints() == before);
}

TEST_CASE("history is read from anywhere inside a repository") {
  TestRepo repo;
  repo.write("deep/er/k.txt", openai_project_key());
  repo.commit_all("start");
  CHECK(path_of(finding_of(scan({"history"}, repo.path() / "deep/er").report, openai_project_key())) ==
        "deep/er/k.txt");
}

TEST_CASE("text of no encoding in names and messages does not break a report") {
  TestRepo repo;
  repo.write("caf\xe9/k\n\x1b[2J.txt", "\xff\xfe\n" + openai_project_key());
  repo.git({"add", "--all"});
  repo.git({"-c", "user.name=\xe9\x1b[31m", "commit", "--quiet", "--file", "-"}, "caf\xe9 \x1b[31m red\n");
  const Outcome text = keysift({"history", repo.path(), "--color", "never"});
  CHECK(text.exit_code == 1);
  CHECK(text.out.find('\x1b') == std::string::npos);
  CHECK(text.out.find('\xe9') == std::string::npos);
  const json finding = finding_of(history(repo.path()).report, openai_project_key());
  CHECK(path_of(finding) == "caf\ufffd/k\n\x1b[2J.txt");
  CHECK(finding.at("location").at("line") == 2);
}

TEST_CASE("a key that is a file's name") {
  TestRepo repo;
  const std::string key = openai_project_key();
  repo.write("deep/er/" + key + ".txt", kReadme);
  repo.write("other.txt", kReadme);
  const std::string added = repo.commit_all("oops");
  repo.git({"mv", "deep/er/" + key + ".txt", "deep/er/plain.txt"});
  const std::string removed = repo.commit_all("renamed");
  const std::string prefix = "deep/er/";
  for (const bool packed : {false, true}) {
    if (packed) repo.git({"gc", "--quiet"});
    const json report = history(repo.path()).report;
    // Columns are those of the real name; what is shown is masked.
    const std::string masked = prefix + "sk-proj-****" + key.substr(key.size() - 4) + ".txt";
    CHECK(places(report) == std::vector<Place>{{masked, 1, prefix.size() + 1, prefix.size() + key.size() + 1,
                                                "openai-project-key", "path"}});
    CHECK(way_of(finding_of(report, key)) == Way{"history-only", added, removed, kMain, 1});
  }
}

TEST_CASE("a key in a name is in all trees that have it, whatever changes beside it") {
  TestRepo repo;
  const std::string key = openai_project_key();
  const std::string path = "deep/box 7 100644 " + key + ".txt";
  repo.write(path, kReadme);
  for (int i = 0; i < 40; ++i) repo.write("deep/file " + std::to_string(i), std::to_string(i));
  const std::string added = repo.commit_all("oops");
  const auto change_others = [&](const std::string& text) {
    for (int i = 0; i < 12; ++i) {
      repo.write("deep/box 7 " + std::to_string(i), text);
      repo.write("deep/file " + std::to_string(3 * i), text);
      repo.commit_all("more");
    }
  };
  change_others("before");
  repo.git({"rm", "--quiet", path});
  const std::string removed = repo.commit_all("removed");
  change_others("after");
  for (const bool packed : {false, true}) {
    if (packed) repo.git({"gc", "--quiet", "--aggressive"});
    const json report = history(repo.path()).report;
    REQUIRE(places(report).size() == 1);
    const auto column = path.size() - key.size() - 4 + 1;
    CHECK(finding_of(report, key).at("location").at("column") == column);
    CHECK(way_of(finding_of(report, key)) == Way{"history-only", added, removed, kMain, 13});
  }
}

TEST_CASE("a key that stands encoded in a file's name") {
  TestRepo repo;
  const std::string key = openai_project_key();
  std::string encoded;
  for (const char c : key) encoded += c == '-' ? "%2D" : c == '_' ? "%5F" : std::string(1, c);
  repo.write("deep/u=" + encoded + ".txt", kReadme);
  repo.write("aside.txt", kReadme);
  const std::string added = repo.commit_all("oops");
  const std::string prefix = "deep/u=";
  for (const Strings& more : {Strings{}, Strings{"--max-commits", "9"}}) {
    const json report = history(repo.path(), more).report;
    const json finding = finding_of(report, key);
    CHECK(finding.at("origin") == "path");
    CHECK(finding.at("location").at("line") == 1);
    CHECK(finding.at("location").at("column") == prefix.size() + 1);
    CHECK(finding.at("location").at("end_column") == prefix.size() + encoded.size() + 1);
    CHECK(finding.at("location").at("decoded") == Strings{"percent"});
    CHECK(commit_in(finding.at("provenance"), "introduced") == added);
    // What is shown holds no more of the key than the redacted secret does.
    CHECK(path_of(finding).starts_with(prefix));
    CHECK(report.dump().find(encoded.substr(encoded.size() / 2, 8)) == std::string::npos);
  }
}

TEST_CASE("a key that was staged and never committed") {
  TestRepo repo;
  repo.write("README", kReadme);
  repo.commit_all("start");
  repo.write("k.txt", openai_project_key(1));
  repo.git({"add", "k.txt"});
  const json staged = history(repo.path()).report;
  CHECK(finding_of(staged, openai_project_key(1)).at("origin") == "index");
  CHECK(path_of(finding_of(staged, openai_project_key(1))) == "k.txt");
  repo.git({"rm", "--quiet", "--cached", "k.txt"});
  const json dropped = finding_of(history(repo.path()).report, openai_project_key(1));
  CHECK(dropped.at("origin") == "history");
  CHECK(path_of(dropped).empty());
  CHECK(dropped.at("provenance").at("state") == "unreachable");
}

/// A tree of folders, `depth` in each other, of which each holds ten times what is in the next; at the bottom
/// are `blobs`. Returns its name.
std::string tree_of_ten(TestRepo& repo, const Strings& blobs, int depth) {
  std::string entries;
  for (std::size_t i = 0; i < blobs.size(); ++i)
    entries += "100644 blob " + blobs[i] + "\tf" + std::to_string(i) + "\n";
  std::string tree = repo.git({"mktree"}, entries);
  for (; depth > 0; --depth) {
    entries.clear();
    for (int i = 0; i < 10; ++i) entries += "040000 tree " + tree + "\tn" + std::to_string(i) + "\n";
    tree = repo.git({"mktree"}, entries);
  }
  return tree;
}

std::string blob_with_key(TestRepo& repo, unsigned key) {
  return repo.git({"hash-object", "-w", "--stdin"}, "KEY=" + openai_project_key(key) + "\n");
}

/// Commits, one on another, each with a key of its own in such a tree. Returns their names.
Strings commits_with_keys(TestRepo& repo, unsigned count, int depth) {
  Strings commits;
  for (unsigned key = 1; key <= count; ++key) {
    Strings arguments{"commit-tree", "-m", "x", tree_of_ten(repo, {blob_with_key(repo, key)}, depth)};
    if (!commits.empty()) arguments.insert(arguments.end(), {"-p", commits.back()});
    commits.push_back(repo.git(arguments));
  }
  repo.git({"update-ref", "refs/heads/main", commits.back()});
  return commits;
}

TEST_CASE(
    "commits that have keys at very many places are told in part, and each key with some of its places") {
  TestRepo repo;
  const auto commits = commits_with_keys(repo, 4, 13);
  const bool range = GENERATE(false, true);
  const Scan result = history(repo.path(), range ? Strings{"--branch", "main"} : Strings());
  CHECK(result.exit_code == 1);
  CHECK(result.report.at("findings").size() < 1000);
  for (unsigned key = 1; key <= 4; ++key) {
    const auto found = findings_of(result.report, openai_project_key(key));
    REQUIRE_FALSE(found.empty());
    CHECK(way_of(found.front()).introduced == commits[key - 1]);
  }
  CHECK(result.report.at("summary").at("skipped") == json{{"places", 1}});
  CHECK(contains(result.report.at("errors").at(0).at("message").get<std::string>(),
                 "keys at too many places to tell them all"));
}

TEST_CASE("no more than 100,000 places of a history are told, but one of each key") {
  TestRepo repo;
  commits_with_keys(repo, 2, 5);
  const auto outcome = keysift({"history", repo.path(), "--format", "csv"});
  CHECK(outcome.exit_code == 1);
  CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 1 + 100'001);
}

TEST_CASE("of several keys in a tree with very many places, each is told where it is") {
  TestRepo repo;
  Strings blobs;
  for (unsigned key = 1; key <= 5; ++key) blobs.push_back(blob_with_key(repo, key));
  const auto commit = repo.git({"commit-tree", "-m", "x", tree_of_ten(repo, blobs, 8)});
  repo.git({"update-ref", "refs/heads/main", commit});
  const Scan result = history(repo.path());
  for (unsigned key = 1; key <= 5; ++key) {
    const auto found = findings_of(result.report, openai_project_key(key));
    REQUIRE_FALSE(found.empty());
    CHECK(way_of(found.front()).state == "live");
    CHECK(path_of(found.front()).ends_with("/f" + std::to_string(key - 1)));
  }
}

TEST_CASE("replace refs and grafts change history as they do for git") {
  TestRepo repo;
  repo.write("a.txt", kReadme);
  const std::string root = repo.commit_all("root");
  repo.write("k.txt", openai_project_key());
  const std::string added = repo.commit_all("key");
  repo.write("b.txt", kReadme);
  const std::string tip = repo.commit_all("tip");
  CHECK(way_of(finding_of(history(repo.path()).report, openai_project_key())).introduced == added);
  SECTION("a graft leaves the commit with the key out") {
    repo.write(".git/info/grafts", tip + " " + root + "\n");
  }
  SECTION("a replacement does") { repo.git({"replace", "--graft", tip, root}); }
  CHECK(way_of(finding_of(history(repo.path()).report, openai_project_key())).introduced == tip);
}

TEST_CASE("how long a key has been out") {
  TestRepo repo;
  repo.write("k.txt", openai_project_key());
  repo.commit_all("start");  // on 2024-01-01
  const auto exposure = [&](const std::string& epoch) {
    auto environment = clean_environment();
    environment["SOURCE_DATE_EPOCH"] = epoch;
    const Outcome outcome =
        run({KEYSIFT_BINARY, "history", repo.path(), "--format", "json"}, ".", {}, environment);
    const json provenance = json::parse(outcome.out).at("findings").at(0).at("provenance");
    return std::pair(provenance.at("exposed_days").get<int>(), provenance.at("overdue").get<bool>());
  };
  CHECK(exposure("1704070800") == std::pair(0, false));
  CHECK(exposure("1711846800") == std::pair(90, false));
  CHECK(exposure("1711933200") == std::pair(91, true));
}

}  // namespace
}  // namespace keysift::test
