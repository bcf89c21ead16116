#include "audit/past_files.h"

#include <optional>
#include <set>
#include <utility>

#include "env/work_tree.h"

namespace keysift {

PastFileTests past_file_tests(const SecretFiles& files) {
  return {[&](std::string_view name) { return files.may_be_named(name); },
          [&](std::string_view path) { return files.is_named(path); },
          [&](std::string_view name, std::string_view bytes) {
            return !files.is_named(name) ||
                   files.holds_secret(name, [&] { return std::optional(std::string(bytes)); });
          }};
}

std::vector<EnvFinding> past_findings(const Repository& repository, std::vector<PastFile> files,
                                      std::string& problem) {
  std::vector<EnvFinding> findings;
  if (files.empty()) return findings;
  std::set<std::string> tracked;
  for (const auto& entry : repository.index(problem)) tracked.insert(entry.path);
  const auto root = repository.work_tree();
  const auto tree = root ? std::optional<WorkTree>(*root) : std::nullopt;
  for (auto& file : files) {
    if (tracked.contains(file.path)) continue;
    auto& finding = findings.emplace_back();
    finding.path = std::move(file.path);
    finding.coverage =
        file.provenance.state == BlobState::unreachable ? Coverage::unreachable : Coverage::in_history;
    finding.present = tree && tree->has_file(finding.path);
    finding.provenance = std::move(file.provenance);
  }
  return findings;
}

}  // namespace keysift
