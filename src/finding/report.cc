#include "finding/report.h"

#include <algorithm>

namespace keysift {

bool ScannedRepository::is_nested(std::string_view path) const {
  return std::any_of(nested.begin(), nested.end(), [&](const std::string& folder) {
    return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
  });
}

std::map<Cause, std::uint64_t> skipped(const Report& report) {
  std::map<Cause, std::uint64_t> counts;
  for (const auto& error : report.errors) ++counts[error.cause];
  return counts;
}

}  // namespace keysift
