// What `--range ci` takes for the range, on each CI system as it sets its variables.
#include "cli/ci_range.h"

#include <map>
#include <set>

#include "base/failure.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

const std::string kZeros(40, '0');
const std::string kBefore(40, 'b');
const std::string kTarget(40, 'c');
const std::string kMain = "refs/remotes/origin/main";

using Variables = std::map<std::string, std::string>;

/// A run with these variables, in a clone that has these commits; `event` is what GITHUB_EVENT_PATH names.
std::string range(const Variables& variables, const std::set<std::string>& commits, bool shallow = false,
                  const std::string& event = "{}") {
  CiRun run;
  run.variable = [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
  };
  run.contents = [&](const std::string& path) {
    CHECK(path == "/event.json");
    return event;
  };
  run.has_commit = [&](const std::string& revision) { return commits.contains(revision); };
  run.shallow = shallow;
  return ci_range(run);
}

std::string refusal(const Variables& variables, const std::set<std::string>& commits, bool shallow = false,
                    const std::string& event = "{}") {
  try {
    return "no Failure, but " + range(variables, commits, shallow, event);
  } catch (const Failure& failure) {
    return failure.what();
  }
}

Variables github(const std::string& event, Variables more = {}) {
  more.insert(
      {{"GITHUB_ACTIONS", "true"}, {"GITHUB_EVENT_NAME", event}, {"GITHUB_EVENT_PATH", "/event.json"}});
  return more;
}

std::string push_event(const std::string& before) {
  return R"({"before": ")" + before + R"(", "repository": {"default_branch": "main"}})";
}

TEST_CASE("a pull request on GitHub begins at its base branch") {
  const auto run = github("pull_request", {{"GITHUB_BASE_REF", "main"}});
  const auto event = R"({"pull_request": {"base": {"sha": ")" + kBefore + R"("}}})";
  CHECK(range(run, {kMain, kBefore}, false, event) == kMain + "..HEAD");
  CHECK(range(run, {kBefore}, false, event) == kBefore + "..HEAD");
  CHECK(range(github("pull_request"), {kBefore}, false, event) == kBefore + "..HEAD");
  CHECK(refusal(run, {}, true, event) ==
        "--range ci: this clone, which is shallow, lacks refs/remotes/origin/main, where the range begins; "
        "give "
        "actions/checkout 'fetch-depth: 0'");
  CHECK(
      refusal(run, {}, false, event) ==
      "--range ci: this clone lacks refs/remotes/origin/main, where the range begins; give actions/checkout "
      "'fetch-depth: 0'");
  CHECK(refusal(github("pull_request"), {kMain}) ==
        "--range ci: this clone lacks the base (its variables are not set), where the range begins; give "
        "actions/checkout 'fetch-depth: 0'");
}

TEST_CASE("of pull_request_target GitHub has checked out the base: HEAD is not what to search") {
  const auto run = github("pull_request_target", {{"GITHUB_BASE_REF", "main"}});
  const auto event = R"({"pull_request": {"head": {"sha": ")" + kBefore + R"("}}})";
  CHECK(range(run, {kMain, kBefore}, false, event) == kMain + ".." + kBefore);
  CHECK(
      refusal(run, {kMain}, false, event).starts_with("--range ci: pull_request_target checks out the base"));
}

TEST_CASE("a push on GitHub begins at what was there before") {
  const auto run = github("push", {{"GITHUB_REF", "refs/heads/topic"}});
  const auto on_main = github("push", {{"GITHUB_REF", "refs/heads/main"}});
  CHECK(range(run, {kBefore, kMain}, false, push_event(kBefore)) == kBefore + "..HEAD");
  CHECK(range(on_main, {kBefore, kMain}, false, push_event(kBefore)) == kBefore + "..HEAD");
  // A new branch, and one that was overwritten.
  CHECK(range(run, {kMain}, false, push_event(kZeros)) == kMain + "..HEAD");
  CHECK(range(run, {kMain}, false, push_event(kBefore)) == kMain + "..HEAD");
  CHECK(range(on_main, {kMain}, false, push_event(kZeros)).empty());
  CHECK(range(on_main, {kMain}, false, push_event(kBefore)).empty());

  const std::string remedy = ", where the range begins; give actions/checkout 'fetch-depth: 0'";
  const std::string lacks = "--range ci: this clone, which is shallow, lacks ";
  CHECK(refusal(run, {}, true, push_event(kBefore)) == lacks + kBefore + remedy);
  CHECK(refusal(run, {}, true, push_event(kZeros)) == lacks + kMain + remedy);
  CHECK(refusal(on_main, {kMain}, true, push_event(kZeros)) == lacks + "the history before HEAD" + remedy);
}

TEST_CASE("other events of GitHub, and events that say nothing") {
  CHECK(range(github("merge_group"), {kBefore}, false,
              R"({"merge_group": {"base_sha": ")" + kBefore + R"("}})") == kBefore + "..HEAD");
  CHECK(refusal(github("schedule"), {kMain})
            .starts_with("--range ci: GitHub's event 'schedule' brings no commits"));
  CHECK(refusal(github("push"), {kMain}, false, "{") ==
        "--range ci: /event.json, which GITHUB_EVENT_PATH names, is no JSON");
  CHECK(range(github("push"), {kMain}, false, R"({"before": null, "repository": []})").empty());
}

