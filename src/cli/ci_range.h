// Which commits a run of a CI system is about.
#pragma once
#include <functional>
#include <string>

namespace keysift {

/// What is around the run.
struct CiRun {
  std::function<std::string(const char* name)> variable;  ///< of the environment; empty if it is not set
  std::function<std::string(const std::string& path)> contents;  ///< of a file; throws Failure
  std::function<bool(const std::string& revision)> has_commit;   ///< whether the clone has what it names
  bool shallow = false;                                          ///< whether the clone is
};

/// The commits that a pull request or a push brings, as "A..B", by the variables that GitHub Actions, GitLab
/// CI, Azure Pipelines, Bitbucket Pipelines or Jenkins set; empty: all that HEAD reaches. Rather too many
/// commits than too few. Throws Failure where no system is known, where the run is about no commits of its
/// own, and, saying what to set there, where the clone lacks the commit at which the range begins.
std::string ci_range(const CiRun& run);

}  // namespace keysift
