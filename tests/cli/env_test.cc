// .env coverage: whether every .env file is kept out of commits.
#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;
using Coverage = std::vector<std::pair<std::string, std::string>>;  // path, how it stands

Coverage coverage_in(const json& report) {
  Coverage result;
  for (const json& file : report.at("env")) result.emplace_back(file.at("path"), file.at("coverage"));
  return result;
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
    CHECK(coverage_in(scan({"env", repo.path()}).report) == Coverage{{".env", "tracked"}});
  }
  SECTION("nor does deleting it from the work tree alone") {
    std::filesystem::remove(repo.path() / ".env");
    CHECK(coverage_in(scan({"env", repo.path()}).report) == Coverage{{".env", "tracked"}});
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

TEST_CASE("an ignore rule that leaves one out is noticed") {
  TestRepo repo;
  repo.write("service/.env", "A=1\n");
  repo.write(".env", "A=1\n");
  repo.write(".gitignore", "/.env\n");
  repo.commit_all("start");
  // commit_all has added the one that no rule covers.
  CHECK(coverage_in(scan({"env", repo.path()}).report) == Coverage{{"service/.env", "tracked"}});
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
  repo.write(".envrc", "A\n");
  repo.commit_all("start");
  const Scan result = scan({"env", repo.path()});
  CHECK(result.exit_code == 0);
  CHECK(coverage_in(result.report).empty());
}

TEST_CASE("the user's own ignore file protects nobody else, but .git/info/exclude is this repository's") {
  TestRepo repo;
  repo.write("README", "text\n");
  repo.commit_all("start");
  repo.write(".git/info/exclude", ".env\n");
  repo.write(".env", "A=1\n");
  CHECK(coverage_in(scan({"env", repo.path()}).report).empty());
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
  CHECK(coverage_in(result.report) == Coverage{{".env", "tracked"}});
}

TEST_CASE("coverage needs a repository") {
  const TempDir dir;
  dir.write(".env", "A=1\n");
  const Outcome outcome = keysift({"env", "."}, dir.path());
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err.find("repository") != std::string::npos);
}

}  // namespace
}  // namespace keysift::test
