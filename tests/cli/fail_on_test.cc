// --fail-on: what makes the exit status 1.
#include "cli/keysift.h"
#include "rule/example.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;

TEST_CASE("with --fail-on one says how sure a finding must be to fail the run") {
  const TempDir dir;
  dir.write("high/k.txt", openai_project_key());
  dir.write("medium/k.txt", expand_template("sk-proj-{{rand 48}}"));
  dir.write("clean/k.txt", "nothing");
  const auto exit_code = [&](const std::string& path, Strings options) {
    options.insert(options.begin(), {"files", path});
    return keysift(options, dir.path()).exit_code;
  };
  CHECK(exit_code("high", {"--fail-on", "high"}) == 1);
  CHECK(exit_code("medium", {"--fail-on", "high"}) == 0);
  CHECK(exit_code("medium", {"--fail-on", "medium"}) == 1);
  CHECK(exit_code("medium", {}) == 1);
  CHECK(exit_code("medium", {"--fail-on", "low", "--min-confidence", "low"}) == 1);
  CHECK(exit_code("high", {"--fail-on", "none"}) == 0);
  CHECK(exit_code("clean", {"--fail-on", "none"}) == 0);
  CHECK(exit_code("not-there", {"--fail-on", "none"}) == 2);

  // The report has it all the same.
  CHECK(scan({"files", "medium", "--fail-on", "high"}, dir.path()).report.at("findings").size() == 1);
}

TEST_CASE("with --fail-on: an incomplete scan, and a .env file") {
  TestRepo repo;
  repo.write("k.txt", expand_template("sk-proj-{{rand 48}}"));
  repo.write("broken.zip", std::string("PK\x03\x04") + "broken");
  repo.commit_all("start");
  const auto exit_code = [&](const Strings& arguments) { return keysift(arguments, repo.path()).exit_code; };
  CHECK(exit_code({"files", ".", "--fail-on", "medium"}) == 1);
  CHECK(exit_code({"files", ".", "--fail-on", "high"}) == 3);
  CHECK(exit_code({"files", ".", "--fail-on", "none"}) == 3);
  repo.write("more.txt", expand_template("sk-proj-{{rand 48}}"));
  repo.git({"add", "more.txt"});
  CHECK(exit_code({"staged"}) == 1);
  CHECK(exit_code({"staged", "--fail-on", "high"}) == 0);
  repo.write(".env", "A=1\n");
  CHECK(exit_code({"env", ".", "--fail-on", "high"}) == 1);
  CHECK(exit_code({"env", ".", "--fail-on", "none"}) == 0);
}

TEST_CASE("with --fail-on one cannot ask for what --min-confidence leaves out") {
  const TempDir dir;
  for (const auto& [fail_on, least] : std::vector<std::pair<std::string, std::string>>{
           {"low", "medium"}, {"low", "high"}, {"medium", "high"}}) {
    const auto outcome = keysift({"files", ".", "--fail-on", fail_on, "--min-confidence", least}, dir.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err == "keysift: --fail-on " + fail_on + ": --min-confidence " + least +
                             " leaves out such findings; give --min-confidence " + fail_on + ", too\n");
  }
  CHECK(keysift({"files", ".", "--fail-on", "low"}, dir.path()).exit_code == 2);  // the default is medium
  CHECK(keysift({"files", ".", "--fail-on", "certain"}, dir.path()).exit_code == 2);
  CHECK(keysift({"files", ".", "--fail-on", ""}, dir.path()).exit_code == 2);
  CHECK(keysift({"files", ".", "--min-confidence", "high"}, dir.path()).exit_code == 0);
}

}  // namespace
}  // namespace keysift::test
