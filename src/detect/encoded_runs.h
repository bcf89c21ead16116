// Finding text in base64 or in hexadecimal digits without decoding everything.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace keysift {

/// A place where text seems to be encoded.
struct EncodedRun {
  std::size_t at = 0;  ///< where a group of four base64 digits, or a pair of hexadecimal ones, begins
  bool hex = false;
};

/// No text of fewer encoded characters is found: 20 bytes in base64, the shortest keys there are.
inline constexpr std::size_t kShortestEncodedRun = 27;

/// Adds to `runs` where, in a run of base64 digits (of either alphabet), 18 bytes one after the other would
/// be ASCII (and no group of four is one digit four times), or printable in a run of hexadecimal digits: for
/// each alignment the first such place, and in a long run one in some thousand digits. Random digits look
/// like that once in 60,000 places.
void find_encoded_runs(std::string_view bytes, std::vector<EncodedRun>& runs);

/// How many of the bytes before, or from, `at` on, `most` at most and rather too many than too few, may
/// belong to the same run.
std::size_t run_before(std::string_view bytes, std::size_t at, std::size_t most);
std::size_t run_after(std::string_view bytes, std::size_t at, std::size_t most);

}  // namespace keysift
