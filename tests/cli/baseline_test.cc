// Baselines: written, taken, merged, and what their fingerprints outlive.
#include <sys/stat.h>

#include <fstream>
#include <map>

#include "cli/keysift.h"
#include "support/archive.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

std::string broken_gzip() {
  return compressed(std::string(1000, 'a') + openai_project_key(9), "gzip").substr(0, 60);
}

// A repository beside which a baseline of it lies.
struct Known {
  TestRepo repo;
  TempDir dir;
  std::string file = (dir.path() / "baseline.json").native();

  Scan write(const std::string& command = "scan") {
    return scan({command, repo.path(), "--write-baseline", file});
  }
  Scan check(const Strings& more = {}, const std::string& command = "scan") const {
    Strings arguments = {command, repo.path(), "--baseline", file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return scan(arguments);
  }
  json entries() const { return json::parse(file_bytes(file)).at("baseline"); }
};

TEST_CASE("a baseline has a line for each fingerprint, and no secret") {
  const TempDir dir;
  dir.write("src/b.py", openai_project_key(1) + "\n" + openai_project_key(1) + "\n");
  dir.write("src/a.py", openai_project_key(2));
  const auto [exit_code, report] = scan({"files", "src", "--write-baseline", "known.json"}, dir.path());
  CHECK(exit_code == 0);
  CHECK(report.at("findings").size() == 3);
  std::map<std::string, std::string> lines;
  for (const auto& finding : report.at("findings")) {
    const auto fingerprint = finding.at("fingerprint").get<std::string>();
    lines[fingerprint] = "    {\"fingerprint\":\"" + fingerprint +
                         "\",\"rule\":\"openai-project-key\",\"path\":\"" +
                         finding.at("location").at("path").get<std::string>() + "\"}";
  }
  REQUIRE(lines.size() == 2);
  const auto bytes = file_bytes(dir.path() / "known.json");
  CHECK(bytes == "{\n  \"schema_version\": 1,\n  \"baseline\": [\n" + lines.begin()->second + ",\n" +
                     lines.rbegin()->second + "\n  ]\n}\n");
  CHECK(scan({"files", "src", "--baseline", "known.json"}, dir.path()).exit_code == 0);
  CHECK(scan({"files", "known.json", "--min-confidence", "low"}, dir.path()).exit_code == 0);
}

TEST_CASE("a key in a file's name is not in the baseline") {
  Known known;
  const auto key = openai_legacy_key(1);
  known.repo.write("k-" + key + ".txt", "text");
  known.repo.commit_all("start");
  CHECK(known.write().exit_code == 0);
  CHECK(known.entries().size() == 1);
  CHECK(file_bytes(known.file).find(key) == std::string::npos);
  CHECK(known.check().exit_code == 0);
  CHECK(known.write().exit_code == 0);
  CHECK(known.check({"--write-baseline", known.file}).exit_code == 0);
  CHECK(file_bytes(known.file).find(key) == std::string::npos);
}

TEST_CASE("an empty baseline") {
  const TempDir dir;
  dir.write("a.py", "nothing");
  CHECK(scan({"scan", ".", "--write-baseline", "b.json"}, dir.path()).exit_code == 0);
  CHECK(file_bytes(dir.path() / "b.json") == "{\n  \"schema_version\": 1,\n  \"baseline\": [\n  ]\n}\n");
  const auto [exit_code, report] = scan({"scan", ".", "--baseline", "b.json"}, dir.path());
  CHECK(exit_code == 0);
  CHECK(report.at("summary").at("fixed") == 0);
  struct stat status {};
  REQUIRE(::stat((dir.path() / "b.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 0600) == 0600);
}

TEST_CASE("only new findings fail") {
  Known known;
  known.repo.write("a.py", openai_project_key(1));
  known.repo.commit_all("start");
  for (const char* command : {"scan", "history", "files"}) {
    INFO(command);
    CHECK(known.write(command).exit_code == 0);
    const auto [exit_code, report] = known.check({}, command);
    CHECK(exit_code == 0);
    CHECK(report.at("findings") == json::array());
    CHECK(report.at("summary").at("suppressed") == 1);
  }
  known.repo.write("a.py", openai_project_key(1) + "\n" + openai_project_key(2));
  const auto [exit_code, report] = known.check();
  CHECK(exit_code == 1);
  CHECK(report.at("findings").size() == 1);
  CHECK(findings_of(report, openai_project_key(2)).size() == 1);
  SECTION("and refreshed, all are known") {
    const auto refreshed = known.check({"--write-baseline", known.file});
    CHECK(refreshed.exit_code == 0);
    CHECK(refreshed.report.at("findings").size() == 1);
    CHECK(known.entries().size() == 2);
    CHECK(known.check().exit_code == 0);
  }
}

TEST_CASE("what is allowed is not in the baseline, and what the baseline lists may be allowed later") {
  Known known;
  known.repo.write("a.py", openai_project_key(1) + " keysift:allow\n");
  known.repo.write("b.py", openai_project_key(2));
  known.repo.commit_all("start");
  CHECK(known.write().exit_code == 0);
  CHECK(known.entries().size() == 1);
  known.repo.write(".keysiftignore", "b.py # no leak\n");
  const auto [exit_code, report] = known.check();
  CHECK(exit_code == 0);
  CHECK(report.at("allowed").size() == 2);
  CHECK(report.at("summary").at("suppressed") == 0);
  CHECK(report.at("summary").at("fixed") == 0);
}

TEST_CASE("what could not be read is still told when a baseline is written") {
  const TempDir dir;
  dir.write("a.py", openai_project_key(1));
  dir.write("b.gz", broken_gzip());
  CHECK(keysift({"files", "."}, dir.path()).exit_code == 1);
  CHECK(keysift({"files", ".", "--write-baseline", "b.json"}, dir.path()).exit_code == 3);
}

TEST_CASE("a baseline outlives moved lines, a rebase and a squash") {
  Known known;
  auto& repo = known.repo;
  repo.write("other", "1");
  repo.commit_all("start");
  repo.git({"checkout", "--quiet", "-b", "topic"});
  repo.write("a.py", "k = '" + openai_project_key(1) + "'\n");
  const auto first = repo.commit_all("add a key");
  repo.write("b.py", "k = '" + openai_project_key(2) + "'\n");
  repo.commit_all("add another");
  CHECK(known.write().exit_code == 0);
  CHECK(known.entries().size() == 2);

  SECTION("moved lines") {
    repo.write("a.py", "\n\n# moved\n  key = \"" + openai_project_key(1) + "\"\n");
    CHECK(known.check().exit_code == 0);
    repo.commit_all("move it");
    CHECK(known.check().exit_code == 0);
  }
  SECTION("a rebase") {
    repo.git({"checkout", "--quiet", "main"});
    repo.write("other", "2");
    repo.commit_all("go on");
    repo.git({"checkout", "--quiet", "topic"});
    repo.git({"rebase", "--quiet", "main"});
    CHECK(repo.git({"rev-parse", "HEAD~1"}) != first);
    CHECK(known.check().exit_code == 0);
    CHECK(known.check({"--range", "main..topic"}, "history").exit_code == 0);
  }
  SECTION("a squash") {
    repo.git({"checkout", "--quiet", "main"});
    repo.git({"merge", "--quiet", "--squash", "topic"});
    repo.commit_all("squashed");
    repo.git({"branch", "--quiet", "-D", "topic"});
    CHECK(known.check({"--reachable-only"}).exit_code == 0);
    CHECK(known.check({"--max-commits", "1"}, "history").exit_code == 0);
  }
  SECTION("a rename asks once more") {
    repo.git({"mv", "a.py", "c.py"});
    repo.commit_all("rename");
    const auto [exit_code, report] = known.check();
    CHECK(exit_code == 1);
    REQUIRE(places(report).size() == 1);
    CHECK(places(report)[0].path == "c.py");
    CHECK(report.at("summary").at("suppressed") == 2);  // the history still has it under its old name
    CHECK(known.check({"--write-baseline", known.file}).exit_code == 0);
    CHECK(known.check().exit_code == 0);
  }
}

TEST_CASE("what is fixed is counted, and the baseline said to be stale") {
  Known known;
  known.repo.write("a.py", openai_project_key(1));
  known.repo.write("b.py", openai_project_key(2));
  CHECK(known.write().exit_code == 0);
  CHECK(known.check().report.at("summary").at("fixed") == 0);
  known.repo.write("b.py", "nothing");
  CHECK(known.check().exit_code == 0);
  CHECK(known.check().report.at("summary").at("fixed") == 1);
  const auto text = words_of_report(keysift({"scan", known.repo.path(), "--baseline", known.file}).out);
  CHECK(contains(
      text,
      "Out of date The baseline lists 1 finding not found any more; write it anew: the same command with "
      "--write-baseline FILE\n"));
  CHECK(contains(text, "; 1 finding left out because of the baseline; 1 finding of the baseline fixed."));

  SECTION("only by what looks at everything") {
    for (const Strings& more :
         {Strings{"--rule", "npm-token"}, Strings{"--min-confidence", "high"}, Strings{"--reachable-only"}})
      CHECK(known.check(more).report.at("summary").at("fixed") == nullptr);
    CHECK(known.check({}, "files").report.at("summary").at("fixed") == nullptr);
    CHECK(scan({"scan", known.repo.path()}).report.at("summary").at("fixed") == nullptr);
    known.repo.commit_all("start");
    CHECK(known.check({"--max-commits", "1"}, "history").report.at("summary").at("fixed") == nullptr);
    CHECK(known.check({}, "history").report.at("summary").at("fixed") == 1);
    known.repo.write("broken.gz", broken_gzip());
    CHECK(known.check().report.at("summary").at("fixed") == nullptr);
  }
  SECTION("and once it is written anew no more") {
    CHECK(known.check({"--write-baseline", known.file}).report.at("summary").at("fixed") == 1);
    CHECK(known.entries().size() == 1);
    CHECK(known.check().report.at("summary").at("fixed") == 0);
  }
}

TEST_CASE("a baseline of another version, or with what is no fingerprint, is refused") {
  const TempDir dir;
  dir.write("a.txt", openai_project_key() + "\n");
  const std::string good(32, 'a');
  const std::pair<std::string, std::string> cases[] = {
      {R"({"schema_version": 99, "baseline": []})", "'schema_version' is not 1"},
      {R"({"schema_version": "x", "findings": []})", "'schema_version' is not 1"},
      {R"({"baseline": [{"fingerprint": ")" + good + R"("}, {"fingerprint": "abc"}]})",
       "baseline[1].fingerprint: 32 digits, 0-9 and a-f, belong here"},
      {R"({"schema_version": 1, "findings": [{"fingerprint": ")" + std::string(32, 'A') + R"("}]})",
       "findings[0].fingerprint: 32 digits"},
  };
  for (const auto& [bytes, words] : cases) {
    dir.write("known.json", bytes);
    const auto outcome = keysift({"files", "a.txt", "--baseline", "known.json"}, dir.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(lines_of(outcome.err).size() == 1);
    CHECK(contains(outcome.err, "known.json: "));
    CHECK(contains(outcome.err, words));
  }
  dir.write("known.json", R"({"baseline": [{"fingerprint": ")" + good + R"("}]})");
  CHECK(keysift({"files", "a.txt", "--baseline", "known.json"}, dir.path()).exit_code == 1);
}

TEST_CASE("baselines of two branches merge") {
  TestRepo repo;
  const auto write = [&](unsigned first, unsigned last, const std::string& message) {
    for (auto seed = first; seed <= last; ++seed)
      repo.write("f" + std::to_string(seed), openai_project_key(seed));
    REQUIRE(scan({"files", ".", "--write-baseline", "known.json"}, repo.path()).exit_code == 0);
    repo.commit_all(message);
  };
  write(1, 30, "start");
  repo.git({"checkout", "--quiet", "-b", "side"});
  write(31, 31, "side");
  repo.git({"checkout", "--quiet", "main"});
  write(32, 32, "main");
  repo.git({"merge", "--quiet", "side"});
  CHECK(json::parse(file_bytes(repo.path() / "known.json")).at("baseline").size() == 32);
  CHECK(scan({"files", ".", "--baseline", "known.json"}, repo.path()).exit_code == 0);
}

TEST_CASE("what is wrong with a baseline is said in one line") {
  const TempDir dir;
  dir.write("a.py", openai_project_key(1));
  for (const char* bytes : {"", "{}", "null", "[1]", "[{}]", "{\"baseline\": 1}", "{\"baseline\": [1]}",
                            "{\"baseline\": [{\"fingerprint\": 1}]}", "{\"findings\": {}}"}) {
    dir.write("b.json", bytes);
    const auto outcome = keysift({"files", "a.py", "--baseline", "b.json"}, dir.path());
    INFO(bytes);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err ==
          "keysift: b.json: no baseline, and no JSON report of keysift or gitleaks; make one with: keysift "
          "scan "
          "--write-baseline FILE\n");
  }
  const auto outcome = keysift({"files", "a.py", "--write-baseline", "not/there.json"}, dir.path());
  CHECK(outcome.exit_code == 2);
  CHECK(contains(outcome.err, "cannot write not/there.json"));
  CHECK(keysift({"env", ".", "--write-baseline", "x"}, dir.path()).exit_code == 2);
}

}  // namespace
}  // namespace keysift::test
