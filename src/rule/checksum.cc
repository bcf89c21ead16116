#include "rule/checksum.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>

namespace keysift {
namespace {

constexpr std::size_t kDigits = 6;

}  // namespace

std::string crc32_base62(std::string_view body) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  auto rest = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  std::string digits(kDigits, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, rest /= 62)
    *digit = kAlphabet[rest % 62];
  return digits;
}

bool checksum_fits(Checksum checksum, std::string_view secret) {
  if (checksum == Checksum::none) return true;
  const auto body = secret.substr(secret.rfind('_') + 1);  // all of it if there is none
  return body.size() > kDigits && body.ends_with(crc32_base62(body.substr(0, body.size() - kDigits)));
}

}  // namespace keysift
