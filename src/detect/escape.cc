#include "detect/escape.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "detect/characters.h"

namespace keysift {
namespace {

// The number of `digits` hexadecimal digits at the start of `text`; nothing if there are fewer.
std::optional<std::uint32_t> hex_number(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

// Three octal digits that stand for a byte.
std::optional<std::uint32_t> octal_number(std::string_view text) {
  if (text.size() < 3 || text[0] > '3') return std::nullopt;
  std::uint32_t value = 0;
  for (const char digit : text.substr(0, 3)) {
    if (digit < '0' || digit > '7') return std::nullopt;
    value = value << 3 | static_cast<std::uint32_t>(digit - '0');
  }
  return value;
}

// Whether text near `at` is marked as quoted-printable: by the end of a line, or "=3D" or "=20".
bool has_quoted_printable_near(std::string_view text, std::size_t at) {
  constexpr auto kMarks = std::to_array<std::string_view>({"=\n", "=\r\n", "=3D", "=20"});
  constexpr std::size_t kNear = 128;
  const auto begin = at - std::min(at, kNear);
  const auto near = text.substr(begin, at - begin + kNear);
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return near.find(mark) != std::string_view::npos; });
}

// The length of a sequence that colours what follows, or clears the rest of the line, as grep's do.
std::size_t colour_at(std::string_view rest) {
  if (!rest.starts_with("\x1b[")) return 0;
  constexpr std::size_t kLongest = 24;
  const auto end = rest.substr(0, kLongest).find_first_not_of("0123456789;:", 2);
  return end != std::string_view::npos && (rest[end] == 'm' || rest[end] == 'K') ? end + 1 : 0;
}

}  // namespace

void add_utf8(std::string& out, std::uint32_t c) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      add(0xe0 | c >> 12);
    } else {
      add(0xf0 | (c >> 18 & 7));
      add(0x80 | (c >> 12 & 0x3f));
    }
    add(0x80 | (c >> 6 & 0x3f));
  }
  add(0x80 | (c & 0x3f));
}

std::size_t percent_step(std::string_view text, std::size_t at, std::string& out) {
  const auto rest = text.substr(at);
  const auto value = rest.front() == '%' ? hex_number(rest.substr(1), 2) : std::nullopt;
  if (!value) return 0;
  out += static_cast<char>(*value);
  return 3;
}

std::size_t escape_step(std::string_view text, std::size_t at, std::string& out) {
  const auto rest = text.substr(at);
  if (rest.front() != '\\' || rest.size() < 2) return 0;
  const auto numeric = [&](std::size_t digits) -> std::size_t {
    const auto value = hex_number(rest.substr(2), digits);
    if (!value) return 0;
    add_utf8(out, *value);
    return 2 + digits;
  };
  constexpr std::string_view kNamed = "/\"'\\_-nrt";
  constexpr std::string_view kMeant = "/\"'\\_-\n\r\t";
  switch (rest[1]) {
    case 'u':
      if (rest.substr(2).starts_with('{')) {  // JavaScript
        const auto close = rest.substr(0, 12).find('}');
        const auto value =
            close != std::string_view::npos ? hex_number(rest.substr(3), close - 3) : std::nullopt;
        if (!value) return 0;
        add_utf8(out, *value);
        return close + 1;
      }
      return numeric(4);
    case 'x':
      return numeric(2);
    case 'U':
      return numeric(8);
    default:
      if (const auto name = kNamed.find(rest[1]); name != std::string_view::npos) {
        out += kMeant[name];
        return 2;
      }
      if (const auto value = octal_number(rest.substr(1))) {
        out += static_cast<char>(*value);
        return 4;
      }
      return 0;
  }
}

std::size_t html_step(std::string_view text, std::size_t at, std::string& out) {
  const auto rest = text.substr(at);
  if (rest.front() != '&') return 0;
  const auto semicolon = rest.substr(0, 12).find(';');
  if (semicolon == std::string_view::npos || semicolon < 2) return 0;
  const auto name = rest.substr(1, semicolon - 1);
  if (name.front() == '#') {
    const bool hex = name.size() > 2 && (name[1] | 0x20) == 'x';
    const auto digits = name.substr(hex ? 2 : 1);
    std::uint32_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return 0;
    add_utf8(out, value);
    return semicolon + 1;
  }
  constexpr auto kNames = std::to_array<std::pair<std::string_view, std::string_view>>({{"amp", "&"},
                                                                                        {"lt", "<"},
                                                                                        {"gt", ">"},
                                                                                        {"quot", "\""},
                                                                                        {"apos", "'"},
                                                                                        {"hyphen", "-"},
                                                                                        {"dash", "-"},
                                                                                        {"lowbar", "_"},
                                                                                        {"sol", "/"},
                                                                                        {"plus", "+"},
                                                                                        {"equals", "="},
                                                                                        {"colon", ":"},
                                                                                        {"period", "."},
                                                                                        {"shy", "\u00ad"}});
  for (const auto& [known, meant] : kNames) {
    if (name != known) continue;
    out += meant;
    return semicolon + 1;
  }
  return 0;
}

std::size_t quoted_printable_step(std::string_view text, std::size_t at, std::string& out) {
  const auto rest = text.substr(at);
  if (rest.front() != '=') return 0;
  if (rest.substr(1).starts_with("\n")) return 2;
  if (rest.substr(1).starts_with("\r\n")) return 3;
  const auto value = hex_number(rest.substr(1), 2);
  // Nothing that writes it encodes letters and digits: "TOKEN=38..." is a value.
  if (!value || (*value < 128 && std::isalnum(static_cast<int>(*value)) != 0)) return 0;
  // Hardly anything writes it in small letters: "sha256=7e..." is a value.
  const auto is_small = [](char c) { return c >= 'a' && c <= 'f'; };
  if ((is_small(rest[1]) || is_small(rest[2])) && !has_quoted_printable_near(text, at)) return 0;
  out += static_cast<char>(*value);
  return 3;
}

std::size_t hidden_step(std::string_view text, std::size_t at, std::string&) {
  constexpr auto kHidden = std::to_array<std::string_view>(
      {"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "<wbr>", "<wbr/>", "<wbr />"});
  const auto rest = text.substr(at);
  for (const auto& hidden : kHidden)
    if (rest.starts_with(hidden)) return hidden.size();
  return colour_at(rest);
}

}  // namespace keysift
