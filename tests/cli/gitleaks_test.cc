// What a repository has for gitleaks counts here, too.
#include <algorithm>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

// A key at src/a.py:1 and one at b.txt:2.
struct Leaky {
  Leaky() {
    repo.write("src/a.py", "k = '" + openai_project_key(1) + "'\n");
    repo.write("b.txt", "\n" + openai_project_key(2) + "\n");
    commit = repo.commit_all("start");
  }

  TestRepo repo;
  std::string commit;
};

TEST_CASE(".gitleaksignore allows by path, rule and line, and the report says which line does") {
  Leaky leaky;
  leaky.repo.write(".gitleaksignore",
                   "# ours\nsrc/a.py:openai-project-key:1\nb.txt:generic-api-key:2\nb.txt:npm-token:2\n");
  for (const char* command : {"scan", "files", "history"}) {
    INFO(command);
    const auto [exit_code, report] = scan({command, "."}, leaky.repo.path());
    CHECK(exit_code == 0);
    CHECK(allowed_and_found(report) == Strings{"b.txt:2 .gitleaksignore:3", "src/a.py:1 .gitleaksignore:2"});
    for (const auto& allowed : report.at("allowed")) CHECK(allowed.at("allowed_reason") == nullptr);
    CHECK(report.at("stale") == json::array());
  }
  SECTION("in a folder below the root, too, and in text") {
    const auto outcome = keysift({"files", "src"}, leaky.repo.path());
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err.empty());
    CHECK(contains(outcome.out, "Allowed\n  a.py:1  OpenAI project API key, by .gitleaksignore:2\n"));
  }
  SECTION("of what is staged") {
    leaky.repo.write("c.txt", openai_project_key(3) + "\n" + openai_project_key(4) + "\n");
    leaky.repo.write(".gitleaksignore", "c.txt:x:2\n");
    leaky.repo.git({"add", "c.txt"});
    const auto [exit_code, report] = scan({"staged", "."}, leaky.repo.path());
    CHECK(exit_code == 1);
    CHECK(allowed_and_found(report) == Strings{"c.txt:2 .gitleaksignore:1", "c.txt:1"});
  }
  SECTION("a rule that is in force is meant itself") {
    leaky.repo.write(".gitleaksignore", "b.txt:npm-token:2\nsrc/a.py:x:2\n");
    const auto [exit_code, report] = scan({"files", "."}, leaky.repo.path());
    CHECK(exit_code == 1);
    CHECK(allowed_and_found(report) == Strings{"b.txt:2", "src/a.py:1"});
  }
  SECTION("what gives a reason goes before it, and so do a mark and the configuration") {
    leaky.repo.write(".keysiftignore", "b.txt # made up\n");
    leaky.repo.write(".keysift.toml", "[[allowlists]]\npaths = ['^src/']\n");
    CHECK(allowed_and_found(scan({"files", "."}, leaky.repo.path()).report) ==
          Strings{"b.txt:2 .keysiftignore:1", "src/a.py:1 .keysift.toml"});
  }
}

TEST_CASE(".gitleaksignore: an entry with a commit is about what that one brought in") {
  Leaky leaky;
  leaky.repo.write("c.txt", openai_project_key(3) + "\n");
  const auto second = leaky.repo.commit_all("more");
  leaky.repo.write("b.txt", "\n\n\nmoved\n" + openai_project_key(2) + "\n");
  leaky.repo.commit_all("move");
  leaky.repo.write(".gitleaksignore", leaky.commit + ":b.txt:generic-api-key:2\n" + leaky.commit +
                                          ":c.txt:generic-api-key:1\n" + second +
                                          ":src\\a.py:generic-api-key:1\n");
  const auto [exit_code, report] = scan({"scan", "."}, leaky.repo.path());
  CHECK(exit_code == 1);
  CHECK(allowed_and_found(report) == Strings{"b.txt:5 .gitleaksignore:1", "c.txt:1", "src/a.py:1"});
  CHECK(allowed_and_found(scan({"history", "."}, leaky.repo.path()).report) ==
        Strings{"b.txt:2 .gitleaksignore:1", "c.txt:1", "src/a.py:1"});
  CHECK(allowed_and_found(
            scan({"history", ".", "--range", leaky.commit + "..HEAD"}, leaky.repo.path()).report) ==
        Strings{"c.txt:1"});
  // No history is known here.
  CHECK(allowed_and_found(scan({"files", "."}, leaky.repo.path()).report) ==
        Strings{"b.txt:5", "c.txt:1", "src/a.py:1"});
}

