// Numbers as git's files hold them: the highest byte first.
#pragma once
#include <cstdint>
#include <cstring>

namespace keysift {

/// The number in the four bytes at `at`.
inline std::uint32_t big_endian_32(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}

/// The number in the eight bytes at `at`.
inline std::uint64_t big_endian_64(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap64(value);
}

}  // namespace keysift
