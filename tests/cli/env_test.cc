// Whether files with secrets stay in: the command `env`, and what `scan` says of them.
#include <sys/stat.h>

#include <algorithm>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;
using Coverage = std::vector<std::pair<std::string, std::string>>;  // path, how it stands

// Without hints on modes: what this machine gives new files does not matter here.
Coverage coverage_in(const json& report) {
  Coverage result;
  for (const json& file : report.at("env"))
    if (file.at("coverage") != "readable") result.emplace_back(file.at("path"), file.at("coverage"));
  return result;
}

Coverage coverage_of(const TestRepo& repo) {
  return coverage_in(scan({"env", "--no-history", repo.path()}).report);
}

TEST_CASE("a .env file that git tracks") {
  TestRepo repo;
  repo.write(".env", "A=1\n");
  repo.write("README", "text\n");
  repo.commit_all("start");
  const Scan result = scan({"env", repo.path()});
  CHECK(result.exit_code == 1);
  CHECK(coverage_in(result.report) == Coverage{{".env", "tracked"}});

  SECTION("an ignore rule does not untrack it") {
    repo.write(".gitignore", ".env\n.env.*\n");
    CHECK(coverage_of(repo) == Coverage{{".env", "tracked-ignored"}});
  }
  SECTION("nor does deleting it from the work tree alone") {
    std::filesystem::remove(repo.path() / ".env");
    CHECK(coverage_of(repo) == Coverage{{".env", "tracked"}});
  }
  SECTION("scan says so too") {
    const Scan whole = scan({"scan", repo.path()});
    CHECK(whole.exit_code == 1);
    CHECK(coverage_in(whole.report) == Coverage{{".env", "tracked"}});
    CHECK(whole.report.at("summary").at("env_checked") == true);
  }
}

TEST_CASE("a .env file that is present and not ignored") {
  TestRepo repo;
  repo.write("README", "text\n");
  repo.commit_all("start");
  repo.write("service/.env.local", "A=1\n");
  repo.write(".env", "A=1\n");
  const Scan result = scan({"env", repo.path()});
  CHECK(result.exit_code == 1);
  CHECK(coverage_in(result.report) ==
        Coverage{{".env", "not-ignored"}, {"service/.env.local", "not-ignored"}});
}

TEST_CASE("a .env file that is ignored is fine") {
  TestRepo repo;
  repo.write("service/.env", "A=1\n");
  repo.write("service/.env.production", "A=1\n");
  repo.write(".env", "A=1\n");
  repo.write(".gitignore", ".env\n.env.*\n!.env.example\n");
  repo.commit_all("start");
  const Scan result = scan({"env", repo.path()});
  CHECK(result.exit_code == 0);
  CHECK(coverage_in(result.report).empty());
}

TEST_CASE("a repository without a .env file that would not ignore one gets a note, and no more") {
  TestRepo repo;
  repo.write("README", "text\n");
  repo.commit_all("start");
  for (const char* command : {"env", "scan"}) {
    const Scan result = scan({command, repo.path()});
    CHECK(result.exit_code == 0);
    CHECK(coverage_in(result.report) == Coverage{{".env", "unprepared"}});
  }
  repo.write(".gitignore", ".env\n.env.*\n");
  CHECK(coverage_in(scan({"env", repo.path()}).report).empty());
}

TEST_CASE("files that show what goes into a .env file are meant to be committed") {
  TestRepo repo;
  repo.write(".gitignore", ".env\n");
  for (const char* suffix : {"example", "sample", "template", "dist"})
    repo.write(std::string(".env.") + suffix, "A=\n");
  repo.write("environment.ts", "A\n");
  repo.write("my.env.md", "A\n");
  repo.write(".envrc", "layout python\n");
  repo.commit_all("start");
  CHECK(scan({"env", repo.path()}).exit_code == 0);
  CHECK(coverage_of(repo).empty());

  SECTION("but a key in one is a finding") {
    repo.write(".env.example", "KEY=" + openai_project_key() + "\n");
    const Scan result = scan({"env", repo.path()});
    CHECK(result.exit_code == 1);
    CHECK(places(result.report).size() == 1);
    CHECK(places(result.report).at(0).path == ".env.example");
  }
}

