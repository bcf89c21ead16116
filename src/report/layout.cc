#include "report/layout.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace keysift {
namespace {

constexpr std::string_view kLeftOut = "...";
constexpr std::string_view kLink = "\x1b]8;;", kLinkEnd = "\x1b\\";

/// The length of the sequence of ours that `text` begins with, or 0.
std::size_t sequence_length(std::string_view text) {
  if (!text.starts_with('\x1b')) return 0;
  const auto end = text.starts_with(kLink) ? text.find(kLinkEnd) + kLinkEnd.size() : text.find('m') + 1;
  return std::min(end, text.size());
}

}  // namespace

std::string painted(Paint paint, std::string_view text, bool color) {
  if (!color) return std::string(text);
  return "\x1b[" + std::to_string(static_cast<int>(paint)) + 'm' + std::string(text) + "\x1b[0m";
}

std::string linked(std::string_view text, std::string_view uri) {
  std::string link(kLink);
  link.append(uri).append(kLinkEnd).append(text).append(kLink).append(kLinkEnd);
  return link;
}

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto sequence = sequence_length(text);
    if (sequence == 0 && !continues_character(text.front())) ++columns;
    text.remove_prefix(std::max(sequence, std::size_t{1}));
  }
  return columns;
}

std::string wrapped(std::string first, std::string_view text, std::size_t indent, std::size_t most) {
  auto out = std::move(first);
  auto column = width(out);
  bool line_has_word = false;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (line_has_word && column + 1 + width(word) > most) {
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
  auto columns = width(text);
  if (columns <= most) return std::string(text);
  for (; !text.empty() && columns + kLeftOut.size() > most; --columns) {
    do text.remove_prefix(1);
    while (!text.empty() && continues_character(text.front()));
  }
  return std::string(kLeftOut) + std::string(text);
}

std::string cut(std::string_view text, std::size_t most) {
  auto columns = width(text);
  if (columns <= most) return std::string(text);
  for (; !text.empty() && columns + kLeftOut.size() > most; --columns) {
    while (text.size() > 1 && continues_character(text.back())) text.remove_suffix(1);
    text.remove_suffix(1);
  }
  return std::string(text) + std::string(kLeftOut);
}

}  // namespace keysift
