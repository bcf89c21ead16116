// How text is laid out in a terminal's columns.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace keysift {

/// Columns of a terminal that nobody made wider, and of no terminal.
inline constexpr std::size_t kWidth = 80;

/// ANSI's numbers for how text looks.
enum class Paint { bold = 1, red = 31, green = 32, yellow = 33 };

/// `text`, painted if there is `color`.
std::string painted(Paint paint, std::string_view text, bool color);

/// `text` as a link to `uri` (OSC 8, which terminals that do not know it pass over).
std::string linked(std::string_view text, std::string_view uri);

/// Columns that `text` takes: its characters, without what painted() and linked() put round them.
std::size_t width(std::string_view text);

/// `first` and then `text`, broken at spaces into lines of at most `most` columns; further lines begin with
/// `indent` spaces. A word is never broken.
std::string wrapped(std::string first, std::string_view text, std::size_t indent, std::size_t most = kWidth);

/// `text`, which has no paint, in at most `most` columns: of a longer one its end, behind "...".
std::string shortened(std::string_view text, std::size_t most);

/// The same, but its beginning, before "...".
std::string cut(std::string_view text, std::size_t most);

}  // namespace keysift
