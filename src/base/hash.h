// Hashing for fingerprints and reports.
#pragma once
#include <string>
#include <string_view>

namespace keysift {

/// SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// The same in base64, as a Content-Security-Policy names a script (CSP Level 3, section 2.3.1).
std::string sha256_base64(std::string_view bytes);

}  // namespace keysift
