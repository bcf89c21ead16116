// What single characters are, for those who read encoded text.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace keysift {

/// The value of each digit of base64, of either alphabet (RFC 4648, sections 4 and 5); -1 for other bytes.
inline constexpr auto kBase64Values = [] {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  values['-'] = 62;
  values['_'] = 63;
  return values;
}();

constexpr int base64_value(char c) { return kBase64Values[static_cast<unsigned char>(c)]; }

/// The value of a hexadecimal digit, -1 for other bytes.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r'; }

}  // namespace keysift
