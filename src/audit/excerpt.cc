#include "audit/excerpt.h"

#include <algorithm>
#include <string>

namespace keysift {
namespace {

constexpr std::size_t kMostBefore = 40;  // bytes
constexpr std::size_t kMostAfter = 20;
constexpr std::string_view kMasked = "****";

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// bytes[begin, end) with "****" for each of `others` in it.
std::string masked(std::string_view bytes, std::size_t begin, std::size_t end,
                   std::span<const Match> others) {
  std::string text;
  while (begin < end) {
    const auto covers = [&](const Match& other) { return other.begin <= begin && begin < other.end; };
    const auto other = std::find_if(others.begin(), others.end(), covers);
    if (other == others.end()) {
      text += bytes[begin++];
    } else {
      text += kMasked;
      begin = std::min(end, other->end);
    }
  }
  return text;
}

}  // namespace

Excerpt excerpt_of(std::string_view bytes, const Match& match, std::span<const Match> others) {
  const auto newline = bytes.substr(0, match.begin).rfind('\n');
  auto begin = newline == std::string_view::npos ? 0 : newline + 1;
  const bool cut_before = match.begin - begin > kMostBefore;
  if (cut_before) begin = match.begin - kMostBefore;
  while (cut_before && begin < match.begin && continues_character(bytes[begin])) ++begin;
  auto end = std::min(bytes.find_first_of("\r\n", match.end), bytes.size());
  const bool cut_after = end - match.end > kMostAfter;
  if (cut_after) end = match.end + kMostAfter;
  while (cut_after && end > match.end && continues_character(bytes[end])) --end;
  return {(cut_before ? "..." : "") + masked(bytes, begin, match.begin, others),
          masked(bytes, match.end, end, others) + (cut_after ? "..." : "")};
}

}  // namespace keysift
