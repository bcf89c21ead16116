// The variables are described at:
// https://docs.github.com/actions/reference/workflows-and-actions/variables (and the events' payloads)
// https://docs.gitlab.com/ci/variables/predefined_variables/
// https://learn.microsoft.com/azure/devops/pipelines/build/variables
// https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
// https://www.jenkins.io/doc/book/pipeline/multibranch/ and the Git plugin's page
#include "cli/ci_range.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

using Revisions = std::vector<std::string>;

/// The branch as the server has it: a local one of that name may be HEAD. Empty for none.
std::string remote_branch(std::string_view branch) {
  constexpr std::string_view kHeads = "refs/heads/";
  if (branch.starts_with(kHeads)) branch.remove_prefix(kHeads.size());
  return branch.empty() ? "" : "refs/remotes/origin/" + std::string(branch);
}

/// Whether it names a commit. All zeros stand for "there was none before".
bool is_commit(std::string_view revision) {
  return revision.find_first_not_of('0') != std::string_view::npos;
}

class RangeFinder {
 public:
  explicit RangeFinder(const CiRun& run) : run_(run) {}

  std::string find() {
    if (has("GITHUB_ACTIONS")) return github();
    if (has("GITLAB_CI")) return gitlab();
    if (has("TF_BUILD")) return azure();
    if (has("BITBUCKET_BUILD_NUMBER")) return bitbucket();
    if (has("JENKINS_URL")) return jenkins();
    throw Failure(
        "--range ci: no CI system that keysift knows: none of GITHUB_ACTIONS, GITLAB_CI, TF_BUILD (Azure), "
        "BITBUCKET_BUILD_NUMBER and JENKINS_URL is set; name the commits: --range A..B");
  }

 private:
  std::string github() {
    remedy_ = "give actions/checkout 'fetch-depth: 0'";
    const auto name = run_.variable("GITHUB_EVENT_NAME");
    if (name == "pull_request" || name == "pull_request_target") {
      const Revisions bases{remote_branch(run_.variable("GITHUB_BASE_REF")), event("/pull_request/base/sha")};
      return since(bases, name == "pull_request" ? "HEAD" : github_head());
    }
    if (name == "merge_group") return since({event("/merge_group/base_sha")});
    if (name == "push") {
      const auto main = event("/repository/default_branch");
      return since_push(event("/before"), main, run_.variable("GITHUB_REF") == "refs/heads/" + main);
    }
    throw Failure(
        "--range ci: GitHub's event '" + printable(name) +
        "' brings no commits; it is for pull_request, pull_request_target, merge_group and push. To "
        "search all: keysift history");
  }

  /// Of pull_request_target HEAD is the base, and so would be found clean.
  std::string github_head() {
    auto head = event("/pull_request/head/sha");
    if (!head.empty() && run_.has_commit(head)) return head;
    throw Failure(
        "--range ci: pull_request_target checks out the base, not the pull request; give actions/checkout "
        "'ref: refs/pull/NUMBER/head' and 'fetch-depth: 0'");
  }

  /// The text at a place of the event that started the run; empty if there is none.
  std::string event(const char* place) {
    const auto file = run_.variable("GITHUB_EVENT_PATH");
    if (file.empty()) return {};
    const auto json = nlohmann::json::parse(run_.contents(file), nullptr, false);
    if (json.is_discarded())
      throw Failure("--range ci: " + printable(file) + ", which GITHUB_EVENT_PATH names, is no JSON");
    const nlohmann::json::json_pointer pointer(place);
    return json.contains(pointer) && json.at(pointer).is_string() ? json.at(pointer).get<std::string>() : "";
  }

  std::string gitlab() {
    remedy_ = "set the variable 'GIT_DEPTH: 0' for the job";
    if (has("CI_MERGE_REQUEST_DIFF_BASE_SHA")) {
      return since({run_.variable("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"),
                    run_.variable("CI_MERGE_REQUEST_DIFF_BASE_SHA")});
    }
    const auto main = run_.variable("CI_DEFAULT_BRANCH");
    return since_push(run_.variable("CI_COMMIT_BEFORE_SHA"), main, run_.variable("CI_COMMIT_BRANCH") == main);
  }

  std::string azure() {
    remedy_ = "give the checkout step 'fetchDepth: 0'";
    if (has("SYSTEM_PULLREQUEST_TARGETBRANCH"))
      return since({remote_branch(run_.variable("SYSTEM_PULLREQUEST_TARGETBRANCH"))});
    throw Failure(
        "--range ci: this run is for no pull request (SYSTEM_PULLREQUEST_TARGETBRANCH is not set), and Azure "
        "tells nothing else. To search all: keysift history");
  }

  std::string bitbucket() {
    remedy_ = "set 'clone: { depth: full }'";
    if (has("BITBUCKET_PR_DESTINATION_COMMIT") || has("BITBUCKET_PR_DESTINATION_BRANCH")) {
      return since({run_.variable("BITBUCKET_PR_DESTINATION_COMMIT"),
                    remote_branch(run_.variable("BITBUCKET_PR_DESTINATION_BRANCH"))});
    }
    throw Failure(
        "--range ci: this run is for no pull request (neither BITBUCKET_PR_DESTINATION_COMMIT nor "
        "BITBUCKET_PR_DESTINATION_BRANCH is set), and Bitbucket tells nothing else. To search all: keysift "
        "history");
  }

  std::string jenkins() {
    remedy_ = "turn the shallow clone off, and have the job fetch all branches";
    if (has("CHANGE_TARGET")) return since({remote_branch(run_.variable("CHANGE_TARGET"))});
    return since_push(run_.variable("GIT_PREVIOUS_SUCCESSFUL_COMMIT"), "", false);
  }

  /// From the first of `bases` that the clone has.
  std::string since(Revisions bases, const std::string& head = "HEAD") {
    std::erase(bases, "");
    const auto base = std::find_if(bases.begin(), bases.end(), run_.has_commit);
    if (base != bases.end()) return *base + ".." + head;
    throw Failure(missing(bases.empty() ? "the base (its variables are not set)" : bases.front()));
  }

  /// From what was there `before`. A branch that is new, or that was overwritten, has what the main one
  /// lacks.
  std::string since_push(const std::string& before, const std::string& main, bool on_main) {
    if (is_commit(before)) {
      if (run_.has_commit(before)) return before + "..HEAD";
      if (run_.shallow) throw Failure(missing(before));
    }
    if (!main.empty() && !on_main) return since({remote_branch(main)});
    if (run_.shallow) throw Failure(missing("the history before HEAD"));
    return {};
  }

  std::string missing(const std::string& what) const {
    return "--range ci: this clone" + std::string(run_.shallow ? ", which is shallow," : "") + " lacks " +
           printable(what) + ", where the range begins; " + remedy_;
  }

  bool has(const char* variable) const { return !run_.variable(variable).empty(); }

  const CiRun& run_;
  std::string remedy_;  // what to set on this system
};

}  // namespace

std::string ci_range(const CiRun& run) { return RangeFinder(run).find(); }

}  // namespace keysift
