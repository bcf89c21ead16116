#include "base/fresh.h"

#include <array>

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

// Finds what was noted by where it ends.
class NotedByEnd {
 public:
  // Of something, in order of their ends.
  explicit NotedByEnd(std::span<const Noted> noted) : noted_(noted) {
    while (noted.back().end >> shift_ >= kStretches) ++shift_;
    auto next = first_.begin();
    std::uint32_t number = 0;
    for (const auto& each : noted) {
      const auto behind = first_.begin() + (each.end >> shift_) + 1;
      if (behind > next) next = std::fill_n(next, behind - next, number);
      ++number;
    }
    std::fill(next, first_.end(), number);
  }

  // What ends behind `begin` and before or at `end`, and perhaps more after that.
  std::span<const Noted> within(std::size_t begin, std::size_t end) const {
    const auto from = begin >> shift_;
    const auto to = std::min(end >> shift_, kStretches - 1);
    if (from > to || first_[from] == first_[to + 1]) return {};
    const auto some = noted_.subspan(first_[from], first_[to + 1] - first_[from]);
    const auto same = some.first(first_[from + 1] - first_[from]);
    const auto next =
        std::partition_point(same.begin(), same.end(), [&](const Noted& each) { return each.end <= begin; });
    return some.subspan(static_cast<std::size_t>(next - same.begin()));
  }

 private:
  static constexpr std::size_t kStretches = 128;
  std::span<const Noted> noted_;
  unsigned shift_ = 0;                               // a stretch is so many bits of an end
  std::array<std::uint32_t, kStretches + 1> first_;  // that ends in a stretch, or behind it
};

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

// Most parts are short and have nothing in them: to look for each among all that was noted was a quarter of
// this in libgit2's history.
bool carry(const Fresh& fresh, std::size_t size, std::size_t most, std::vector<Carried>& carried) {
  carried.clear();
  if (fresh.known() == nullptr || fresh.reach->noted.empty()) return true;
  const NotedByEnd noted(fresh.reach->noted);
  // A part is between changes, but for the first and the last.
  const auto add_part = [&](Range part, std::size_t source) {
    for (const auto& each : noted.within(source, source + (part.end - part.begin))) {
      if (each.end - source > part.end - part.begin || carried.size() > most) return;
      if (each.begin < source) continue;
      const auto begin = each.begin - source + part.begin;
      const auto end = each.end - source + part.begin;
      const bool is_near = (part.begin >= fresh.ranges.front().end && begin - part.begin <= each.before) ||
                           (part.end <= fresh.ranges.back().begin && part.end - end <= each.behind);
      if (!is_near && each.before == 0 && each.behind == 0) continue;
      // One made before it is put in is read while its parts are on their way to memory: that took five times
      // as long.
      auto& put = carried.emplace_back();
      put.literal = each.literal;
      put.begin = static_cast<std::uint32_t>(begin);
      put.end = static_cast<std::uint32_t>(end);
      put.before = each.before;
      put.behind = each.behind;
      put.is_near = is_near;
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
