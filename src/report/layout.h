// How text is laid out in a terminal's columns.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace keysift {

/// Columns of a terminal that nobody made wider.
inline constexpr std::size_t kWidth = 80;

/// Characters, for counting columns: bytes that do not continue a character.
std::size_t width(std::string_view text);

/// `first` and then `text`, broken at spaces; further lines begin with `indent` spaces. A word is never
/// broken.
std::string wrapped(std::string first, std::string_view text, std::size_t indent);

/// `text` in at most `most` columns: of a longer one its end, behind "...".
std::string shortened(std::string_view text, std::size_t most);

}  // namespace keysift
