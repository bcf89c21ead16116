// keysift in CI: which commits it searches in clones as CI systems make them, and the files that set it up
// there.
#include <algorithm>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;
using Strings = std::vector<std::string>;

/// keysift in `folder`, as CI runs it: with these variables and none of the CI system that runs the test.
Outcome in_ci(std::map<std::string, std::string> variables, const std::filesystem::path& folder,
              const Strings& arguments) {
  Strings command = {KEYSIFT_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  for (const char* name :
       {"GITHUB_ACTIONS", "GITHUB_EVENT_PATH", "GITLAB_CI", "CI_MERGE_REQUEST_DIFF_BASE_SHA",
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_COMMIT_BRANCH", "TF_BUILD", "BITBUCKET_BUILD_NUMBER",
        "BITBUCKET_PR_DESTINATION_COMMIT", "JENKINS_URL", "CHANGE_TARGET", "GIT_PREVIOUS_SUCCESSFUL_COMMIT"})
    variables.insert({name, ""});
  variables.merge(clean_environment());
  return run(command, folder, {}, variables);
}

/// A server's repository: main with a key in its past, and topic, which adds another one and takes it away.
class Server : public TestRepo {
 public:
  Server() {
    write("f", old_key);
    commit_all("1");
    write("f", "nothing");
    commit_all("2");
    git({"checkout", "--quiet", "-b", "topic"});
    write("g", new_key);
    commit_all("3");
    write("g", "nothing");
    commit_all("4");
    git({"checkout", "--quiet", "main"});
  }
  const std::string old_key = openai_project_key(1), new_key = openai_project_key(2);
};

/// A clone of it, with topic checked out.
class Clone {
 public:
  explicit Clone(const Server& server, const Strings& options = {}) {
    Strings command = {"git", "clone", "--quiet", "--no-single-branch", "--branch", "topic"};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), {"file://" + server.path().native(), "."});
    if (const auto outcome = run(command, dir_.path(), {}, clean_environment()); outcome.exit_code != 0)
      throw std::runtime_error(outcome.err);
  }
  const std::filesystem::path& path() const { return dir_.path(); }

 private:
  TempDir dir_;
};

std::size_t errors_in(const std::string& log) {
  std::size_t count = 0;
  for (auto at = log.find("::error "); at != std::string::npos; at = log.find("::error ", at + 1)) ++count;
  return count;
}

