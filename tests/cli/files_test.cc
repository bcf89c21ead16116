// Files: where keys stand in them, and which files are read at all.
#include <sys/stat.h>

#include <algorithm>

#include "cli/keysift.h"
#include "rule/example.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

constexpr std::size_t kMebibyte = 1 << 20;

// Every key of fixtures/leaky. Columns are those of the expanded templates.
std::vector<Place> leaky_places() {
  std::vector<Place> result = {
      {".env", 3, 16, 180, "openai-project-key"},
      {".env", 4, 20, 128, "anthropic-api-key"},
      {"build/output.log", 2, 32, 196, "openai-project-key"},
      {"config/settings.json", 2, 49, 157, "anthropic-api-key"},
      {"config/settings.py", 4, 52, 103, "openai-legacy-key"},
      {"config/windows.ini", 3, 5, 169, "openai-project-key"},
      {"config/windows.ini", 4, 9, 60, "openai-legacy-key"},
      {"deploy/docker-compose.yml", 6, 29, 139, "anthropic-admin-key"},
      {"deploy/release.sh", 2, 32, 140, "anthropic-oauth-token"},
      {"deploy/release.sh", 3, 26, 134, "anthropic-session-key"},
      {"deploy/release.sh", 4, 34, 198, "openai-project-key"},
      {"docs/schlüssel.md", 3, 31, 195, "openai-project-key"},
      {"docs/schlüssel.md", 4, 6, 114, "anthropic-key-other"},
      {"src/app.js", 3, 38, 173, "openai-service-account-key"},
      {"src/app.js", 4, 37, 170, "openai-admin-key"},
      {"src/app.js", 4, 189, 353, "openai-user-key"},
      {"test/unusual.txt", 1, 9, 65, "openai-key-unmarked"},
  };
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<Place> without(std::vector<Place> all, const Strings& paths) {
  std::erase_if(all, [&](const Place& place) {
    return std::find(paths.begin(), paths.end(), place.path) != paths.end();
  });
  return all;
}

Strings paths_of(const json& report) {
  Strings result;
  for (const Place& place : places(report)) result.push_back(place.path);
  return result;
}

TEST_CASE("a key of a provider that has no rule is found by what it is called, but not in tests") {
  const TempDir dir;
  const auto line = expand_template("ACME_API_KEY={{rand 40 alnum}}\n");
  for (const auto* path : {".env", "src/latest/a.sh", "test/a.sh", "src/test_a.py", "src/a.spec.ts"})
    dir.write(path, line);
  dir.write("id.env", expand_template("ACME_API_KEY=asst_{{rand 40 alnum}}\n"));
  const Scan result = scan({"files", dir.path()});
  CHECK(result.exit_code == 1);
  const std::vector<Place> expected{{".env", 1, 14, 54, "generic-secret"},
                                    {"src/latest/a.sh", 1, 14, 54, "generic-secret"}};
  CHECK(places(result.report) == expected);
}

TEST_CASE("Rails' master keys are found by their path: the file holds nothing else") {
  const TempDir dir;
  const auto key = expand_template("{{rand 32 hex}}");
  dir.write("config/master.key", key);
  dir.write("app/config/credentials/production.key", key + "\n");
  dir.write("config/master.md5", key);
  dir.write("config/credentials/long.key", key + "\n" + key + "\n");
  const std::vector<Place> expected{
      {"app/config/credentials/production.key", 1, 1, 33, "rails-master-key-file"},
      {"config/master.key", 1, 1, 33, "rails-master-key-file"}};
  CHECK(places(scan({"files", dir.path()}).report) == expected);
}

TEST_CASE("a plain folder: every key of every file, and nothing else") {
  const TempDir dir;
  copy_fixture("leaky", dir.path());
  for (const char* command : {"files", "scan"}) {
    const Scan result = scan({command, dir.path()});
    CHECK(result.exit_code == 1);
    CHECK(places(result.report) == leaky_places());
    CHECK(result.report.at("errors") == json::array());
    CHECK(result.report.at("summary").at("files") == 13);
    for (const json& finding : result.report.at("findings")) {
      CHECK(finding.at("location").at("end_line") == finding.at("location").at("line"));
      CHECK(finding.at("location").at("decoded") == json::array());
    }
  }
}

TEST_CASE("a repository: tracked and untracked files, but not ignored ones") {
  TestRepo repo;
  copy_fixture("leaky", repo.path());
  repo.git({"add", "src", "docs", "config/settings.py"});
  const std::vector<Place> expected = without(leaky_places(), {".env", "build/output.log"});
  CHECK(places(scan({"files", repo.path()}).report) == expected);

  SECTION("--ignored includes them") {
    CHECK(places(scan({"files", repo.path(), "--ignored"}).report) == leaky_places());
  }
  SECTION("a tracked file is read even if a rule would ignore it") {
    repo.git({"add", "--force", ".env"});
    CHECK(places(scan({"files", repo.path()}).report) == without(leaky_places(), {"build/output.log"}));
  }
  SECTION("a folder inside the repository goes by the repository's rules") {
    repo.write("src/build/ignored.txt", openai_project_key());
    CHECK(paths_of(scan({"files", repo.path() / "src"}).report) == Strings{"app.js", "app.js", "app.js"});
  }
  SECTION("an ignored folder that is asked for by name is read") {
    CHECK(paths_of(scan({"files", repo.path() / "build"}).report) == Strings{"output.log"});
  }
}

TEST_CASE("the report is the same with any number of threads") {
  TestRepo repo;
  copy_fixture("leaky", repo.path());
  repo.commit_all("all");
  for (const char* format : {"text", "json", "sarif"}) {
    const Outcome one = keysift({"scan", ".", "--threads", "1", "--format", format}, repo.path());
    const Outcome four = keysift({"scan", ".", "--threads", "4", "--format", format}, repo.path());
    CHECK(one.exit_code == 1);
    CHECK(words_of_report(one.out) == words_of_report(four.out));
    CHECK(one.err.empty());
    CHECK(four.err.empty());
  }
}

TEST_CASE("what git keeps for itself is not a file of the work tree") {
  TestRepo repo;
  repo.write("clean.txt", "nothing\n");
  repo.commit_all("clean");
  repo.write(".git/stray.txt", openai_project_key());
  repo.write(".git/config.bak", anthropic_api_key());
  CHECK(scan({"files", repo.path()}).exit_code == 0);
  CHECK(scan({"files", repo.path(), "--ignored"}).exit_code == 0);
}

TEST_CASE("links are not followed") {
  const TempDir outside;
  outside.write("secret.txt", openai_project_key());
  const TempDir dir;
  dir.write("plain.txt", "nothing\n");
  fs::create_symlink(outside.path() / "secret.txt", dir.path() / "link.txt");
  fs::create_directory_symlink(outside.path(), dir.path() / "folder");
  fs::create_directory_symlink(dir.path(), dir.path() / "circle");
  fs::create_symlink(dir.path() / "nowhere", dir.path() / "broken");
  const Scan result = scan({"files", dir.path()});
  CHECK(result.exit_code == 0);
  CHECK(result.report.at("errors") == json::array());
  CHECK(result.report.at("summary").at("files") == 1);
}

TEST_CASE("a pipe or a socket among the files does not stop the scan") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  dir.write("z.txt", openai_project_key());
  const Scan result = scan({"files", dir.path()});
  CHECK(result.exit_code == 1);
  CHECK(paths_of(result.report) == Strings{"z.txt"});
}

