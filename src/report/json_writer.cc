#include "report/json_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "base/text.h"

namespace keysift {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void add_unit(std::string& out, char32_t unit) {
  out += {'\\', 'u', kHex[unit >> 12 & 15], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15], kHex[unit & 15]};
}

/// A character beyond ASCII as one or two UTF-16 units (RFC 8259, section 7).
void add_character(std::string& out, char32_t character) {
  if (character < 0x10000) return add_unit(out, character);
  const auto rest = character - 0x10000;
  add_unit(out, 0xd800 + (rest >> 10));
  add_unit(out, 0xdc00 + (rest & 0x3ff));
}

bool is_plain(char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\' && c != '#'; }

/// What is not plain.
void add_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
    case '\\':
      out += {'\\', c};
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      add_unit(out, static_cast<unsigned char>(c));
  }
}

}  // namespace

void JsonWriter::name(std::string_view key) {
  separate();
  string(key);
  buffer_ += layout_ == Layout::line ? ":" : ": ";
}

void JsonWriter::field(std::string_view key, float value) {
  constexpr float kSmall = 1e-6F;  // below it ECMAScript and Go write an exponent
  const auto format =
      value != 0 && std::abs(value) < kSmall ? std::chars_format::scientific : std::chars_format::fixed;
  char digits[64];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value, format).ptr;
  name(key);
  buffer_.append(std::begin(digits), end);
}

void JsonWriter::separate() {
  if (!empty_) buffer_ += ',';
  empty_ = false;
  new_line();
}

void JsonWriter::new_line() {
  if (layout_ == Layout::line) return;
  buffer_ += '\n';
  buffer_.append((layout_ == Layout::narrow ? 1 : 2) * depth_, ' ');
}

void JsonWriter::string(std::string_view text) {
  buffer_ += '"';
  for (;;) {
    const auto special = std::find_if_not(text.begin(), text.end(), is_plain);
    buffer_.append(text.begin(), special);
    text.remove_prefix(static_cast<std::size_t>(special - text.begin()));
    if (text.empty()) break;
    if (text.front() == '#') {
      buffer_ += '#';
      const bool broken = begins_command(text);
      if (broken) add_unit(buffer_, '#');
      text.remove_prefix(broken ? 2 : 1);
    } else if (static_cast<unsigned char>(text.front()) < 0x80) {
      add_ascii(buffer_, text.front());
      text.remove_prefix(1);
    } else {
      add_character(buffer_, take_character(text));
    }
  }
  buffer_ += '"';
}

void JsonWriter::hand_on() {
  out_(buffer_);
  buffer_.clear();
}

}  // namespace keysift
