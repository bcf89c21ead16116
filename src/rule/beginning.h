// Where matches of a pattern begin, seen from their keywords.
#pragma once
#include <algorithm>
#include <bitset>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace keysift {

/// Each match has a keyword that begins at most `before` bytes after the match does, and the match's first
/// byte is one of `bytes`.
struct Beginning {
  std::size_t before = 0;
  std::bitset<256> bytes;  ///< none: nothing is known
  bool is_known() const { return bytes.any(); }

  /// Whether a match may begin from `begin` on, but before `end`.
  bool may_be_in(std::string_view text, std::size_t begin, std::size_t end) const {
    return std::any_of(text.begin() + begin, text.begin() + end,
                       [&](char byte) { return bytes[static_cast<unsigned char>(byte)]; });
  }
};

/// Of a pattern (RE2 syntax, Latin-1) and keywords, which count as written (`exact`) or in any case. Nothing
/// is known where a match may begin further off than a few bytes, or the pattern is too intricate.
Beginning beginning_of(std::string_view pattern, std::span<const std::string> keywords, bool exact);

}  // namespace keysift