TEST_CASE("a repository inside a repository is read, by its own ignore rules") {
  TestRepo repo;
  repo.write(".gitignore", "*.log\n");
  repo.write("outer.txt", openai_project_key(1));
  repo.git({"add", "--all"});
  repo.git({"init", "--quiet", "inner"});
  repo.write("inner/.gitignore", "*.tmp\n!*.log\n");
  repo.write("inner/kept.txt", openai_project_key(2));
  repo.write("inner/ignored.tmp", openai_project_key(3));
  repo.write("inner/own.log", openai_project_key(4));
  repo.write("inner/.git/stray", openai_project_key(5));
  CHECK(paths_of(scan({"files", repo.path()}).report) ==
        Strings{"inner/kept.txt", "inner/own.log", "outer.txt"});
}

TEST_CASE("of a repository inside, a scan says that its history was not searched") {
  const TempDir dir;
  fs::create_directories(dir.path() / "par");
  dir.write("par/a.txt", "nothing");
  TestRepo inner;
  inner.write("k.txt", openai_project_key(1));
  inner.commit_all("start");
  inner.git({"rm", "--quiet", "k.txt"});
  inner.commit_all("removed");
  inner.write("new.txt", openai_project_key(2));
  fs::copy(inner.path(), dir.path() / "par/r", fs::copy_options::recursive);
  const Scan plain = scan({"scan", "par"}, dir.path());
  CHECK(paths_of(plain.report) == Strings{"r/new.txt"});
  CHECK(plain.report.at("errors") == json::array());
  CHECK(plain.report.at("repositories").at(0).at("nested") == json{"r"});
  const std::string note = "is a repository of its own; its history: keysift scan ";
  CHECK(contains(words_of_report(keysift({"scan", "par"}, dir.path()).out), "par/r " + note + "par/r"));
  CHECK(contains(words_of_report(keysift({"scan", "."}, dir.path() / "par").out), "r " + note + "r"));
  CHECK_FALSE(contains(words_of_report(keysift({"files", "par"}, dir.path()).out), note));

  run({"git", "init", "--quiet", dir.path() / "par"}, dir.path(), {}, clean_environment());
  run({"git", "-c", "user.name=A", "-c", "user.email=a@b.c", "-C", dir.path() / "par", "commit", "--quiet",
       "--allow-empty", "-m", "x"},
      dir.path(), {}, clean_environment());
  const auto words = words_of_report(keysift({"scan", "par"}, dir.path()).out);
  CHECK(contains(words, "r " + note + "r"));
  CHECK(contains(words, "in this file, of a repository of its own, whose history was not searched"));
  CHECK_FALSE(contains(words, "no commit has it there"));
}