TEST_CASE(".gitleaksignore: a line that is wrong is told, without what it says, and ends nothing") {
  Leaky leaky;
  const auto key = openai_project_key(9);
  leaky.repo.write(".git/info/exclude", ".gitleaksignore\n");
  leaky.repo.write(".gitleaksignore", "# x\n" + key + "\nb.txt:x:2\n");
  const auto one = keysift({"files", "."}, leaky.repo.path());
  CHECK(one.exit_code == 1);
  CHECK(one.err == "keysift: " + (leaky.repo.path() / ".gitleaksignore").native() +
                       ":2: neither FILE:RULE:LINE nor COMMIT:FILE:RULE:LINE; it allows nothing\n");
  CHECK(contains(one.out, "b.txt:2  OpenAI project API key, by .gitleaksignore:3\n"));
  leaky.repo.write(".gitleaksignore", "b.txt:x:2\nx\n" + key + ":x:y\nsrc/a.py:x:1 # why\n");
  const auto more = keysift({"files", "."}, leaky.repo.path());
  CHECK(more.exit_code == 1);
  CHECK(more.err ==
        "keysift: " + (leaky.repo.path() / ".gitleaksignore").native() +
            ":2: neither FILE:RULE:LINE nor COMMIT:FILE:RULE:LINE; it allows nothing, like 2 other lines\n");
}

TEST_CASE(".gitleaksignore: --config-from says whose counts") {
  Leaky leaky;
  leaky.repo.write(".gitleaksignore", "b.txt:x:2\n");
  leaky.repo.commit_all("allow");
  leaky.repo.write(".gitleaksignore", "b.txt:x:2\nsrc/a.py:x:1\n");
  CHECK(scan({"files", "."}, leaky.repo.path()).exit_code == 0);
  CHECK(allowed_and_found(scan({"files", ".", "--config-from", "main"}, leaky.repo.path()).report) ==
        Strings{"b.txt:2 main:.gitleaksignore:1", "src/a.py:1"});
  CHECK(allowed_and_found(scan({"files", ".", "--config-from", "none"}, leaky.repo.path()).report) ==
        Strings{"b.txt:2", "src/a.py:1"});
}

TEST_CASE(".gitleaksignore: a plain folder has its own, a bare repository and a push in quarantine none") {
  const TempDir dir;
  dir.write("a.py", openai_project_key(1) + "\n");
  dir.write(".gitleaksignore", "a.py:x:1\n");
  CHECK(scan({"scan", dir.path()}).exit_code == 0);

  Leaky leaky;
  leaky.repo.write(".gitleaksignore", "b.txt:x:2\nsrc/a.py:x:1\n");
  leaky.repo.git({"clone", "--quiet", "--bare", ".", "bare.git"});
  leaky.repo.write("bare.git/.gitleaksignore", "b.txt:x:2\nsrc/a.py:x:1\n");
  CHECK(scan({"history", leaky.repo.path() / "bare.git"}).exit_code == 1);

  auto environment = clean_environment();
  const auto status = [&] {
    return run({keysift_binary(), "history", "."}, leaky.repo.path(), {}, environment).exit_code;
  };
  CHECK(status() == 0);
  environment["GIT_QUARANTINE_PATH"] = (leaky.repo.path() / ".git/objects").native();
  CHECK(status() == 1);
}

