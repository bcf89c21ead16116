// .keysiftignore, and the command that writes it.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "cli/keysift.h"
#include "support/archive.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

constexpr char kEpoch[] = "1735689600";  // 2025-01-01

// keysift on the first day of 2025.
Outcome keysift_then(const Strings& arguments, const fs::path& folder) {
  Strings command = {KEYSIFT_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto environment = clean_environment();
  environment["SOURCE_DATE_EPOCH"] = kEpoch;
  return run(command, folder, {}, environment);
}

Scan scan_then(Strings arguments, const fs::path& folder) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const auto outcome = keysift_then(arguments, folder);
  INFO(outcome.err);
  return {outcome.exit_code, json::parse(outcome.out)};
}

// "path by" of what is allowed.
Strings allowed(const json& report) {
  Strings lines;
  for (const auto& finding : report.at("allowed")) {
    lines.push_back(finding.at("location").at("path").get<std::string>() + " " +
                    finding.at("allowed_by").get<std::string>() + " " + finding.at("allowed_reason").dump());
  }
  return lines;
}

std::string fingerprint_in(const fs::path& folder, const std::string& key) {
  return finding_of(scan_then({"scan", "."}, folder).report, key).at("fingerprint");
}

TEST_CASE("an entry allows its finding, and the report says why") {
  TestRepo repo;
  repo.write("src/a.py", "k = '" + openai_project_key(1) + "'\n");
  repo.write("tests/data/b.json", openai_project_key(2) + "\n");
  repo.write("c.txt", openai_project_key(3) + "\n");
  repo.commit_all("start");
  const auto fingerprint = fingerprint_in(repo.path(), openai_project_key(1));
  repo.write(".keysiftignore",
             "# ours\n" + fingerprint + " # the test server's\ntests/data/ until 2025-01-01 # made up\n");
  const Strings both = {"src/a.py .keysiftignore:2 \"the test server's\"",
                        "tests/data/b.json .keysiftignore:3 \"made up\""};
  for (const char* command : {"scan", "files", "history"}) {
    INFO(command);
    const auto [exit_code, report] = scan_then({command, "."}, repo.path());
    CHECK(exit_code == 1);
    REQUIRE(places(report).size() == 1);
    CHECK(places(report)[0].path == "c.txt");
    CHECK(allowed(report) == both);
    CHECK(report.at("stale") == json::array());
  }
  SECTION("in text and with --explain") {
    const auto outcome = keysift_then({"files", ".", "--explain"}, repo.path());
    CHECK(contains(outcome.out,
                   "Allowed\n"
                   "  src/a.py:1  OpenAI project API key, by .keysiftignore:2: the test "
                   "server's\n"
                   "  tests/data/b.json:1  OpenAI project API key, by .keysiftignore:3: made "
                   "up\n"));
    CHECK(contains(words_of_report(outcome.out), "; 2 findings allowed."));
    CHECK(contains(outcome.err, ": allowed by .keysiftignore:2: the test server's\n"));
  }
  SECTION("of a folder below the root, too") {
    const auto [exit_code, report] = scan_then({"files", "src"}, repo.path());
    CHECK(exit_code == 0);
    CHECK(allowed(report) == Strings{"a.py .keysiftignore:2 \"the test server's\""});
    CHECK(allowed(scan_then({"files", "."}, repo.path() / "tests").report) ==
          Strings{"data/b.json .keysiftignore:3 \"made up\""});
  }
  SECTION("of a range") {
    repo.write("src/a.py", "moved\n\nk = '" + openai_project_key(1) + "'\n");
    repo.commit_all("edit");
    CHECK(allowed(scan_then({"history", ".", "--branch", "main"}, repo.path()).report) == both);
  }
  SECTION("it goes before a mark and the configuration, which give no reason") {
    repo.write(".keysift.toml", "[[allowlists]]\npaths = ['.']\n");
    CHECK(allowed(scan_then({"files", "."}, repo.path()).report) ==
          Strings{"c.txt .keysift.toml null", both[0], both[1]});
  }
}

