#include "base/fresh.h"

namespace keysift {
namespace {

// A range with the character before it and the rest of the one it ends in.
Range with_whole_characters(std::string_view bytes, Range range) {
  constexpr std::size_t kWidest = 4;
  const auto first = range.begin - std::min(range.begin, kWidest);
  const auto last = range.end + std::min(bytes.size() - range.end, kWidest);
  if (range.begin > first) --range.begin;
  while (range.begin > first && continues_character(bytes[range.begin])) --range.begin;
  while (range.end < last && continues_character(bytes[range.end])) ++range.end;
  return range;
}

}  // namespace

// ASCII stays that unless something else is put in, and UTF-8 where what meets does. Nearly all text is one
// of them: to look through all of it anew was a twentieth of a scan of git's history.
Characters characters_of(std::string_view bytes, const Fresh& fresh) {
  const auto before = fresh.reach.characters.value_or(Characters::other);
  const auto fits = [&](Range range) {
    const auto whole = with_whole_characters(bytes, range);
    const auto now = characters_of(bytes.substr(whole.begin, whole.end - whole.begin));
    return now == Characters::ascii || now == before;
  };
  const bool all_fit = before != Characters::other && !fresh.ranges.empty() &&
                       std::all_of(fresh.ranges.begin(), fresh.ranges.end(), fits);
  if (!all_fit) return characters_of(bytes);
  return before == Characters::ascii || is_ascii(bytes) ? Characters::ascii : Characters::wide;
}

}  // namespace keysift
