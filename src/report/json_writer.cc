#include "report/json_writer.h"

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
      c < ' ' || c == '\x7f' ? add_unit(out, static_cast<unsigned char>(c)) : out.push_back(c);
  }
}

}  // namespace

void JsonWriter::name(std::string_view key) {
  separate();
  string(key);
  buffer_ += indented_ ? ": " : ":";
}

void JsonWriter::separate() {
  if (!empty_) buffer_ += ',';
  empty_ = false;
  new_line();
}

void JsonWriter::new_line() {
  if (!indented_) return;
  buffer_ += '\n';
  buffer_.append(2 * depth_, ' ');
}

void JsonWriter::string(std::string_view text) {
  buffer_ += '"';
  while (!text.empty()) {
    if (const char first = text.front(); static_cast<unsigned char>(first) < 0x80) {
      add_ascii(buffer_, first);
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
