#include "rule/checksum.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kDigits = 6;

std::uint32_t crc32_of(std::string_view body) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
}

}  // namespace

std::string crc32_base62(std::string_view body) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  auto rest = crc32_of(body);
  std::string digits(kDigits, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, rest /= 62)
    *digit = kAlphabet[rest % 62];
  return digits;
}

std::string crc32_hex(std::string_view body) {
  std::string bytes;
  for (auto rest = crc32_of(body); bytes.size() < sizeof rest; rest >>= 8) bytes += static_cast<char>(rest);
  return hex_form(bytes);
}

bool checksum_fits(Checksum checksum, std::string_view secret) {
  if (checksum == Checksum::none) return true;
  const auto body = secret.substr(secret.rfind('_') + 1);  // all of it if there is none
  if (checksum == Checksum::crc32_hex)
    return body.size() < secret.size() &&
           equal_caseless(body, crc32_hex(secret.substr(0, secret.size() - body.size() - 1)));
  return body.size() > kDigits && body.ends_with(crc32_base62(body.substr(0, body.size() - kDigits)));
}

}  // namespace keysift
