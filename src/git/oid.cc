#include "git/oid.h"

#include "base/text.h"

namespace keysift {
namespace {

// The value of each hexadecimal digit, -1 for other characters.
constexpr auto kDigitValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 6; ++i) values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
  return values;
}();

int value_of(char digit) { return kDigitValues[static_cast<unsigned char>(digit)]; }

}  // namespace

Oid Oid::from_hex(std::string_view hex) {
  Oid oid;
  if (hex.size() < 2 * kSize) return oid;
  int bad = 0;
  for (std::size_t i = 0; i < kSize; ++i) {
    const int byte = value_of(hex[2 * i]) * 16 + value_of(hex[2 * i + 1]);
    bad |= value_of(hex[2 * i]) | value_of(hex[2 * i + 1]);
    oid.bytes[i] = static_cast<std::uint8_t>(byte);
  }
  return bad < 0 ? Oid{} : oid;
}

std::string Oid::hex() const { return hex_form({reinterpret_cast<const char*>(bytes.data()), kSize}); }

}  // namespace keysift
