// Compressed data among text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"

namespace keysift {

/// What begins as a compressed file or a zip archive does, and stands in base64.
struct Packed {
  Range place;                            ///< where it stands, encoded
  std::vector<std::string_view> decoded;  ///< the encodings that were taken off, the outermost first
  std::string bytes;                      ///< without them
};

}  // namespace keysift
