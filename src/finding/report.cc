#include "finding/report.h"

namespace keysift {

std::map<Cause, std::uint64_t> skipped(const Report& report) {
  std::map<Cause, std::uint64_t> counts;
  for (const auto& error : report.errors) ++counts[error.cause];
  return counts;
}

}  // namespace keysift