// What gitleaks reports of a key; only the fields that count have values that mean something.
json reported(const std::string& rule, const std::string& path, int line, const std::string& secret) {
  return {{"RuleID", rule},
          {"Description", ""},
          {"StartLine", line},
          {"EndLine", line},
          {"StartColumn", 1},
          {"EndColumn", 40},
          {"Match", secret},
          {"Secret", secret},
          {"File", path},
          {"SymlinkFile", ""},
          {"Commit", ""},
          {"Entropy", 4.871928},
          {"Author", ""},
          {"Email", ""},
          {"Date", ""},
          {"Message", ""},
          {"Tags", json::array()},
          {"Fingerprint", path + ":" + rule + ":" + std::to_string(line)}};
}

TEST_CASE("gitleaks' report is a baseline: rule, path and secret fit") {
  Leaky leaky;
  leaky.repo.write("c.txt", openai_project_key(3) + "\n");
  leaky.repo.commit_all("more");
  const TempDir dir;
  dir.write("gitleaks.json",
            json::array({reported("openai-project-key", "src/a.py", 40, openai_project_key(1)),
                         reported("generic-api-key", "b.txt", 40, openai_project_key(2)),
                         reported("npm-token", "c.txt", 1, openai_project_key(3)),
                         reported("generic-api-key", "c.txt", 1, openai_project_key(2))})
                .dump(1));
  const auto file = (dir.path() / "gitleaks.json").native();
  for (const char* command : {"scan", "files", "history"}) {
    INFO(command);
    const auto [exit_code, report] = scan({command, ".", "--baseline", file}, leaky.repo.path());
    CHECK(exit_code == 1);
    CHECK(allowed_and_found(report) == Strings{"c.txt:1"});
    CHECK(report.at("summary").at("suppressed") == 2);
    CHECK(report.at("summary").at("fixed") == nullptr);
  }
  const auto below = scan({"files", "src", "--baseline", file}, leaky.repo.path());
  CHECK(below.exit_code == 0);
  CHECK(below.report.at("summary").at("suppressed") == 1);
  const auto text = keysift({"scan", ".", "--baseline", file}, leaky.repo.path());
  CHECK(text.err.empty());
  CHECK(contains(words_of_report(text.out), "; 2 findings left out because of the baseline."));

  SECTION("and becomes one of ours") {
    CHECK(keysift({"scan", ".", "--baseline", file, "--write-baseline", dir.path() / "own.json"},
                  leaky.repo.path())
              .exit_code == 0);
    const auto [exit_code, report] =
        scan({"scan", ".", "--baseline", dir.path() / "own.json"}, leaky.repo.path());
    CHECK(exit_code == 0);
    CHECK(report.at("summary").at("suppressed") == 3);
    CHECK(report.at("summary").at("fixed") == 0);
  }
}

TEST_CASE("gitleaks' report is a baseline: of what it redacted, rule, path and line fit") {
  Leaky leaky;
  const TempDir dir;
  const auto status = [&](const json& entries, const std::string& command = "scan") {
    dir.write("gitleaks.json", entries.dump());
    return keysift({command, ".", "--baseline", dir.path() / "gitleaks.json"}, leaky.repo.path()).exit_code;
  };
  const auto begin = openai_project_key(2).substr(0, 30) + "...";
  CHECK(status({reported("generic-api-key", "src/a.py", 1, "REDACTED"),
                reported("openai-project-key", "b.txt", 2, begin)}) == 0);
  CHECK(status({reported("generic-api-key", "src/a.py", 2, "REDACTED"),
                reported("openai-project-key", "b.txt", 2, begin)}) == 1);
  CHECK(status({reported("generic-api-key", "src/a.py", 1, "REDACTED"),
                reported("npm-token", "b.txt", 2, begin)}) == 1);
  // A history tells where the commit had it.
  leaky.repo.write("b.txt", "\n\nmoved\n" + openai_project_key(2) + "\n");
  leaky.repo.commit_all("move");
  const json both = {reported("x", "src/a.py", 1, "REDACTED"), reported("x", "b.txt", 2, "REDACTED")};
  CHECK(status(both) == 0);
  CHECK(status(both, "history") == 0);
  CHECK(status(both, "files") == 1);
}

