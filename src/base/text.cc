#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <span>

namespace keysift {
namespace {

/// A character of UTF-8: its code point and how many bytes it takes. No bytes: there is none here.
struct Character {
  char32_t code = 0;
  std::size_t length = 0;
};

/// The character that `bytes`, which is not empty, begins with. Overlong forms, surrogates and what lies
/// beyond U+10FFFF are none.
Character first_character(std::string_view bytes) {
  const auto lead = static_cast<std::uint8_t>(bytes[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes.size() < length) return {};
  char32_t code = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(bytes[i]);
    if ((next & 0xc0) != 0x80) return {};
    code = code << 6 | (next & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, length};
}

struct Stretch {
  char32_t first = 0;
  char32_t last = 0;
};

/// In order: what a terminal obeys (C0, DEL, C1), what breaks or reorders the text around it, and what nobody
/// sees.
constexpr std::array<Stretch, 11> kUnsafe = {{{0, 0x1f},
                                              {0x7f, 0x9f},
                                              {0xad, 0xad},
                                              {0x61c, 0x61c},
                                              {0x180e, 0x180e},
                                              {0x200b, 0x200f},
                                              {0x2028, 0x202e},
                                              {0x2060, 0x206f},
                                              {0xfeff, 0xfeff},
                                              {0xfff9, 0xfffb},
                                              {0xe0000, 0xe007f}}};

/// As Unicode has it (White_Space), less what is unsafe.
constexpr std::array<Stretch, 7> kBlanks = {{{0x20, 0x20},
                                             {0xa0, 0xa0},
                                             {0x1680, 0x1680},
                                             {0x2000, 0x200a},
                                             {0x202f, 0x202f},
                                             {0x205f, 0x205f},
                                             {0x3000, 0x3000}}};

bool is_in(std::span<const Stretch> stretches, char32_t code) {
  return std::any_of(stretches.begin(), stretches.end(),
                     [code](const Stretch& each) { return code >= each.first && code <= each.last; });
}

bool is_unsafe(char32_t code) { return is_in(kUnsafe, code); }

std::string formatted(const char* format, unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

// Where the first byte is that is no ASCII character, or the end.
std::size_t first_wide(std::string_view bytes) {
  constexpr std::size_t kBlock = 64;
  const auto is_wide = [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; };
  std::size_t at = 0;
  for (; bytes.size() - at > kBlock; at += kBlock) {
    // The compiler makes a few instructions of a block.
    unsigned char all = 0;
    for (const char c : bytes.substr(at, kBlock)) all |= static_cast<unsigned char>(c);
    if (is_wide(static_cast<char>(all))) break;
  }
  return static_cast<std::size_t>(
      std::find_if(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), is_wide) - bytes.begin());
}

}  // namespace

bool is_ascii(std::string_view bytes) { return first_wide(bytes) == bytes.size(); }

Characters characters_of(std::string_view bytes) {
  bool wide = false;
  for (bytes.remove_prefix(first_wide(bytes)); !bytes.empty(); bytes.remove_prefix(first_wide(bytes))) {
    const auto length = first_character(bytes).length;
    if (length == 0) return Characters::other;
    wide = true;
    bytes.remove_prefix(length);
  }
  return wide ? Characters::wide : Characters::ascii;
}

bool begins_command(std::string_view text) {
  if (!text.starts_with("##")) return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto after = std::find_if_not(text.begin() + 2, text.end(), is_letter);
  return after != text.end() && *after == '[';
}

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto [code, length] = first_character(bytes);
    if (code == '#' && begins_command(bytes)) {
      out += "#\\x23";
      bytes.remove_prefix(2);
      continue;
    }
    if (length == 0 || (length == 1 && is_unsafe(code))) {
      out += formatted("\\x%02x", static_cast<std::uint8_t>(bytes[0]));
    } else if (is_unsafe(code)) {
      out += formatted("\\u{%04x}", code);
    } else {
      out += bytes.substr(0, length);
    }
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string without_commands(std::string_view lines) {
  std::string out;
  out.reserve(lines.size());
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    auto text = line;
    for (auto rest = text; !rest.empty() && is_in(kBlanks, take_character(rest));) text = rest;
    out += line.substr(0, line.size() - text.size());
    if (text.starts_with("::")) {
      out += "\\x3a";
      text.remove_prefix(1);
    }
    out += text;
    lines.remove_prefix(line.size());
    if (lines.empty()) break;
    out += '\n';
    lines.remove_prefix(1);
  }
  return out;
}

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto length = first_character(bytes).length;
    out += length == 0 ? "\xef\xbf\xbd" : bytes.substr(0, length);
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string uri_path(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_alnum || std::string_view("-._~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::string hex_form(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string form;
  for (const char c : bytes) {
    form += kDigits[static_cast<unsigned char>(c) >> 4];
    form += kDigits[c & 15];
  }
  return form;
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string_view beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && continues_character(text[most])) --most;
  return text.substr(0, most);
}

char32_t take_character(std::string_view& bytes) {
  const auto [code, length] = first_character(bytes);
  bytes.remove_prefix(length == 0 ? 1 : length);
  return length == 0 ? U'\ufffd' : code;
}

std::string_view trimmed(std::string_view text, std::string_view blanks) {
  const auto begin = std::min(text.find_first_not_of(blanks), text.size());
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

std::string_view take_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

std::string_view without_byte_order_mark(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return bytes.substr(bytes.starts_with(kMark) ? kMark.size() : 0);
}

bool has_utf16_mark(std::string_view bytes) {
  return bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
}

std::vector<std::string> words_of(std::string_view text, std::string_view blanks) {
  std::vector<std::string> words;
  for (text = trimmed(text, blanks); !text.empty(); text = trimmed(text, blanks)) {
    words.emplace_back(text.substr(0, text.find_first_of(blanks)));
    text.remove_prefix(words.back().size());
  }
  return words;
}

std::string counted(unsigned long long count, std::string_view noun) {
  auto text = std::to_string(count) + ' ';
  text += noun;
  if (count != 1) text += 's';
  return text;
}

std::string human_bytes(unsigned long long bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  constexpr std::array kUnits{" kB", " MB", " GB", " TB", " PB", " EB"};
  std::size_t unit = 0;
  auto step = 100ULL;  // a tenth of the unit
  const auto tenths = [&] { return bytes / step + (bytes % step >= step / 2 ? 1 : 0); };
  while (tenths() >= 10000 && unit + 1 < kUnits.size()) {
    step *= 1000;
    ++unit;
  }
  return std::to_string(tenths() / 10) + '.' + std::to_string(tenths() % 10) + kUnits[unit];
}

namespace {

bool same_letter(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return lower(a) == lower(b);
}

}  // namespace

bool equal_caseless(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_letter);
}

bool contains_caseless(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same_letter) != text.end();
}

}  // namespace keysift