TEST_CASE("with --range ci, keysift searches what a pull request brings") {
  const Server server;
  const Clone clone(server);
  const Strings words = {"history", "--range", "ci", "--format", "github"};
  const std::map<std::string, std::string> systems[] = {
      {{"GITHUB_ACTIONS", "true"}, {"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_BASE_REF", "main"}},
      {{"TF_BUILD", "True"}, {"SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"}},
      {{"BITBUCKET_BUILD_NUMBER", "1"}, {"BITBUCKET_PR_DESTINATION_BRANCH", "main"}},
      {{"JENKINS_URL", "x"}, {"CHANGE_TARGET", "main"}},
      {{"GITLAB_CI", "true"}, {"CI_COMMIT_BEFORE_SHA", std::string(40, '0')}, {"CI_DEFAULT_BRANCH", "main"}},
  };
  for (const auto& system : systems) {
    const auto outcome = in_ci(system, clone.path(), words);
    INFO(system.begin()->first << outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(errors_in(outcome.out) == 1);
    CHECK(contains(outcome.out, " in g, line 1, added on "));
  }
  const auto all = in_ci({{"JENKINS_URL", "x"}}, clone.path(), words);  // its first build
  CHECK(all.exit_code == 1);
  CHECK(errors_in(all.out) == 2);
}

TEST_CASE("with --range ci, keysift reads the event of a push") {
  const Server server;
  const Clone clone(server);
  const TempDir dir;
  const auto push = [&](const std::string& before) {
    dir.write("event.json", R"({"before": ")" + before + R"(", "repository": {"default_branch": "main"}})");
    return in_ci({{"GITHUB_ACTIONS", "true"},
                  {"GITHUB_EVENT_NAME", "push"},
                  {"GITHUB_REF", "refs/heads/topic"},
                  {"GITHUB_EVENT_PATH", (dir.path() / "event.json").native()}},
                 clone.path(), {"history", "--range", "ci", "--format", "github"});
  };
  const auto git = [&](const std::string& revision) {
    auto out = run({"git", "rev-parse", revision}, clone.path(), {}, clean_environment()).out;
    out.pop_back();
    return out;
  };
  CHECK(push(git("HEAD~1")).exit_code == 0);
  CHECK(push(git("HEAD~2")).exit_code == 1);
  CHECK(push(std::string(40, '0')).exit_code == 1);
}

TEST_CASE("a clone that is too shallow is never clean") {
  const Server server;
  const Clone clone(server, {"--depth=1", "--single-branch"});
  const auto check = [&](const std::map<std::string, std::string>& system, const std::string& remedy) {
    const auto outcome = in_ci(system, clone.path(), {"history", "--range", "ci"});
    INFO(outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(contains(outcome.err, "which is shallow"));
    CHECK(contains(outcome.err, remedy));
  };
  check({{"GITHUB_ACTIONS", "true"}, {"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_BASE_REF", "main"}},
        "fetch-depth: 0");
  check({{"GITLAB_CI", "true"}, {"CI_MERGE_REQUEST_DIFF_BASE_SHA", std::string(40, 'a')}}, "GIT_DEPTH: 0");
  check({{"TF_BUILD", "True"}, {"SYSTEM_PULLREQUEST_TARGETBRANCH", "main"}}, "fetchDepth: 0");
  check({{"BITBUCKET_BUILD_NUMBER", "1"}, {"BITBUCKET_PR_DESTINATION_BRANCH", "main"}}, "depth: full");
  check({{"JENKINS_URL", "x"}, {"GIT_PREVIOUS_SUCCESSFUL_COMMIT", std::string(40, 'a')}},
        "turn the shallow clone off");
}

TEST_CASE("a range that a shallow clone cuts in two is told to be incomplete") {
  const Server server;
  const Clone clone(server, {"--depth=1"});  // the tips of both branches, and nothing between them
  const auto [exit_code, report] = scan({"history", "--range", "origin/main..HEAD"}, clone.path());
  CHECK(exit_code == 3);
  REQUIRE(report.at("errors").size() == 1);
  CHECK(
      report.at("errors").at(0).at("message") ==
      "the clone is shallow and ends with this commit, not where the range begins; what lies between was not "
      "searched; get more with git fetch --deepen=N, or fetch-depth: 0 where CI checks out");
  CHECK(report.at("summary").at("complete") == false);

  const Clone deep(server, {"--depth=3"});  // cut off behind the range
  CHECK(scan({"history", "--range", "origin/main..HEAD"}, deep.path()).report.at("errors") == json::array());
}

TEST_CASE("out of CI, --range ci says what it looked for") {
  const Server server;
  const auto outcome = in_ci({}, server.path(), {"history", "--range", "ci"});
  CHECK(outcome.exit_code == 2);
  CHECK(contains(outcome.err,
                 "none of GITHUB_ACTIONS, GITLAB_CI, TF_BUILD (Azure), BITBUCKET_BUILD_NUMBER and"));
}

TEST_CASE("SOURCE_DATE_EPOCH fixes the times in GitLab's report") {
  const TempDir dir;
  const auto outcome = run({KEYSIFT_BINARY, "files", ".", "--format", "gitlab"}, dir.path(), {},
                           {{"SOURCE_DATE_EPOCH", "1714564800"}});
  const auto report = json::parse(outcome.out);
  CHECK(report.at("scan").at("start_time") == "2024-05-01T12:00:00");
  CHECK(report.at("scan").at("end_time") == "2024-05-01T12:00:00");
}

TEST_CASE("the files that set keysift up in CI are YAML") {
  if (run({"/usr/bin/python3", "-c", "import yaml"}).exit_code != 0) {
    WARN("skipped: python3 has no yaml");
    return;
  }
  for (const char* file : {"action.yml", "ci/gitlab.yml"}) {
    const auto outcome =
        run({"/usr/bin/python3", "-c",
             "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)",
             std::string(KEYSIFT_SOURCE) + "/" + file});
    INFO(file << outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const auto parsed = json::parse(outcome.out);
    if (parsed.contains("runs")) {
      CHECK(parsed.at("runs").at("using") == "composite");
      for (const auto& step : parsed.at("runs").at("steps"))
        CHECK((step.contains("uses") || step.at("shell") == "bash"));
    } else {
      CHECK(parsed.at("keysift").at("variables").at("GIT_DEPTH") == 0);
      CHECK(parsed.at("keysift").at("artifacts").at("reports").at("secret_detection") ==
            "gl-secret-detection-report.json");
    }
  }
}

}  // namespace
}  // namespace keysift::test
