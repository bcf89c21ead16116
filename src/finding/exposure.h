// How long a key has been out.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace keysift {

/// Whole days from `date` (as base/date.h reads it) to `now`, in seconds since 1970; 0 for
/// a date to come, nothing for what is no date.
std::optional<std::uint64_t> days_since(std::string_view date, std::int64_t now);

/// Seconds since 1970: what the environment variable SOURCE_DATE_EPOCH says (reproducible-builds.org), so
/// that a report can be made again to the byte; else the clock.
std::int64_t time_of_report();

}  // namespace keysift
