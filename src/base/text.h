// Making bytes from a repository safe to show, and taking text apart.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace keysift {

/// `bytes` as valid UTF-8 that a terminal shows and does not obey: control characters, C1 controls, marks of
/// direction, characters that nobody sees and bytes that are no UTF-8 become `\xNN` or `\u{NNNN}`, and so
/// does the second '#' of what begins_command(). Everything else is left as it is.
std::string printable(std::string_view bytes);

/// Whether `text` begins with what CI systems take for a command wherever it stands in a line: "##[group]",
/// "##vso[task.setvariable]".
bool begins_command(std::string_view text);

/// `lines`, which are printable(), with the "::" of each that begins with it, behind blanks, as "\x3a:":
/// GitHub Actions takes such a line for a command.
std::string without_commands(std::string_view lines);

/// `bytes` as valid UTF-8, for JSON: bytes that are no UTF-8 become U+FFFD, all else stays.
std::string valid_utf8(std::string_view bytes);

/// Any bytes in hexadecimal digits, in lower case.
std::string hex_form(std::string_view bytes);

/// Whether `text` is hexadecimal digits in lower case, and nothing else.
bool is_hex(std::string_view text);

/// The first `most` bytes of UTF-8, without a character that would be cut in two.
std::string_view beginning(std::string_view text, std::size_t most);

/// Whether all bytes are ASCII characters.
bool is_ascii(std::string_view bytes);

/// What bytes are made of.
enum class Characters {
  ascii,  ///< characters of one byte each
  wide,   ///< UTF-8, some of it characters of more bytes
  other,  ///< no UTF-8
};
Characters characters_of(std::string_view bytes);

/// Whether `byte` is of a character of UTF-8, and not its first.
inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// Takes the first character off `bytes`, which is not empty: its code point; U+FFFD, of one byte, where it
/// is no UTF-8.
char32_t take_character(std::string_view& bytes);

/// The bytes of a path as a URI has them (RFC 3986): all but '/' and its unreserved characters as %XX.
std::string uri_path(std::string_view path);

/// Whether two texts are the same but for the case of ASCII letters.
bool equal_caseless(std::string_view a, std::string_view b);

/// Whether `word` is in `text`, in any case of ASCII letters.
bool contains_caseless(std::string_view text, std::string_view word);

/// `text` without the blanks at both ends.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\v\f");

/// Takes the first line, without its '\n', off `rest`.
std::string_view take_line(std::string_view& rest);

/// `bytes` without the byte order mark of UTF-8 at their beginning, if there is one.
std::string_view without_byte_order_mark(std::string_view bytes);

/// Whether `bytes` begin with a byte order mark of UTF-16.
bool has_utf16_mark(std::string_view bytes);

/// The words of a text, which blanks part.
std::vector<std::string> words_of(std::string_view text, std::string_view blanks = " \t\r");

/// "1 file", "12 files": `count` with its noun, which takes an s unless there is exactly one.
std::string counted(unsigned long long count, std::string_view noun);

/// Bytes for people: "812 B", "3.4 MB" (powers of ten).
std::string human_bytes(unsigned long long bytes);

}  // namespace keysift