TEST_CASE("an entry that has expired allows nothing, and is told") {
  TestRepo repo;
  repo.write("a.py", openai_project_key(1) + "\n");
  repo.commit_all("start");
  repo.write(".keysiftignore", "a.py until 2024-12-31 # until the key is revoked\n");
  for (const char* command : {"scan", "files", "history"}) {
    const auto [exit_code, report] = scan_then({command, "."}, repo.path());
    CHECK(exit_code == 1);
    CHECK(report.at("allowed") == json::array());
    CHECK(report.at("stale") == json::array({{{"repository", repo.path().filename().native()},
                                              {"entry", "a.py"},
                                              {"line", 1},
                                              {"problem", "expired"},
                                              {"until", "2024-12-31"},
                                              {"reason", "until the key is revoked"}}}));
  }
  CHECK(contains(words_of_report(keysift_then({"scan", "."}, repo.path()).out),
                 "\nOut of date "
                 ".keysiftignore:1  a.py (until the key is revoked) ended on 2024-12-31: renew it or "
                 "remove the line\n"));
  CHECK(contains(keysift_then({"env", "."}, repo.path()).out, "Out of date\n"));
  repo.write("a.py", "clean\n");
  CHECK(keysift_then({"files", "."}, repo.path()).exit_code == 0);
}

TEST_CASE("a fingerprint of nothing is told by what looks at everything") {
  TestRepo repo;
  repo.write("a.py", openai_project_key(1) + "\n");
  repo.commit_all("start");
  const std::string unknown(32, '0');
  const auto known = fingerprint_in(repo.path(), openai_project_key(1));
  repo.write(".keysiftignore",
             unknown + " # gone\nnowhere/ # a pattern may fit nothing\n" + known + " # k\n");
  const auto [exit_code, report] = scan_then({"scan", "."}, repo.path());
  CHECK(exit_code == 0);
  CHECK(report.at("stale") == json::array({{{"repository", repo.path().filename().native()},
                                            {"entry", unknown},
                                            {"line", 1},
                                            {"problem", "unknown"},
                                            {"until", nullptr},
                                            {"reason", "gone"}}}));
  CHECK(contains(words_of_report(keysift_then({"scan", "."}, repo.path()).out),
                 "Out of date .keysiftignore:1  " + unknown +
                     " (gone) names nothing that was found: remove the line\n"));
  for (const Strings& arguments :
       {Strings{"files", "."}, Strings{"files", "a.py"}, Strings{"history", "."},
        Strings{"history", ".", "--range", "HEAD..HEAD"}, Strings{"scan", ".", "--rule", "npm-token"},
        Strings{"scan", ".", "--min-confidence", "high"}, Strings{"scan", ".", "--reachable-only"}}) {
    INFO(arguments[0]);
    CHECK(scan_then(arguments, repo.path()).report.at("stale") == json::array());
  }
  SECTION("not when something could not be read, nor when the baseline took the finding away") {
    repo.write("broken.gz", compressed(std::string(1000, 'a'), "gzip").substr(0, 15));
    CHECK(scan_then({"scan", "."}, repo.path()).report.at("stale") == json::array());
    fs::remove(repo.path() / "broken.gz");
    repo.write(".git/b.json", "{\"baseline\": [{\"fingerprint\": \"" + known + "\"}]}");
    CHECK(scan_then({"scan", ".", "--baseline", ".git/b.json"}, repo.path()).report.at("stale").size() == 1);
  }
}

TEST_CASE("a plain folder has its own ignore file, a bare repository none") {
  const TempDir dir;
  dir.write("a.py", openai_project_key(1) + "\n");
  dir.write(".keysiftignore", "* # all\n");
  CHECK(scan({"scan", dir.path()}).exit_code == 0);
  CHECK(scan({"files", dir.path()}).exit_code == 0);
  TestRepo repo;
  repo.write("a.py", openai_project_key(1) + "\n");
  repo.commit_all("start");
  repo.git({"clone", "--quiet", "--bare", ".", "bare.git"});
  repo.write("bare.git/.keysiftignore", "* # all\n");
  CHECK(scan({"history", repo.path() / "bare.git"}).exit_code == 1);
}

