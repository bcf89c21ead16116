// What an audit is told.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/teller.h"
#include "base/limits.h"
#include "detect/detector.h"
#include "finding/baseline.h"
#include "finding/gitleaks.h"
#include "finding/ignore_list.h"
#include "rule/rule.h"

namespace keysift {

/// What is common to all parts of an audit.
struct AuditOptions {
  unsigned threads = 1;
  std::size_t memory = std::size_t{128} << 20;  ///< bytes of a history's objects in memory at a time
  bool ignored = false;                         ///< also files that git ignores
  bool tell_nested = false;                     ///< repositories inside, whose history is not searched
  bool reachable_only = false;                  ///< leave out what no ref reaches
  Confidence min_confidence = Confidence::medium;
  std::optional<Baseline> baseline;  ///< lists findings to leave out
  bool tell_fixed = false;           ///< all that the baseline was made of is looked at
  IgnoreList ignores;                ///< of the ignore file
  GitleaksIgnores gitleaks_ignores;  ///< of gitleaks' ignore file
  bool tell_unknown = false;         ///< all that the ignore file's fingerprints may stand for is looked at
  bool marks = true;                 ///< a mark on its line allows a finding
  std::string config_from;           ///< where what is allowed was read from, as in ScannedRepository
  std::string config_commit;         ///< and from which commit
  std::span<const Allowlist> allowlists;   ///< of the configuration; they outlive the audit
  std::string config;                      ///< the configuration's name, for reports
  std::vector<std::string> rules_changed;  ///< as in ScannedRepository
  std::vector<std::string> env_files;      ///< files with secrets that the configuration adds
  std::vector<std::string> env_templates;  ///< templates that it adds
  DetectorOptions detector;                ///< if it explains, the report does
  /// bytes_of() the built-in rules, if the audit lacks some: excerpts and what is said beside findings are
  /// masked by them, too.
  std::string_view other_rules;
  Limits limits;
  FoundSink on_found;  ///< is told of each match that may become a finding, if there is one
};

}  // namespace keysift