TEST_CASE("rules on this machine alone protect nobody else") {
  TestRepo repo;
  repo.write("README", "text\n");
  repo.commit_all("start");
  repo.write(".git/info/exclude", ".env\n");
  repo.write(".env", "A=1\n");
  CHECK(coverage_of(repo) == Coverage{{".env", "personal-rule"}});
}

TEST_CASE(
    "a .env file with a key is a finding of both kinds when it is tracked, of neither when it is ignored") {
  TestRepo repo;
  repo.write(".gitignore", ".env\n");
  repo.write(".env", openai_project_key());
  repo.commit_all("start");
  CHECK(scan({"scan", repo.path()}).exit_code == 0);
  repo.git({"add", "--force", ".env"});
  const Scan result = scan({"scan", repo.path()});
  CHECK(result.exit_code == 1);
  CHECK(places(result.report).size() == 1);
  CHECK(coverage_in(result.report) == Coverage{{".env", "tracked-ignored"}});
}

TEST_CASE("coverage needs a repository") {
  const TempDir dir;
  dir.write(".env", "A=1\n");
  const Outcome outcome = keysift({"env", "."}, dir.path());
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err.find("repository") != std::string::npos);
}

TEST_CASE("a configuration adds files with secrets, and templates") {
  TestRepo repo;
  repo.write(".keysift.toml",
             "[env]\nfiles = [\"conf/local.yaml\", \"*.vault\"]\ntemplates = [\"ci.vault\"]\n");
  for (const char* path : {"conf/local.yaml", "x/a.vault", "ci.vault", "local.yaml"}) repo.write(path, "A\n");
  CHECK(coverage_of(repo) == Coverage{{"conf/local.yaml", "not-ignored"}, {"x/a.vault", "not-ignored"}});

  const auto wrong = [&](const std::string& line) {
    repo.write(".keysift.toml", "[env]\n" + line + "\n");
    const Outcome outcome = keysift({"env", "."}, repo.path());
    CHECK(outcome.exit_code == 2);
    return outcome.err;
  };
  CHECK(contains(wrong("file = [\"a\"]"),
                 ".keysift.toml:2: unknown key 'file'; known here are files, templates"));
  CHECK(contains(wrong("files = [\"!a\"]"), ".keysift.toml:2: 'files' must be patterns of files"));
  CHECK(contains(wrong("templates = \"a\""), ".keysift.toml:2: 'templates' must be a list of strings"));
}

TEST_CASE("a way out can be allowed, by its fingerprint or by a pattern") {
  TestRepo repo;
  repo.write("test/.env", "A=1\n");
  const auto report = scan({"env", repo.path()}).report;
  const std::string fingerprint = report.at("env").at(0).at("fingerprint");
  for (const auto& entry : {fingerprint, std::string("test/")}) {
    repo.write(".keysiftignore", entry + " # made up\n");
    const Scan result = scan({"env", repo.path()});
    CHECK(result.exit_code == 0);
    const json& finding = result.report.at("env").at(0);
    CHECK(finding.at("problem") == false);
    CHECK(finding.at("allowed_by") == ".keysiftignore:1");
    CHECK(finding.at("allowed_reason") == "made up");
    CHECK(contains(keysift({"env", "."}, repo.path()).out, "allowed by .keysiftignore:1: made up"));
  }
}