TEST_CASE("a linked work tree inside its repository has the same history") {
  TestRepo repo;
  repo.write("a.txt", "nothing");
  repo.commit_all("start");
  repo.git({"worktree", "add", "--quiet", "--detach", "linked"});
  CHECK(scan({"scan", repo.path()}).report.at("repositories").at(0).at("nested") == json::array());
}

TEST_CASE("a folder that is called .git and is no repository is searched like any other") {
  TestRepo repo;
  repo.write("sub/.git/f", openai_project_key(1));
  repo.write("other/.git", openai_project_key(2));
  CHECK(paths_of(scan({"files", repo.path()}).report) == Strings{"other/.git", "sub/.git/f"});
  CHECK(paths_of(scan({"files", repo.path() / "sub"}).report) == Strings{".git/f"});
}

TEST_CASE("a key at the very end of a file, and one that is the whole file") {
  const TempDir dir;
  const std::string key = openai_project_key();
  dir.write("end.txt", "first\nkey=" + key);
  dir.write("whole.txt", key);
  CHECK(places(scan({"files", dir.path()}).report) ==
        std::vector<Place>{{"end.txt", 2, 5, 5 + key.size(), "openai-project-key"},
                           {"whole.txt", 1, 1, 1 + key.size(), "openai-project-key"}});
}

TEST_CASE("keys anywhere around the seams of a large file are found once each") {
  const std::string key = openai_project_key();
  const std::string legacy = openai_legacy_key();
  const auto length = static_cast<std::ptrdiff_t>(key.size());
  // In each file a key stands at the same distance from every whole mebibyte, and a short one from every
  // half.
  const TempDir dir;
  std::vector<Place> expected;
  const std::ptrdiff_t shifts[] = {-length - 1, -length, -length + 1, -100, -60, -8, -2, -1, 0, 1, 2, 100};
  for (const std::ptrdiff_t shift : shifts) {
    std::string bytes(5 * kMebibyte + 4321, '.');
    for (std::size_t at = 79; at < bytes.size(); at += 80) bytes[at] = '\n';
    const std::string name = "shift" + std::to_string(1000 + shift) + ".txt";
    for (std::size_t seam = kMebibyte; seam <= 5 * kMebibyte; seam += kMebibyte / 2) {
      const auto at = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(seam) + shift);
      const std::string& planted = seam % kMebibyte == 0 ? key : legacy;
      bytes.replace(at, planted.size(), planted);
    }
    std::uint64_t line = 1;
    std::size_t line_begin = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (bytes[at] == '\n') {
        ++line;
        line_begin = at + 1;
      } else if (bytes[at] == 's') {
        const bool project = bytes.compare(at, key.size(), key) == 0;
        if (!project && bytes.compare(at, legacy.size(), legacy) != 0) continue;
        const std::size_t width = project ? key.size() : legacy.size();
        const std::uint64_t column = at - line_begin + 1;
        expected.push_back(
            {name, line, column, column + width, project ? "openai-project-key" : "openai-legacy-key"});
        at += width - 1;
      }
    }
    dir.write(name, bytes);
  }
  std::sort(expected.begin(), expected.end());
  REQUIRE(expected.size() == 12 * 9);
  const Scan result = scan({"files", dir.path()});
  CHECK(places(result.report) == expected);
}

