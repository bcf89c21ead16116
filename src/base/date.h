// Dates on the command line and in files.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keysift {

/// Seconds since 1970 of "2024-05-01" (its first second in UTC), of "2024-05-01T12:30" or
/// "2024-05-01T12:30:00" (a space does for the T), followed by nothing or "Z" (UTC) or by "+02:00" or
/// "+0200"; or of the seconds themselves, 100000000 or more, as git takes them. Nothing if it is none of
/// these.
std::optional<std::int64_t> parse_date(std::string_view text);

/// Seconds since 1970 at which the day "2024-05-01" is over in UTC. Nothing if it is no such day.
std::optional<std::int64_t> end_of_day(std::string_view text);

/// Seconds since 1970 as "2024-05-01T12:00:00", in UTC.
std::string utc_text(std::int64_t seconds);

}  // namespace keysift