// The bytes of each file below the root, .git apart.
std::vector<std::pair<std::string, std::string>> all_files(const TestRepo& repo) {
  std::vector<std::pair<std::string, std::string>> files;
  for (auto entry = std::filesystem::recursive_directory_iterator(repo.path());
       entry != std::filesystem::recursive_directory_iterator(); ++entry) {
    if (entry->path().filename() == ".git") entry.disable_recursion_pending();
    if (entry->is_regular_file()) files.emplace_back(entry->path().native(), file_bytes(entry->path()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("the patch that --diff shows is what --fix does") {
  TestRepo repo;
  repo.write(".gitignore", "dist");
  repo.write("web/.gitignore", "!.env\r\n");
  repo.write("web/.env", "A=1\n");
  repo.write(".env", "A=1\n");
  repo.write("prod.env", "A=1\n");
  const auto before = all_files(repo);
  const Outcome diff = keysift({"env", "--diff", "."}, repo.path());
  CHECK(diff.exit_code == 0);
  CHECK(all_files(repo) == before);
  CHECK(diff.out ==
        "diff --git a/.gitignore b/.gitignore\n--- a/.gitignore\n+++ b/.gitignore\n@@ -1,1 +1,3 @@\n-dist\n"
        "\\ No newline at end of file\n+dist\n+.env\n+prod.env\n"
        "diff --git a/web/.gitignore b/web/.gitignore\n--- a/web/.gitignore\n+++ b/web/.gitignore\n"
        "@@ -1,1 +1,2 @@\n !.env\r\n+.env\r\n");

  const Outcome fix = keysift({"env", "--fix", "."}, repo.path());
  CHECK(fix.exit_code == 0);
  CHECK(file_bytes(repo.path() / ".gitignore") == "dist\n.env\nprod.env\n");
  CHECK(file_bytes(repo.path() / "web/.gitignore") == "!.env\r\n.env\r\n");
  CHECK(repo.git({"status", "--porcelain", "--untracked-files=all"}) == "?? .gitignore\n?? web/.gitignore");
  const auto after = all_files(repo);
  const Outcome again = keysift({"env", "--fix", "."}, repo.path());
  CHECK(again.err == "");
  CHECK(all_files(repo) == after);
  CHECK(keysift({"env", "--diff", "."}, repo.path()).out == "");
}

TEST_CASE("with --untrack, env takes files out of the index, and leaves them where they are") {
  TestRepo repo;
  repo.write(".env", "A=1\n");
  repo.write("a b/.env.local", "A=1\n");
  repo.write("README", "text\n");
  repo.commit_all("start");
  CHECK(contains(keysift({"env", "."}, repo.path()).out, "git rm --cached 'a b/.env.local'\n"));
  CHECK(keysift({"env", "--untrack", "."}, repo.path()).exit_code == 2);
  const Outcome outcome = keysift({"env", "--fix", "--untrack", "--no-history", "."}, repo.path());
  CHECK(outcome.exit_code == 0);
  CHECK(repo.git({"ls-files"}) == "README");
  CHECK(file_bytes(repo.path() / ".env") == "A=1\n");
  CHECK(repo.git({"status", "--porcelain"}) == "D  .env\nD  \"a b/.env.local\"\n?? .gitignore");
}

TEST_CASE("a bare repository has nothing to fix, and that is said") {
  TestRepo repo({"--bare"});
  const Outcome outcome = keysift({"env", "--fix", "."}, repo.path());
  CHECK(outcome.exit_code == 2);
  CHECK(contains(outcome.err, "commit them from a clone"));
}

TEST_CASE("an example is generated without values") {
  const TempDir dir;
  const auto key = openai_project_key();
  dir.write("a/.env", "# OpenAI, was " + key + "\nKEY=" + key + "\nURL=\"https://u:p@h\"\n");
  const Outcome outcome = keysift({"env", "--generate", "a/.env"}, dir.path());
  CHECK(outcome.exit_code == 0);
  CHECK(contains(outcome.out, "Wrote a/.env.example: "));
  CHECK(file_bytes(dir.path() / "a/.env.example") == "# OpenAI, was \nKEY=\nURL=\n");
  SECTION("and never over one that is there") {
    dir.write("a/.env.example", "mine\n");
    const Outcome again = keysift({"env", "--generate", "a/.env"}, dir.path());
    CHECK(again.exit_code == 2);
    CHECK(contains(again.err, "a/.env.example is there already"));
    CHECK(file_bytes(dir.path() / "a/.env.example") == "mine\n");
  }
  SECTION("of a file alone: a pipe might wait forever") {
    REQUIRE(::mkfifo((dir.path() / ".env").c_str(), 0600) == 0);
    const Outcome pipe = keysift({"env", "--generate", ".env"}, dir.path());
    CHECK(pipe.exit_code == 2);
    CHECK(pipe.err == "keysift: cannot read .env: it is no regular file\n");
    const Outcome none = keysift({"env", "--generate", "no.env"}, dir.path());
    CHECK(none.exit_code == 2);
    CHECK(none.err == "keysift: cannot read no.env: No such file or directory\n");
  }
}

}  // namespace
}  // namespace keysift::test