TEST_CASE("GitLab: merge requests, pushes and new branches") {
  const Variables push = {{"GITLAB_CI", "true"},
                          {"CI_COMMIT_BEFORE_SHA", kBefore},
                          {"CI_DEFAULT_BRANCH", "main"},
                          {"CI_COMMIT_BRANCH", "topic"}};
  CHECK(range(push, {kBefore, kMain}) == kBefore + "..HEAD");
  auto fresh = push;
  fresh["CI_COMMIT_BEFORE_SHA"] = kZeros;
  CHECK(range(fresh, {kMain}) == kMain + "..HEAD");
  CHECK(refusal(fresh, {}, true) ==
        "--range ci: this clone, which is shallow, lacks refs/remotes/origin/main, where the range begins; "
        "set the "
        "variable 'GIT_DEPTH: 0' for the job");
  fresh["CI_COMMIT_BRANCH"] = "main";
  CHECK(range(fresh, {kMain}).empty());

  auto merge = push;
  merge["CI_COMMIT_BEFORE_SHA"] = kZeros;
  merge["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = kBefore;
  CHECK(range(merge, {kBefore, kMain}) == kBefore + "..HEAD");
  CHECK(refusal(merge, {kMain}, true).find("lacks " + kBefore) != std::string::npos);
  merge["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"] = kTarget;  // of merged results, where HEAD has the target, too
  CHECK(range(merge, {kBefore, kTarget}) == kTarget + "..HEAD");
}

TEST_CASE("Jenkins: pull requests, and what came since the last success") {
  const Variables change = {{"JENKINS_URL", "https://ci.example.org/"}, {"CHANGE_TARGET", "main"}};
  CHECK(range(change, {kMain}) == kMain + "..HEAD");
  CHECK(refusal(change, {}, true) ==
        "--range ci: this clone, which is shallow, lacks refs/remotes/origin/main, where the range begins; "
        "turn the "
        "shallow clone off, and have the job fetch all branches");
  const Variables build = {{"JENKINS_URL", "https://ci.example.org/"},
                           {"GIT_PREVIOUS_SUCCESSFUL_COMMIT", kBefore}};
  CHECK(range(build, {kBefore}) == kBefore + "..HEAD");
  CHECK(range(build, {}).empty());
  CHECK(refusal(build, {}, true).find("lacks " + kBefore) != std::string::npos);
  CHECK(range({{"JENKINS_URL", "https://ci.example.org/"}}, {}).empty());
  CHECK(refusal({{"JENKINS_URL", "https://ci.example.org/"}}, {}, true).find("turn the shallow clone off") !=
        std::string::npos);
}

TEST_CASE("Azure and Bitbucket: pull requests") {
  for (const char* branch : {"refs/heads/main", "main"}) {
    const Variables azure = {{"TF_BUILD", "True"}, {"SYSTEM_PULLREQUEST_TARGETBRANCH", branch}};
    CHECK(range(azure, {kMain}) == kMain + "..HEAD");
    CHECK(refusal(azure, {}, true) ==
          "--range ci: this clone, which is shallow, lacks refs/remotes/origin/main, where the range begins; "
          "give the "
          "checkout step 'fetchDepth: 0'");
  }
  CHECK(refusal({{"TF_BUILD", "True"}}, {kMain})
            .starts_with("--range ci: this run is for no pull request (SYSTEM_PULLREQUEST_TARGETBRANCH"));

  const Variables bitbucket = {{"BITBUCKET_BUILD_NUMBER", "7"},
                               {"BITBUCKET_PR_DESTINATION_COMMIT", "b0b0b0b0b0b0"},
                               {"BITBUCKET_PR_DESTINATION_BRANCH", "main"}};
  CHECK(range(bitbucket, {"b0b0b0b0b0b0", kMain}) == "b0b0b0b0b0b0..HEAD");
  CHECK(range(bitbucket, {kMain}) == kMain + "..HEAD");
  CHECK(refusal(bitbucket, {}, true) ==
        "--range ci: this clone, which is shallow, lacks b0b0b0b0b0b0, where the range begins; set 'clone: { "
        "depth: "
        "full }'");
  CHECK(refusal({{"BITBUCKET_BUILD_NUMBER", "7"}}, {kMain})
            .starts_with(
                "--range ci: this run is for no pull request (neither BITBUCKET_PR_DESTINATION_COMMIT"));
}

TEST_CASE("no CI system") {
  CHECK(refusal({{"CI", "true"}}, {kMain}) ==
        "--range ci: no CI system that keysift knows: none of GITHUB_ACTIONS, GITLAB_CI, TF_BUILD (Azure), "
        "BITBUCKET_BUILD_NUMBER and JENKINS_URL is set; name the commits: --range A..B");
}

}  // namespace
}  // namespace keysift::test
