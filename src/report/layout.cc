#include "report/layout.h"

#include <algorithm>
#include <utility>

namespace keysift {

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string wrapped(std::string first, std::string_view text, std::size_t indent) {
  auto out = std::move(first);
  auto column = width(out);
  bool line_has_word = false;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (line_has_word && column + 1 + width(word) > kWidth) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (line_has_word) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width(word);
    line_has_word = true;
  }
  return out + '\n';
}

std::string shortened(std::string_view text, std::size_t most) {
  constexpr std::string_view kLeftOut = "...";
  if (width(text) <= most) return std::string(text);
  while (!text.empty() && width(text) + kLeftOut.size() > most) {
    do text.remove_prefix(1);
    while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xc0) == 0x80);
  }
  return std::string(kLeftOut) + std::string(text);
}

}  // namespace keysift