TEST_CASE("a fingerprint below a line that ends with a provider's key is no key") {
  TestRepo repo;
  repo.write("a.py", openai_project_key(1) + "\n");
  repo.commit_all("start");
  const auto fingerprint = fingerprint_in(repo.path(), openai_project_key(1));
  const auto lines = std::string(32, '0') + " # once an elevenlabs key\n" + fingerprint + " # test\n";
  repo.write("notes", lines);
  CHECK(places(scan_then({"files", "."}, repo.path()).report).size() == 2);
  fs::remove(repo.path() / "notes");
  repo.write(".keysiftignore", lines);
  repo.commit_all("allow it");
  for (const char* command : {"scan", "files", "history"})
    CHECK(scan_then({command, "."}, repo.path()).exit_code == 0);
  repo.write(".keysiftignore", "a.py # elevenlabs key: " + fingerprint + "\n");
  CHECK(scan_then({"files", "."}, repo.path()).exit_code == 1);
}

TEST_CASE("an ignore file that is wrong is told by file and line, with nothing of it") {
  const TempDir dir;
  dir.write("a.py", openai_project_key(1) + "\n");
  dir.write(".keysiftignore", "# x\n" + openai_project_key(1) + "\n");
  for (const char* command : {"scan", "files"}) {
    const auto outcome = keysift({command, "."}, dir.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(
        outcome.err ==
        "keysift: ./.keysiftignore:2: the reason is missing; end the line with one: # why this is no leak\n");
  }
}

TEST_CASE("keysift allow adds an entry, and replaces it") {
  TestRepo repo;
  repo.write("a.py", openai_project_key(1) + "\n");
  repo.write("src/b.py", openai_project_key(2) + "\n");
  repo.commit_all("start");
  const auto first = fingerprint_in(repo.path(), openai_project_key(1));
  const auto second = fingerprint_in(repo.path(), openai_project_key(2));
  const auto file = (repo.path() / ".keysiftignore").native();

  const auto added = keysift_then({"allow", first, "--reason", "a test key"}, repo.path());
  CHECK(added.exit_code == 0);
  CHECK(added.out == "Added the entry of " + first + " in " + file + "; commit this file.\n");
  CHECK(file_bytes(file) == first + " # a test key\n");

  const Strings below = {"allow", second, "--reason", "rotates", "--until", "2025-06-30", "src"};
  CHECK(keysift_then(below, repo.path()).exit_code == 0);
  CHECK(keysift_then({"scan", "."}, repo.path()).exit_code == 0);

  const auto replaced = keysift_then({"allow", first, "src/b.py", "--reason", "another"}, repo.path());
  CHECK(replaced.out == "Replaced the entry of " + first + " in " + file + "; commit this file.\n");
  const auto one = first + " # another\n", two = second + " until 2025-06-30 # rotates\n";
  CHECK(file_bytes(file) == (first < second ? one + two : two + one));
  CHECK(fs::exists(repo.path() / "src" / ".keysiftignore") == false);
}

TEST_CASE("keysift allow keeps comments and the file's mode, and leaves nothing beside it") {
  TestRepo repo;
  repo.write(".keysiftignore", "# Ask Ann first.\n\ntests/ # made up\n");
  const auto file = repo.path() / ".keysiftignore";
  fs::permissions(file, fs::perms(0640));
  const std::string fingerprint(32, '1');
  CHECK(keysift_then({"allow", fingerprint, "--reason", "x"}, repo.path()).exit_code == 0);
  CHECK(file_bytes(file) == "# Ask Ann first.\n\n" + fingerprint + " # x\ntests/ # made up\n");
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
  CHECK(std::distance(fs::directory_iterator(repo.path()), fs::directory_iterator()) == 2);
}

TEST_CASE("allow reads an ignore file that is one, and waits for no pipe") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir.path() / ".keysiftignore").c_str(), 0600) == 0);
  const auto outcome = keysift({"allow", std::string(32, 'a'), "--reason", "x"}, dir.path());
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == "keysift: cannot read ./.keysiftignore: it is no regular file\n");
}

