#include "detect/gathered.h"

#include <algorithm>
#include <iterator>

#include "detect/encoded_runs.h"

namespace keysift {

void Gathered::gather(std::string_view bytes, std::span<const FreshRange> fresh, std::size_t reach,
                      std::size_t further) {
  text_.clear();
  parts_.clear();
  Range part{0, 0};
  const auto lengthen = [&] {
    if (part.begin < part.end) part.end += run_after(bytes, part.end, further);
  };
  for (const auto& range : fresh) {
    const auto begin = range.begin - std::min(range.begin, reach);
    if (begin > part.end) lengthen();
    if (begin > part.end) {
      add(bytes, part);
      part.begin = begin - std::min(run_before(bytes, begin, further), begin - part.end);
    }
    part.end = std::max(part.end, std::min(bytes.size(), range.end + std::min(bytes.size(), reach)));
  }
  lengthen();
  add(bytes, part);
}

void Gathered::add(std::string_view bytes, Range stretch) {
  if (stretch.begin == stretch.end) return;
  parts_.push_back({text_.size(), stretch.begin});
  text_.append(bytes.substr(stretch.begin, stretch.end - stretch.begin)).push_back('\n');
}

std::optional<Range> Gathered::source(Range range) const {
  const auto next = std::upper_bound(parts_.begin(), parts_.end(), range.begin,
                                     [](std::size_t at, const Part& part) { return at < part.begin; });
  if (next != parts_.end() && range.end > next->begin) return std::nullopt;
  const auto& part = *std::prev(next);
  return Range{range.begin - part.begin + part.from, range.end - part.begin + part.from};
}

}  // namespace keysift
