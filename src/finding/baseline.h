// Findings that a team knows of.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "finding/gitleaks.h"

namespace keysift {

/// What a baseline lists.
struct Baseline {
  std::set<std::string> fingerprints;      ///< of a baseline or report of ours
  std::optional<GitleaksReport> gitleaks;  ///< if it is gitleaks' report

  /// Whether it lists the finding, while the rules of these ids are in force.
  bool lists(const Finding& finding, const std::set<std::string>& rules) const;

  /// How many of its entries stand for none of these fingerprints. Nothing for gitleaks' report: it also
  /// lists what our rules never find.
  std::optional<std::uint64_t> fixed(const std::set<std::string>& found) const;
};

/// Reads a baseline (report/baseline.h), a JSON report of ours or one of gitleaks. As for IgnoreList, paths
/// of findings begin in `folder`, those of gitleaks in the root. Throws Failure when the file cannot be read
/// or is none of these.
Baseline read_baseline(const std::filesystem::path& file, const std::string& folder = {});

}  // namespace keysift
