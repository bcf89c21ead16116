// Whether every file with secrets is kept out of commits, images and packages.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "env/survey.h"
#include "finding/coverage.h"
#include "git/repository.h"

namespace keysift {

/// What coverage needs to look at.
struct CoverageRequest {
  const Repository& repository;
  const WorkTree& tree;
  const SecretFiles& secret_files;
  Survey survey;  ///< of that work tree
  std::function<bool(std::string_view value)>
      is_key;  ///< whether a value is a secret key, surely enough to tell
};

/// What it finds, sorted.
struct EnvCoverage {
  std::vector<EnvFinding> findings;
  std::vector<Passage>
      passages;  ///< how each file that is there, or is expected, stands at each door there is
};

/// The files with secrets of a repository that can get out of it: into commits, images and packages. Not what
/// is in its history. When the index cannot be read, `problem` says why, and nothing counts as tracked.
EnvCoverage env_coverage(CoverageRequest request, std::string& problem);

}  // namespace keysift
