#include "env/coverage.h"

#include <algorithm>
#include <array>

#include "git/ignore.h"

namespace keysift {
namespace {

// Endings of files that show what a .env file should hold.
constexpr auto kTemplates =
    std::to_array<std::string_view>({"example", "sample", "template", "dist", "defaults"});

}  // namespace

bool is_env_file(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  if (name == ".env") return true;
  if (!name.starts_with(".env.")) return false;
  const auto ending = name.substr(name.rfind('.') + 1);
  return std::find(kTemplates.begin(), kTemplates.end(), ending) == kTemplates.end();
}

std::vector<EnvFinding> env_coverage(const Repository& repository, std::span<const std::string> untracked,
                                     std::string& problem) {
  std::vector<EnvFinding> findings;
  for (const auto& entry : repository.index(problem)) {
    if (is_env_file(entry.path)) findings.push_back({entry.path, Coverage::tracked});
  }
  for (const auto& path : untracked) {
    if (is_env_file(path)) findings.push_back({path, Coverage::not_ignored});
  }
  if (findings.empty() && repository.work_tree() && !Ignores(repository).ignores(".env")) {
    findings.push_back({".env", Coverage::unprepared});
  }
  std::sort(findings.begin(), findings.end());
  return findings;
}

}  // namespace keysift
