// Templates for keys that are not keys until they are expanded, so that no file of ours looks like a leak.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace keysift {

/// Expands a template: `{{rand N}}` becomes N characters of A-Z a-z 0-9 _ -, `{{rand N ALPHABET}}` N
/// characters of ALPHABET: alnum, upper (A-Z 0-9), lower (a-z 0-9), hex, digit, base64; `{{crc32 N}}` N of
/// alnum and their checksum (rule/checksum.h); `{{repeat N TEXT}}` N times TEXT. The same template and seed
/// give the same text everywhere. Throws Failure when a `{{...}}` is none of these.
std::string expand_template(std::string_view text, std::uint64_t seed = 1);

}  // namespace keysift
