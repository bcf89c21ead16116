// Checksums that keys carry.
#pragma once
#include <string>
#include <string_view>

namespace keysift {

enum class Checksum {
  none,
  crc32_base62  ///< six digits at the end: GitHub's tokens since 2021, and npm's
};

/// The CRC-32 of `body` in six digits of base 62 (0-9 A-Z a-z), as GitHub's and npm's tokens end with it.
std::string crc32_base62(std::string_view body);

/// Whether `secret`, after its last '_', is something and its checksum.
bool checksum_fits(Checksum checksum, std::string_view secret);

}  // namespace keysift
