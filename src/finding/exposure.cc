#include "finding/exposure.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/date.h"

namespace keysift {

std::optional<std::uint64_t> days_since(std::string_view date, std::int64_t now) {
  constexpr std::int64_t kSecondsADay = 86'400;
  const auto from = parse_date(date);
  if (!from) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, (now - *from) / kSecondsADay));
}

std::int64_t time_of_report() {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (const auto seconds = epoch == nullptr ? std::nullopt : parse_date(epoch)) return *seconds;
  return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
}

}  // namespace keysift
