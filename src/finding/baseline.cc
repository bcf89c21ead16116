#include "finding/baseline.h"

#include <nlohmann/json.hpp>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"

namespace keysift {

std::set<std::string> read_baseline(const std::filesystem::path& file) {
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  const auto failure = [&] {
    return Failure(printable(file.native()) +
                   ": no baseline and no JSON report of keysift; make one with: keysift scan "
                   "--write-baseline FILE");
  };
  const auto* key = json.is_object() && json.contains("baseline") ? "baseline" : "findings";
  if (!json.is_object() || !json.contains(key) || !json[key].is_array()) throw failure();
  std::set<std::string> fingerprints;
  for (const auto& entry : json[key]) {
    if (!entry.is_object() || !entry.contains("fingerprint") || !entry["fingerprint"].is_string())
      throw failure();
    fingerprints.insert(entry["fingerprint"].get<std::string>());
  }
  return fingerprints;
}

}  // namespace keysift
