// Compressed data among text.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "detect/decode.h"

namespace keysift {

/// What begins as a compressed file or a zip archive does, and stands in base64.
struct Packed {
  Range place;                            ///< where it stands, encoded
  std::vector<std::string_view> decoded;  ///< the encodings that were taken off, the outermost first
  std::string bytes;                      ///< without them
};

/// Those that begin at some of `places` in `bytes`, where something compressed in base64 seems to.
std::vector<Packed> packed_at(std::string_view bytes, std::vector<std::size_t> places);

/// Of some that were found in decoded text: they stand where that was decoded from.
void move_out(std::span<Packed> found, const Decoded& decoded);

/// In order and apart: decoded text may hold what was found without decoding it, or a part of it.
std::vector<Packed> outermost(std::vector<Packed> all);

}  // namespace keysift
