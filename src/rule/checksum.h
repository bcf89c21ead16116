// Checksums that keys carry.
#pragma once
#include <string>
#include <string_view>

namespace keysift {

enum class Checksum {
  none,
  crc32_base62,  ///< six digits at the end: GitHub's tokens since 2021, and npm's
  crc32_hex      ///< eight hexadecimal digits behind the last '_', least byte first: Grafana's
};

/// The CRC-32 of `body` in six digits of base 62 (0-9 A-Z a-z), as GitHub's and npm's tokens end with it.
std::string crc32_base62(std::string_view body);

/// The CRC-32 of `body` in eight hexadecimal digits, its least byte first, as Grafana's tokens end with it.
std::string crc32_hex(std::string_view body);

/// Whether `secret` is something and its checksum: of what stands after its last '_' in base 62, of all
/// before that in hexadecimal digits.
bool checksum_fits(Checksum checksum, std::string_view secret);

}  // namespace keysift
