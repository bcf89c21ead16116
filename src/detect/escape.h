// Characters that are written in other ways than as they are.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace keysift {

/// Looks at what stands at `at` in `text`: returns how many bytes that takes and adds to `out` what they
/// stand for, or returns 0.
using Step = std::size_t (*)(std::string_view text, std::size_t at, std::string& out);

/// Steps: %2d; \n, \x2d, \u002d and octal digits; &#45;, &#x2d; and names; =2D and a line's end after "=".
std::size_t percent_step(std::string_view text, std::size_t at, std::string& out);
std::size_t escape_step(std::string_view text, std::size_t at, std::string& out);
std::size_t html_step(std::string_view text, std::size_t at, std::string& out);
std::size_t quoted_printable_step(std::string_view text, std::size_t at, std::string& out);

/// What is not seen and stands for nothing: characters without a width, soft hyphens, where HTML may break a
/// word, a terminal's colours (ECMA-48, SGR and EL). kHiddenMarks has the first byte of each.
std::size_t hidden_step(std::string_view text, std::size_t at, std::string& out);
inline constexpr std::string_view kHiddenMarks = "\xc2\xe2\xef\x1b<";

/// Adds a character in UTF-8.
void add_utf8(std::string& out, std::uint32_t c);

}  // namespace keysift
