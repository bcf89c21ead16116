#include "base/date.h"

#include <charconv>
#include <chrono>
#include <ctime>

namespace keysift {
namespace {

// Reads a date from its front on.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool skip(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // A number of exactly that many digits, below `limit`; what is wrong is remembered.
  int number(std::size_t digits, int limit) {
    int value = 0;
    const auto text = rest_.substr(0, digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = text.size() == digits && error == std::errc() && end == text.data() + digits &&
                      text.front() != '-' && value < limit;
    if (!good) wrong_ = true;
    rest_.remove_prefix(text.size());
    return good ? value : 0;
  }

  void expect(std::string_view any_of) { wrong_ = !skip(any_of) || wrong_; }
  bool wrong() const { return wrong_; }

 private:
  std::string_view rest_;
  bool wrong_ = false;
};

std::optional<std::int64_t> seconds_in(std::string_view text) {
  constexpr std::int64_t kLeast = 100'000'000;  // less is more likely a date without its dashes
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < kLeast) return std::nullopt;
  return seconds;
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) {
  if (const auto seconds = seconds_in(text)) return seconds;
  Reader reader(text);
  const std::chrono::year year(reader.number(4, 10'000));
  reader.expect("-");
  const std::chrono::month month(static_cast<unsigned>(reader.number(2, 13)));
  reader.expect("-");
  const std::chrono::day day(static_cast<unsigned>(reader.number(2, 32)));
  const std::chrono::year_month_day date(year, month, day);
  if (reader.wrong() || !date.ok()) return std::nullopt;
  std::int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86'400};
  if (reader.skip("T ")) {
    seconds += reader.number(2, 24) * 3600;
    reader.expect(":");
    seconds += reader.number(2, 60) * 60;
    if (reader.skip(":")) seconds += reader.number(2, 60);
    if (const bool east = reader.skip("+"); east || reader.skip("-")) {
      auto offset = reader.number(2, 24) * 3600;
      reader.skip(":");
      offset += reader.number(2, 60) * 60;
      seconds -= east ? offset : -offset;
    } else {
      reader.skip("Z");
    }
  }
  if (reader.wrong() || !reader.done()) return std::nullopt;
  return seconds;
}

std::optional<std::int64_t> end_of_day(std::string_view text) {
  constexpr std::string_view kShape = "YYYY-MM-DD";
  if (text.size() != kShape.size() || text[4] != '-') return std::nullopt;
  const auto first = parse_date(text);
  return first ? std::optional(*first + 86'400) : std::nullopt;
}

std::string utc_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::string text(sizeof "2024-05-01T12:00:00", '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts));
  return text;
}

}  // namespace keysift
