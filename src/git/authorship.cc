#include "git/authorship.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>

#include "base/text.h"

namespace keysift {
namespace {

// `zone` is "+0130": hours and minutes east of Greenwich.
std::optional<int> zone_seconds(std::string_view zone) {
  if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  int number = 0;
  for (const char digit : zone.substr(1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  const int hours = number / 100;
  const int minutes = number % 100;
  if (hours > 23 || minutes > 59) return std::nullopt;  // ISO 8601 cannot say it
  return (zone[0] == '-' ? -60 : 60) * (hours * 60 + minutes);
}

// `text` is "1700000000 +0100".
std::string iso_date(std::string_view text) {
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ec != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  if (!text.starts_with(' ')) return {};
  const auto zone = text.substr(1);
  const auto offset = zone_seconds(zone);
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  if (!offset || seconds < 0 || seconds > kYear9999 - 86'400) return {};
  const std::time_t local = seconds + *offset;
  std::tm fields{};
  if (gmtime_r(&local, &fields) == nullptr) return {};
  char date[sizeof "2024-01-01T00:00:00"];
  if (std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &fields) == 0) return {};
  return std::string(date) + std::string(zone.substr(0, 3)) + ":" + std::string(zone.substr(3));
}

// Some messages are one line of thousands of bytes, and who knows what is in those, and each place of a key
// has its own copy: "..." stands for the rest.
std::string shortened(std::string_view line) {
  constexpr std::size_t kMost = 200;
  return std::string(beginning(line, kMost)) + (line.size() > kMost ? "..." : "");
}

}  // namespace

Authorship parse_authorship(std::string_view object) {
  Authorship result;
  while (!object.empty()) {
    const auto line = object.substr(0, object.find('\n'));
    object.remove_prefix(std::min(object.size(), line.size() + 1));
    if (line.empty()) {
      result.summary = shortened(object.substr(0, object.find('\n')));
      return result;
    }
    const auto name = line.substr(0, line.find(' '));
    const auto close = line.rfind('>');
    if ((name != "author" && name != "tagger") || close == std::string_view::npos || close <= name.size())
      continue;
    result.author = shortened(line.substr(name.size() + 1, close - name.size()));
    if (close + 2 <= line.size()) result.date = iso_date(line.substr(close + 2));
  }
  return result;
}

Header header_of(std::string_view object) {
  auto header = object.substr(0, object.find("\n\n"));
  header = header.substr(0, header.find("\ngpgsig"));
  const auto begin = std::min(header.find("\nauthor "), header.find("\ntagger "));
  if (begin == std::string_view::npos) return {header, {}};
  return {header.substr(begin + 1), advance({}, header.substr(0, begin + 1))};
}

std::string_view message_of(std::string_view object) {
  const auto blank = object.find("\n\n");
  return blank == std::string_view::npos ? std::string_view() : object.substr(blank + 2);
}

}  // namespace keysift
