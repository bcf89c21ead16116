#include "base/hash.h"

#include <sha2.h>

#include <array>
#include <cstdint>

namespace keysift {

namespace {

SHA2_CTX hashed(std::string_view bytes) {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return context;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  auto context = hashed(bytes);
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex{};
  SHA256End(&context, hex.data());
  return hex.data();
}

std::string sha256_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto context = hashed(bytes);
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH + 1> hash{};  // of three bytes each, the last one zero
  SHA256Final(hash.data(), &context);
  std::string text;
  for (std::size_t i = 0; i < hash.size(); i += 3) {
    const auto three = std::uint32_t{hash[i]} << 16 | std::uint32_t{hash[i + 1]} << 8 | hash[i + 2];
    for (const int shift : {18, 12, 6, 0}) text += kDigits[three >> shift & 63];
  }
  text.back() = '=';
  return text;
}

}  // namespace keysift
