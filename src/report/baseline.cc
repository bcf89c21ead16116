#include "report/baseline.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/mask.h"

namespace keysift {
namespace {

constexpr int kBaselineVersion = 1;

}  // namespace

std::string render_baseline(const Report& report) {
  const Mask mask(report, false);
  std::map<std::string, std::string> entries;
  for (const auto* findings : {&report.findings, &report.known}) {
    for (const auto& finding : *findings) {
      const auto fingerprint = finding.fingerprint();
      const nlohmann::ordered_json entry{{"fingerprint", fingerprint},
                                         {"rule", valid_utf8(finding.rule->id)},
                                         {"path", mask.utf8(finding.location.path)}};
      entries.emplace(fingerprint, entry.dump(-1, ' ', true));
    }
  }
  auto text = "{\n  \"schema_version\": " + std::to_string(kBaselineVersion) + ",\n  \"baseline\": [";
  const char* before = "\n    ";
  for (const auto& [fingerprint, entry] : entries) {
    text += before + entry;
    before = ",\n    ";
  }
  return text + "\n  ]\n}\n";
}

}  // namespace keysift
