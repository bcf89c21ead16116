// gitleaks' rules as keysift's own.
#pragma once
#include <span>
#include <string>

#include "rule/gitleaks_file.h"

namespace keysift {

/// A rule file (docs/rules.md) with the rules of a gitleaks configuration, as far as they can be rules of
/// keysift: above each is said, in comments, what changed; of one that cannot be there, why.
/// An id that a rule of `own` has, too, gets "gitleaks-" before it.
std::string as_rule_file(const GitleaksConfig& config, std::span<const Rule> own);

}  // namespace keysift
