// Object names.
#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace keysift {

/// A SHA-1 object name.
struct Oid {
  static constexpr std::size_t kSize = 20;
  std::array<std::uint8_t, kSize> bytes{};

  /// The name whose raw bytes start at `raw`.
  static Oid from_raw(const void* raw) {
    Oid oid;
    std::memcpy(oid.bytes.data(), raw, kSize);
    return oid;
  }

  /// The name that 40 hexadecimal digits spell; all zero when `hex` starts with anything else.
  static Oid from_hex(std::string_view hex);

  std::string hex() const;
  auto operator<=>(const Oid&) const = default;
};

/// Object names are hashes already: their first bytes do.
struct OidHash {
  std::size_t operator()(const Oid& oid) const {
    std::size_t hash;
    std::memcpy(&hash, oid.bytes.data(), sizeof hash);
    return hash;
  }
};

}  // namespace keysift
