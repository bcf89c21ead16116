// A match, measured while its blob was there.
#pragma once
#include <string>
#include <utility>

#include "finding/finding.h"
#include "git/oid.h"
#include "rule/rule.h"

namespace keysift {

struct Hit {
  const Rule* rule = nullptr;
  std::string secret;
  std::string path;  ///< as the source gave it; empty where only provenance can tell
  Oid object;        ///< zero for what is no git object
  Origin origin = Origin::worktree;
  Position begin;
  Position end;
};

/// What was found, wherever it stands: a rule and a secret.
using Thing = std::pair<const Rule*, std::string>;

/// The finding that a hit becomes at `path`.
Finding finding_at(const Hit& hit, std::string path);

}  // namespace keysift
