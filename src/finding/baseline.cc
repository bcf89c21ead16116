#include "finding/baseline.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "finding/ignore_list.h"

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

// Nothing if one has no fingerprint. `name` is of the file and the list, for messages.
std::optional<std::set<std::string>> fingerprints_of(const json& entries, const std::string& name) {
  std::set<std::string> fingerprints;
  for (const auto& entry : entries) {
    const auto* fingerprint = entry.is_object() ? get<std::string>(entry, "fingerprint") : nullptr;
    if (fingerprint == nullptr) return std::nullopt;
    if (!is_fingerprint(*fingerprint))
      throw Failure(name + '[' + std::to_string(&entry - &entries.front()) +
                    "].fingerprint: 32 digits, 0-9 and a-f, belong here");
    fingerprints.insert(*fingerprint);
  }
  return fingerprints;
}

// Baselines and reports are of their first version until now.
void check_version(const json& baseline, const std::string& name) {
  const auto version = baseline.find("schema_version");
  if (version != baseline.end() && *version != 1)
    throw Failure(name + ": its 'schema_version' is not 1, which this keysift reads; a later one wrote it");
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
  const auto name = printable(file.native());
  if (json.is_array()) {
    if (auto report = gitleaks_report(json, folder)) return {{}, std::move(report)};
  } else if (json.is_object()) {
    check_version(json, name);
    const std::string key = json.contains("baseline") ? "baseline" : "findings";
    const auto entries = json.find(key);
    auto fingerprints = entries != json.end() && entries->is_array()
                            ? fingerprints_of(*entries, name + ": " + key)
                            : std::nullopt;
    if (fingerprints) return {std::move(*fingerprints), std::nullopt};
  }
  throw Failure(name +
                ": no baseline, and no JSON report of keysift or gitleaks; make one with: keysift scan "
                "--write-baseline FILE");
}

}  // namespace keysift
