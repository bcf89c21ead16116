// What gitleaks makes of a match of a rule of its configuration.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "detect/judgement.h"
#include "rule/rule.h"

namespace keysift {

/// A match as gitleaks tells it.
struct GitleaksMatch {
  Judgement judgement;
  std::size_t end = 0;      ///< of the match, which loses line ends: both those before and behind it count
  std::string_view secret;  ///< lives as long as the bytes
  std::vector<const Allowlist*> allowing_there;  ///< of its rule: those that need a path or a commit, too
};

/// Judges a match of `rule` in `bytes`: nothing but its entropy and its allowlists counts. Its secret is the
/// group that the rule names, or the first that is not empty, of a match of what was matched alone.
GitleaksMatch judge_as_gitleaks(const Rule& rule, std::string_view bytes, const Pattern::Span& match,
                                Unit unit);

}  // namespace keysift
