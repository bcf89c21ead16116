#include "detect/layer.h"

#include <algorithm>
#include <utility>

namespace keysift {
namespace {

// Whether a long run has some of it in a range.
bool has_long_run(std::string_view bytes, Range range, const Run& kind) {
  const auto is_in = [&](std::size_t at) { return kind.bytes.test(static_cast<unsigned char>(bytes[at])); };
  for (auto at = range.begin; at < range.end; at += kind.longest) {
    std::size_t run = 0;
    for (auto back = at; back > 0 && run <= kind.longest && is_in(back - 1); --back) ++run;
    for (auto next = at; next < bytes.size() && run <= kind.longest && is_in(next); ++next) ++run;
    if (run > kind.longest) return true;
  }
  return false;
}

}  // namespace

void add_range(std::vector<Range>& ranges, Range more) {
  while (!ranges.empty() && ranges.back().end >= more.begin) {
    more.begin = std::min(more.begin, ranges.back().begin);
    more.end = std::max(more.end, ranges.back().end);
    ranges.pop_back();
  }
  ranges.push_back(more);
}

void Layer::start() {
  characters.reset();
  decided_.clear();
  ++text_number_;
}

void Layer::look_in(std::uint32_t rule, Range range, bool beginning) {
  auto& ranges = near[rule].ranges;
  if (ranges.empty()) touched.push_back(rule);
  near[rule].beginning = beginning;
  add_range(ranges, range);
}

void Layer::decide(std::uint32_t rule, Places places) {
  decided_.push_back(rule);
  if (near[rule].ranges.empty() && !places.ranges.empty()) touched.push_back(rule);
  near[rule] = std::move(places);
}

bool Layer::is_decided(std::uint32_t rule, std::string_view bytes) const {
  const auto& ranges = near[rule].ranges;
  if (!ranges.empty() && ranges.front().begin == 0 && ranges.front().end == bytes.size()) return true;
  return std::find(decided_.begin(), decided_.end(), rule) != decided_.end();
}

// Keywords are often near each other, and so the ranges round them the same: looking at each anew was a tenth
// of a scan of redis' history with gitleaks' rules.
bool Layer::has_long_run(std::string_view bytes, std::uint32_t rule, Range range,
                         std::span<const Run> kinds) {
  auto& [number, known] = looked_[rule];
  const bool more = number == text_number_ && known.begin <= range.begin && range.begin <= known.end;
  const Range rest{more ? known.end : range.begin, range.end};
  const auto is_long = [&](const Run& kind) { return keysift::has_long_run(bytes, rest, kind); };
  if (std::any_of(kinds.begin(), kinds.end(), is_long)) return true;
  number = text_number_;
  known = {more ? known.begin : range.begin, std::max(rest.begin, range.end)};
  return false;
}

}  // namespace keysift
