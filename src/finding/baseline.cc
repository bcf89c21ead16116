#include "finding/baseline.h"

#include <nlohmann/json.hpp>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"

namespace keysift {

std::set<std::string> read_baseline(const std::filesystem::path& file) {
  const auto report = nlohmann::json::parse(read_file(file), nullptr, false);
  const auto no_report = [&] {
    return Failure(printable(file.native()) +
                   ": no JSON report of keysift; make one with: keysift scan --report json=FILE");
  };
  if (!report.is_object() || !report.contains("findings") || !report["findings"].is_array())
    throw no_report();
  std::set<std::string> fingerprints;
  for (const auto& finding : report["findings"]) {
    if (!finding.is_object() || !finding.contains("fingerprint") || !finding["fingerprint"].is_string())
      throw no_report();
    fingerprints.insert(finding["fingerprint"].get<std::string>());
  }
  return fingerprints;
}

}  // namespace keysift
