#include "finding/baseline.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"

namespace keysift {
namespace {

using nlohmann::json;

// What `entry` has as `key`; nothing if it is of another type.
template <typename T>
const T* get(const json& entry, const char* key) {
  const auto found = entry.find(key);
  return found == entry.end() ? nullptr : found->get_ptr<const T*>();
}

// Nothing if it is no such report.
std::optional<GitleaksReport> gitleaks_report(const json& entries, const std::string& folder) {
  GitleaksReport report(folder);
  for (const auto& entry : entries) {
    if (!entry.is_object()) return std::nullopt;
    const auto* rule = get<std::string>(entry, "RuleID");
    const auto* path = get<std::string>(entry, "File");
    const auto* line = get<json::number_unsigned_t>(entry, "StartLine");
    const auto* secret = get<std::string>(entry, "Secret");
    if (rule == nullptr || path == nullptr || line == nullptr || secret == nullptr) return std::nullopt;
    report.add(*rule, *path, *line, *secret);
  }
  return report;
}

// Nothing if one has no fingerprint.
std::optional<std::set<std::string>> fingerprints_of(const json& entries) {
  std::set<std::string> fingerprints;
  for (const auto& entry : entries) {
    const auto* fingerprint = entry.is_object() ? get<std::string>(entry, "fingerprint") : nullptr;
    if (fingerprint == nullptr) return std::nullopt;
    fingerprints.insert(*fingerprint);
  }
  return fingerprints;
}

}  // namespace

bool Baseline::lists(const Finding& finding, const std::set<std::string>& rules) const {
  return gitleaks ? gitleaks->lists(finding, rules) : fingerprints.contains(finding.fingerprint());
}

std::optional<std::uint64_t> Baseline::fixed(const std::set<std::string>& found) const {
  if (gitleaks) return std::nullopt;
  const auto is_fixed = [&](const std::string& fingerprint) { return !found.contains(fingerprint); };
  return static_cast<std::uint64_t>(std::count_if(fingerprints.begin(), fingerprints.end(), is_fixed));
}

Baseline read_baseline(const std::filesystem::path& file, const std::string& folder) {
  const auto json = json::parse(read_file(file), nullptr, false);
  if (json.is_array()) {
    if (auto report = gitleaks_report(json, folder)) return {{}, std::move(report)};
  } else if (json.is_object()) {
    const auto* key = json.contains("baseline") ? "baseline" : "findings";
    const auto entries = json.find(key);
    auto fingerprints =
        entries != json.end() && entries->is_array() ? fingerprints_of(*entries) : std::nullopt;
    if (fingerprints) return {std::move(*fingerprints), std::nullopt};
  }
  throw Failure(printable(file.native()) +
                ": no baseline, and no JSON report of keysift or gitleaks; make one with: keysift scan "
                "--write-baseline FILE");
}

}  // namespace keysift