TEST_CASE("a key in a large file without a single newline") {
  const TempDir dir;
  const std::string key = anthropic_api_key();
  std::string bytes(6 * kMebibyte, ' ');
  bytes.replace(3 * kMebibyte - 50, key.size(), key);
  dir.write("line.txt", bytes);
  CHECK(places(scan({"files", dir.path()}).report) ==
        std::vector<Place>{
            {"line.txt", 1, 3 * kMebibyte - 49, 3 * kMebibyte - 49 + key.size(), "anthropic-api-key"}});
}

TEST_CASE("binary files and text in no encoding are searched as bytes") {
  const TempDir dir;
  const std::string key = openai_project_key();
  dir.write("program", std::string("\x7f"
                                   "ELF\0\0\0\n\0\xff\xfe",
                                   11) +
                           key + std::string("\0\0", 2));
  dir.write("latin1.txt", "caf\xe9 \xfc\n\xff\xff " + key + "\n");
  CHECK(places(scan({"files", dir.path()}).report) ==
        std::vector<Place>{{"latin1.txt", 2, 4, 4 + key.size(), "openai-project-key"},
                           {"program", 2, 4, 4 + key.size(), "openai-project-key"}});
}

TEST_CASE("a pipe that is named is opened once: who writes to it writes to this scan") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  dir.write("key", "KEY=" + openai_project_key() + "\n");
  const auto outcome = run(
      {"sh", "-c", "cat key >pipe & exec \"$@\"", "sh", keysift_binary(), "files", "pipe", "--format", "csv"},
      dir.path(), {}, clean_environment());
  CHECK(outcome.exit_code == 1);
  CHECK(lines_of(outcome.out).size() == 2);
}

TEST_CASE("a key in the name of a file, of a folder or of a ref is masked where something else is told") {
  TestRepo repo;
  repo.write("leak.txt", "KEY=" + openai_project_key(1) + "\n");
  repo.commit_all("start");
  repo.write(openai_project_key(2) + "/" + openai_project_key(3), "KEY=" + openai_project_key(4) + "\n");
  repo.write(anthropic_api_key(5) + ".zip", "PK\3\4 and noise");
  repo.git({"branch", openai_project_key(6)});
  repo.write(".git/refs/tags/" + openai_project_key(7), "ref: refs/tags/none\n");
  const auto format = GENERATE(as<std::string>{}, "text", "json", "sarif", "html", "csv", "markdown");
  INFO(format);
  const auto outcome = keysift({"scan", ".", "--format", format}, repo.path());
  CHECK(outcome.exit_code == 1);
  const auto all = outcome.out + outcome.err;
  CHECK(contains(all, openai_project_key(2).substr(0, 8) + "****"));
  for (unsigned seed = 1; seed <= 7; ++seed) {
    const auto key = seed == 5 ? anthropic_api_key(5) : openai_project_key(seed);
    CHECK_FALSE(contains(all, key.substr(key.size() - 40)));
  }
}

