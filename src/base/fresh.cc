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
  const auto* known = fresh.known();
  const auto before = known == nullptr ? Characters::other : known->characters.value_or(Characters::other);
  const auto fits = [&](Range range) {
    const auto whole = with_whole_characters(bytes, range);
    const auto now = characters_of(bytes.substr(whole.begin, whole.end - whole.begin));
    return now == Characters::ascii || now == before;
  };
  const bool all_fit =
      before != Characters::other && std::all_of(fresh.ranges.begin(), fresh.ranges.end(), fits);
  if (!all_fit) return characters_of(bytes);
  return before == Characters::ascii || is_ascii(bytes) ? Characters::ascii : Characters::wide;
}

// Parts mostly come in the order that they have in what they are from: each is looked for behind the last.
bool carry(const Fresh& fresh, std::size_t size, std::size_t most, std::vector<Carried>& carried) {
  carried.clear();
  if (fresh.known() == nullptr) return true;
  const auto& noted = fresh.reach->noted;
  auto next = noted.begin();
  // A part is between changes, but for the first and the last.
  const auto add_part = [&](Range part, std::size_t source) {
    const auto from = next != noted.begin() && source < std::prev(next)->end ? noted.begin() : next;
    next = std::partition_point(from, noted.end(), [&](const Noted& each) { return each.end <= source; });
    for (; next != noted.end() && next->end - source <= part.end - part.begin; ++next) {
      if (carried.size() > most) return;
      if (next->begin < source) continue;
      const auto begin = next->begin - source + part.begin;
      const auto end = next->end - source + part.begin;
      const bool is_near = (part.begin >= fresh.ranges.front().end && begin - part.begin <= next->before) ||
                           (part.end <= fresh.ranges.back().begin && part.end - end <= next->behind);
      if (!is_near && next->before == 0 && next->behind == 0) continue;
      // One made before it is put in is read while its parts are on their way to memory: that took five times
      // as long.
      auto& each = carried.emplace_back();
      each.literal = next->literal;
      each.begin = static_cast<std::uint32_t>(begin);
      each.end = static_cast<std::uint32_t>(end);
      each.before = next->before;
      each.behind = next->behind;
      each.is_near = is_near;
    }
  };
  Range part{0, 0};
  std::size_t source = 0;
  for (const auto& range : fresh.ranges) {
    part.end = range.begin;
    add_part(part, source);
    part.begin = range.end;
    source = range.source;
  }
  part.end = size;
  add_part(part, source);
  return carried.size() <= most;
}

}  // namespace keysift