TEST_CASE(
    "gitleaks' report is a baseline: an empty one lists nothing, and what is none is refused in a line") {
  const TempDir dir;
  dir.write("a.py", openai_project_key(1) + "\n");
  dir.write("g.json", "[]\n");
  const auto [exit_code, report] = scan({"scan", ".", "--baseline", "g.json"}, dir.path());
  CHECK(exit_code == 1);
  CHECK(report.at("summary").at("suppressed") == 0);
  CHECK(report.at("summary").at("fixed") == nullptr);

  const auto good = reported("x", "a.py", 1, openai_project_key(1));
  for (const char* key : {"RuleID", "File", "StartLine", "Secret"}) {
    for (const json& wrong : {json(nullptr), json(-1), json::array(), json("x")}) {
      if (wrong.is_string() && good.at(key).is_string()) continue;
      auto entry = good;
      entry[key] = wrong;
      dir.write("g.json", json::array({good, entry}).dump());
      const auto outcome = keysift({"files", "a.py", "--baseline", "g.json"}, dir.path());
      INFO(key << ": " << wrong);
      CHECK(outcome.exit_code == 2);
      CHECK(outcome.out.empty());
      CHECK(outcome.err ==
            "keysift: g.json: no baseline, and no JSON report of keysift or gitleaks; make one with: keysift "
            "scan --write-baseline FILE\n");
    }
  }
}

TEST_CASE("what --format gitleaks tells is known by it, as a baseline and as an ignore file") {
  Leaky leaky;
  const TempDir dir;
  const auto file = (dir.path() / "g.json").native();
  for (const bool reveal : {false, true}) {
    Strings command = {"scan", ".", "--format", "gitleaks", "--report", "gitleaks=" + file};
    if (reveal) command.emplace_back("--reveal");
    const auto outcome = keysift(command, leaky.repo.path());
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.err.empty());
    CHECK(outcome.out == file_bytes(file));
    const auto findings = json::parse(outcome.out);
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].at("File") == "b.txt");
    CHECK(findings[0].at("Commit") == leaky.commit);
    CHECK(findings[0].at("Secret") == (reveal ? openai_project_key(2) : "REDACTED"));
    CHECK(findings[0].at("Fingerprint") == leaky.commit + ":b.txt:openai-project-key:2");
    CHECK(contains(outcome.out, openai_project_key(2)) == reveal);
    CHECK(keysift({"scan", ".", "--baseline", file}, leaky.repo.path()).exit_code == 0);
  }
  std::string ignores;
  for (const auto& finding : json::parse(file_bytes(file)))
    ignores += finding.at("Fingerprint").get<std::string>() + "\n";
  leaky.repo.write(".gitleaksignore", ignores);
  for (const char* command : {"scan", "history"}) {
    const auto outcome = keysift({command, ".", "--format", "gitleaks"}, leaky.repo.path());
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out == "[]\n");
  }
}

TEST_CASE(".gitleaksignore is no finding itself") {
  Leaky leaky;
  leaky.repo.write(".gitleaksignore", leaky.commit + ":src/openai_api_key.py:openai-api-key:1\n" +
                                          "src/deepgram_token.py:elevenlabs-api-key:12\n");
  const auto report = scan({"scan", ".", "--min-confidence", "low"}, leaky.repo.path()).report;
  CHECK(allowed_and_found(report) == Strings{"b.txt:2", "src/a.py:1"});
}

}  // namespace
}  // namespace keysift::test
