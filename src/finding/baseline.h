// Findings that a team knows of.
#pragma once
#include <filesystem>
#include <set>
#include <string>

namespace keysift {

/// The fingerprints in a baseline (report/baseline.h), or in a JSON report of ours. Throws Failure when the
/// file cannot be read or is neither.
std::set<std::string> read_baseline(const std::filesystem::path& file);

}  // namespace keysift