TEST_CASE("file names are shown, and cannot act") {
  const TempDir dir;
  const Strings names = {"a file with spaces.txt",
                         "two\nlines.txt",
                         "\x1b[31mred.txt",
                         "\xff\xfe.txt",
                         "tab\t.txt",
                         "\u202e"
                         "txt.exe",
                         "-rf"};
  for (const std::string& name : names) dir.write(name, openai_project_key());

  SECTION("JSON has them as they are, but for bytes that are no UTF-8") {
    Strings expected = {"a file with spaces.txt",
                        "two\nlines.txt",
                        "\x1b[31mred.txt",
                        "\ufffd\ufffd.txt",
                        "tab\t.txt",
                        "\u202e"
                        "txt.exe",
                        "-rf"};
    std::sort(expected.begin(), expected.end());
    CHECK(paths_of(scan({"files", dir.path()}).report) == expected);
  }
  SECTION("text escapes what a terminal would obey") {
    const Outcome text = keysift({"files", dir.path(), "--color", "never"});
    CHECK(text.exit_code == 1);
    CHECK(text.out.find('\x1b') == std::string::npos);
    CHECK(text.out.find('\xff') == std::string::npos);
    CHECK(text.out.find("\u202e") == std::string::npos);
    CHECK(text.out.find("two\nlines") == std::string::npos);
    CHECK(text.out.find("a file with spaces.txt") != std::string::npos);
  }
  SECTION("SARIF is JSON") {
    const Outcome sarif = keysift({"files", dir.path(), "--format", "sarif"});
    CHECK(json::accept(sarif.out));
    CHECK(sarif.out.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("a file whose name begins as a member's does is called by it") {
  TestRepo repo;
  repo.write("!a", openai_project_key(1) + "\n");
  const auto format = GENERATE(as<std::string>{}, "text", "csv", "markdown", "github", "junit");
  INFO(format);
  repo.git({"add", "-A"});
  const auto staged = keysift({"staged"}, repo.path());
  CHECK(contains(staged.out, "git add '!a'\n"));
  repo.commit_all("start");
  const auto outcome = keysift({"scan", ".", "--format", format}, repo.path());
  CHECK(contains(outcome.out, "!a"));
  CHECK_FALSE(contains(outcome.out, "blob " + repo.git({"rev-parse", "HEAD:!a"}).substr(0, 10)));
}

TEST_CASE("standard input") {
  const std::string key = openai_project_key();
  const Scan result = scan({"files", "-"}, ".", "one\ntwo " + key + "\n");
  CHECK(result.exit_code == 1);
  CHECK(places(result.report) ==
        std::vector<Place>{{"<stdin>", 2, 5, 5 + key.size(), "openai-project-key", "stdin"}});
  CHECK(scan({"files", "-"}, ".", "nothing").exit_code == 0);
  CHECK(scan({"files", "-"}, ".", "").exit_code == 0);

  SECTION("as long as it likes to be") {
    std::string bytes(9 * kMebibyte, '\n');
    bytes.replace(8 * kMebibyte - 10, key.size(), key);
    const Scan large = scan({"files", "-"}, ".", bytes);
    CHECK(places(large.report) == std::vector<Place>{{"<stdin>", 8 * kMebibyte - 9, 1, 1 + key.size(),
                                                      "openai-project-key", "stdin"}});
  }
}

TEST_CASE("standard input that has a name goes by the rules for that file") {
  TestRepo repo;
  const std::string key = openai_project_key();
  repo.write(".keysift.toml", "[[allowlists]]\npaths = ['^docs/']\n");
  repo.write(".keysiftignore", "tests/ # made up\n");
  repo.write("src/here", "");
  const auto named = [&](const std::string& name) {
    return scan({"files", "-", "--path", name}, repo.path() / "src", key + "\n");
  };
  const Scan found = named("src/a.py");
  CHECK(found.exit_code == 1);
  CHECK(places(found.report) ==
        std::vector<Place>{{"src/a.py", 1, 1, 1 + key.size(), "openai-project-key", "stdin"}});
  CHECK(named("docs/a.md").exit_code == 0);
  CHECK(named("tests/a.json").report.at("allowed").at(0).at("allowed_by") == ".keysiftignore:1");

  SECTION("its findings have the fingerprints of the file's") {
    repo.write("src/a.py", "\n" + key + "\n");
    CHECK(finding_of(found.report, key).at("fingerprint") ==
          finding_of(scan({"files", repo.path()}).report, key).at("fingerprint"));
  }
  SECTION("rules for some paths go by it") {
    repo.write("rule.toml",
               "[[rules]]\nid = 'own'\nregex = 'own_[0-9]{8}'\nkeywords = ['own_']\npath = '[.]env$'\n");
    const auto own = [&](const std::string& name) {
      return scan({"files", "-", "--path", name, "--rules", "rule.toml", "--rule", "own"}, repo.path(),
                  "own_13579246\n")
          .exit_code;
    };
    CHECK(own("a/.env") == 1);
    CHECK(own("a/env.py") == 0);
  }
  SECTION("text and SARIF name it") {
    const auto run_as = [&](const char* format) {
      return keysift({"files", "-", "--path", "src/a.py", "--format", format}, repo.path(), key).out;
    };
    CHECK(contains(run_as("text"), "    Where        src/a.py:1:1  "));
    CHECK(json::parse(run_as(
              "sarif"))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] ==
          json({{"uri", "src/a.py"}, {"uriBaseId", "%SRCROOT%"}}));
  }
  SECTION("a name without standard input is refused") {
    for (const Strings& arguments : {Strings{"src"}, Strings{"-", "src"}}) {
      Strings words = {"files", "--path", "a.py"};
      words.insert(words.end(), arguments.begin(), arguments.end());
      const Outcome outcome = keysift(words, repo.path(), key);
      CHECK(outcome.exit_code == 2);
      CHECK(outcome.err ==
            "keysift: --path names standard input; it goes with: keysift files - --path NAME\n");
    }
    CHECK(keysift({"files", "-", "--path", ""}, repo.path(), key).exit_code == 2);
  }
}

TEST_CASE("git diff can be searched") {
  TestRepo repo;
  const std::string old_key = openai_project_key(1);
  const std::string new_key = openai_project_key(2);
  repo.write("a.py", "k = '" + old_key + "'\nother = 1\n");
  repo.commit_all("start");
  CHECK(scan({"files", "-"}, repo.path(), repo.git({"diff"})).exit_code == 0);
  repo.write("a.py", "k = '" + new_key + "'\nother = 1\n");
  const Scan result = scan({"files", "-"}, repo.path(), repo.git({"diff"}));
  CHECK(result.exit_code == 1);
  CHECK(places(result.report) ==
        std::vector<Place>{{"<stdin>", 6, 7, 7 + old_key.size(), "openai-project-key", "stdin"},
                           {"<stdin>", 7, 7, 7 + new_key.size(), "openai-project-key", "stdin"}});
}

TEST_CASE("several paths in one run") {
  const TempDir dir;
  dir.write("a/one.txt", openai_project_key(1));
  dir.write("b/two.txt", openai_project_key(2));
  dir.write("c/three.txt", openai_project_key(3));
  const Scan result = scan({"files", "a", "b/two.txt"}, dir.path());
  CHECK(result.exit_code == 1);
  CHECK(paths_of(result.report) == Strings{"a/one.txt", "b/two.txt"});
}

/// Runs keysift as somebody whom a file's mode keeps out; throws where root cannot give up its privileges.
Scan scan_without_privileges(const Strings& arguments) {
  Strings command = without_privileges();
  command.push_back(KEYSIFT_BINARY);
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--format", "json"});
  const Outcome outcome = run(command, ".", {}, clean_environment());
  return {outcome.exit_code, json::parse(outcome.out)};
}

TEST_CASE("a file that cannot be read is named, and the exit code says so") {
  const TempDir dir;
  dir.write("closed.txt", openai_project_key(1));
  dir.write("folder/inside.txt", openai_project_key(2));
  dir.write("open.txt", "nothing\n");
  fs::permissions(dir.path() / "closed.txt", fs::perms::none);
  fs::permissions(dir.path() / "folder", fs::perms::none);
  try {
    without_privileges();
  } catch (const std::exception& reason) {
    WARN("skipped: " << reason.what());
    return;
  }
  const auto errors = [](const Scan& result) {
    Strings paths;
    for (const json& error : result.report.at("errors")) paths.push_back(error.at("path"));
    return paths;
  };
  const Scan clean = scan_without_privileges({"files", dir.path()});
  CHECK(clean.exit_code == 3);
  CHECK(errors(clean) == Strings{"closed.txt", "folder/"});
  CHECK(clean.report.at("errors").at(0).at("message").get<std::string>().find("Permission denied") !=
        std::string::npos);

  dir.write("open.txt", openai_project_key(3));
  const Scan leaky = scan_without_privileges({"files", dir.path()});
  CHECK(leaky.exit_code == 1);
  CHECK(errors(leaky) == Strings{"closed.txt", "folder/"});
  fs::permissions(dir.path() / "folder", fs::perms::owner_all);
}

TEST_CASE("a folder that cannot be looked into is named in one line") {
  const TempDir dir;
  fs::create_directory(dir.path() / "closed");
  fs::permissions(dir.path() / "closed", fs::perms::none);
  Strings command;
  try {
    command = without_privileges();
  } catch (const std::exception& reason) {
    WARN("skipped: " << reason.what());
    return;
  }
  for (const char* how : {"scan", "files", "history", "staged", "env"}) {
    auto words = command;
    words.insert(words.end(), {KEYSIFT_BINARY, how, "closed"});
    const Outcome outcome = run(words, dir.path(), {}, clean_environment());
    INFO(how << ": " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(lines_of(outcome.err).size() == 1);
    CHECK_FALSE(contains(outcome.err, "filesystem error"));
  }
}

}  // namespace
}  // namespace keysift::test