TEST_CASE("two branches that allow something merge") {
  TestRepo repo;
  const auto allow = [&](char digit) {
    REQUIRE(keysift_then({"allow", std::string(32, digit), "--reason", "x"}, repo.path()).exit_code == 0);
  };
  for (const char digit : {'1', '3', '5', '7', '9', 'b', 'd', 'f'}) allow(digit);
  repo.commit_all("start");
  repo.git({"checkout", "--quiet", "-b", "side"});
  allow('4');
  repo.commit_all("side");
  repo.git({"checkout", "--quiet", "main"});
  allow('a');
  repo.commit_all("main");
  repo.git({"merge", "--quiet", "side"});
  std::string expected;
  for (const char digit : std::string("13457"
                                      "9abdf"))
    expected += std::string(32, digit) + " # x\n";
  CHECK(file_bytes(repo.path() / ".keysiftignore") == expected);
}

TEST_CASE("what is wrong with keysift allow is said in one line, without a key") {
  TestRepo repo;
  TestRepo bare({"--bare"});
  const TempDir dir;
  dir.write("file", "");
  const std::string good(32, 'a');
  const auto key = openai_project_key(1);
  struct Case {
    Strings arguments;
    std::string words;
  };
  const Case cases[] = {
      {{}, "an argument is missing; see: keysift allow --help"},
      {{key, "--reason", "x"},
       "a fingerprint has 32 digits, 0-9 and a-f; reports print that of each finding"},
      {{good.substr(1), "--reason", "x"}, "a fingerprint has 32 digits"},
      {{std::string(32, 'A'), "--reason", "x"}, "a fingerprint has 32 digits"},
      {{good}, "a reason is missing; add: --reason \"why this is no leak\""},
      {{good, "--reason", ""}, "a reason is missing"},
      {{good, "--reason", " \t"}, "a reason is missing"},
      {{good, "--reason", "a\nb"}, "--reason: it has a line break; an entry is one line"},
      {{good, "--reason", "a\rb"}, "--reason: it has a line break"},
      {{good, "--reason", "x", "--until", "soon"}, "--until: 'soon' is no day; write it as 2030-12-31"},
      {{good, "--reason", "x", "--until", "2025-02-30"}, "--until: '2025-02-30' is no day"},
      {{good, "--reason", "x", "--until", "2024-12-31"}, "--until: 2024-12-31 is over"},
      {{good, "--reason", "x", "not/there"}, "cannot read not/there: No such file or directory"},
      {{good, "--reason", "x", bare.path()}, "has no work tree, where .keysiftignore would be"},
      {{good, "--reason", "x", dir.path() / "file"}, "is in no git repository, and no folder"},
  };
  for (const Case& bad : cases) {
    Strings words = {"allow"};
    words.insert(words.end(), bad.arguments.begin(), bad.arguments.end());
    const auto outcome = keysift_then(words, repo.path());
    INFO(bad.words << " -> " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("keysift: "));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(contains(outcome.err, bad.words));
    CHECK(outcome.err.find(key) == std::string::npos);
  }
  CHECK_FALSE(fs::exists(repo.path() / ".keysiftignore"));
  repo.write(".keysiftignore", "a.py\n");
  CHECK(contains(keysift_then({"allow", good, "--reason", "x"}, repo.path()).err,
                 ".keysiftignore:1: the reason is missing"));
  CHECK(file_bytes(repo.path() / ".keysiftignore") == "a.py\n");
}

TEST_CASE("the report tells how to allow what is no leak") {
  const TempDir dir;
  dir.write("a.py", openai_project_key(1) + "\n");
  CHECK(contains(
      words_of_report(keysift({"files", "."}, dir.path()).out),
      " If one is no leak, allow it, by the 32 digits behind its place: keysift allow FINGERPRINT --reason "
      "\"...\"\n"));
}

}  // namespace
}  // namespace keysift::test
