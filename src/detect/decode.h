// Taking encodings off, one layer at a time. Every decoder says where each byte came from.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/range.h"

namespace keysift {

/// A stretch of bytes with one layer of encoding taken off.
struct Decoded {
  std::string_view encoding;  ///< its name in reports; lives for ever
  std::string bytes;
  std::vector<Range> from;  ///< for each of `bytes`, the part of the encoded text that it was made from

  /// Whether a part of `bytes`, of ASCII, stands in the encoded text as it does here, with the same beside
  /// it.
  bool is_copied(std::string_view text, Range part) const;
};

/// Decodes the run of base64 (either alphabet) round `at`, where a group of four begins.
/// Line ends, spelled out or real, with blanks after them, may stand in the run, and what is between the
/// pieces of a string. Looks at some thousand characters on each side, not more.
Decoded decode_base64(std::string_view bytes, std::size_t at);

/// What the whole run of base64 that begins at `at` stands for, however long it is; `end` becomes where it
/// ends.
std::string decode_whole_base64(std::string_view bytes, std::size_t at, std::size_t& end);

/// Decodes the run of pairs of hexadecimal digits round `at`, where a pair begins.
Decoded decode_hex(std::string_view bytes, std::size_t at);

/// Decodes a stretch of text in every way of which it shows a mark: percent-encoding (RFC 3986), escapes of
/// JSON, C, JavaScript or Python, HTML's character references, quoted-printable (RFC 2045), literals that
/// the program puts together, and a value that goes on in the next line. One result for each.
std::vector<Decoded> decode_text(std::string_view bytes, Range stretch);

/// The first `count` bytes, or one character more, of what `text` stands for with the escapes of all those
/// encodings taken off.
std::string unescaped(std::string_view text, std::size_t count);

/// Puts together the texts of runs in XML of an Office document (Office Open XML), where Word splits words by
/// formatting, spelling and revision; nothing if `bytes` do not begin as such XML, or no text is in pieces.
std::optional<Decoded> decode_runs(std::string_view bytes);

/// Decodes UTF-16, with a byte order mark or, without one, if that is what the first bytes look like; nothing
/// if it is not.
std::optional<Decoded> decode_utf16(std::string_view bytes);

/// Decodes the run of ASCII in UTF-16, of either byte order, round a character of which `at` is the byte that
/// is not zero. Looks at some thousand bytes on each side, not more.
Decoded decode_utf16(std::string_view bytes, std::size_t at);

}  // namespace keysift
