// A finding for tests of what may be done with one.
#pragma once
#include <string>

#include "finding/finding.h"

namespace keysift::test {

/// Of the rule openai-key, the secret "secret".
inline Finding finding_in(const std::string& path, Origin origin = Origin::worktree) {
  static const Rule rule = [] {
    Rule made;
    made.id = "openai-key";
    return made;
  }();
  Finding finding;
  finding.rule = &rule;
  finding.secret = Secret("secret");
  finding.location.path = path;
  finding.origin = origin;
  return finding;
}

}  // namespace keysift::test
