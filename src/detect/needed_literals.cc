#include "detect/needed_literals.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "base/text.h"

namespace keysift {
namespace {

constexpr std::uint64_t kKeyword = std::uint64_t{1} << 63;
constexpr std::uint64_t kFold = std::uint64_t{1} << 62;
constexpr std::size_t kMost = 62;  // literals of the pattern
constexpr int kLeast = 2;          // bytes of one: a letter alone is everywhere

// How many literals are remembered of a text: they take twice its memory at most.
constexpr std::size_t most_found(std::size_t size) { return 1024 + size / 16; }

// To look for a match from each of many places may take as long as that many searches of the whole.
constexpr bool are_few(std::size_t begins, std::size_t size) {
  constexpr std::size_t kFew = 16;
  constexpr std::size_t kBytes = std::size_t{1} << 20;
  return begins <= kFew + kBytes / std::max<std::size_t>(1, size);
}

}  // namespace

NeededLiterals::Of::Of(const std::string& pattern, const Rule* keywords)
    : of_pattern(pattern, kLeast), search(literals(keywords)) {}

std::vector<Literal> NeededLiterals::Of::literals(const Rule* keywords) {
  const auto& needed = of_pattern.texts();
  // What is not ASCII may be in the text in several encodings.
  is_known = !needed.empty() && needed.size() <= kMost && std::all_of(needed.begin(), needed.end(), is_ascii);
  std::vector<Literal> result;
  const auto add = [&](std::string text, bool any_case, std::uint64_t bit) {
    text.resize(std::min(text.size(), kLongest));
    result.push_back({std::move(text), any_case, keywords == nullptr});
    bits.push_back(bit);
  };
  for (std::size_t i = 0; is_known && i < needed.size(); ++i) add(needed[i], true, std::uint64_t{1} << i);
  if (keywords != nullptr)
    for (const auto& keyword : keywords->keywords) add(keyword, !keywords->exact_keywords, kKeyword);
  // The Kelvin sign and the long s, which are a k and an s in any case.
  add("\xe2\x84\xaa", false, kFold);
  add("\xc5\xbf", false, kFold);
  return result;
}

// Most texts have the same of them as the one before.
bool NeededLiterals::Of::suffice(std::uint64_t present, Scratch::Answer& known) const {
  if (!is_known || (present & kFold) != 0) return true;
  if (known && known->first == present) return known->second;
  std::vector<bool> which;
  for (std::size_t i = 0; i < of_pattern.texts().size(); ++i) which.push_back((present >> i & 1U) != 0);
  known.emplace(present, of_pattern.may_match(which));
  return known->second;
}

NeededLiterals::NeededLiterals(const Rule& rule)
    : extent_(rule.pattern->extent(rule.keywords)),
      has_keywords_(!rule.keywords.empty()),
      begins_with_keyword_(has_keywords_ && std::all_of(rule.keywords.begin(), rule.keywords.end(),
                                                        [&](const std::string& keyword) {
                                                          return keyword.size() == extent_.before;
                                                        })),
      all_(rule.pattern->text(), nullptr),
      near_(extent_.near, &rule) {}

std::uint64_t NeededLiterals::present_in(std::string_view bytes, Scratch& scratch) const {
  std::uint64_t present = 0;
  all_.search.find(bytes, scratch.anywhere,
                   [&](unsigned literal, std::size_t, std::size_t) { present |= all_.bits[literal]; });
  return present;
}

// The literals of a match's first lines and the keywords, in the order of where a match with them begins or
// goes on.
void NeededLiterals::find_near(std::string_view bytes, Scratch& scratch) const {
  auto& found = scratch.found;
  found.clear();
  const auto most = most_found(bytes.size());
  near_.search.find(bytes, scratch.near, [&](unsigned literal, std::size_t begin, std::size_t) {
    if (found.size() > most) return;
    const auto bit = near_.bits[literal];
    found.push_back({bit == kKeyword ? begin - std::min(begin, extent_.slack) : begin, begin, bit});
  });
  // At one place the keyword first, whose bit is the highest.
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.from != b.from ? a.from < b.from : a.bit > b.bit; });
  std::size_t line = 0;
  std::size_t counted = 0;
  for (auto& each : found) {
    const auto [from, to] = std::minmax(counted, each.begin);
    const auto between = bytes.substr(from, to - from);
    const auto lines = static_cast<std::size_t>(std::count(between.begin(), between.end(), '\n'));
    line = each.begin < counted ? line - lines : line + lines;
    counted = each.begin;
    each.line = line;
  }
}

Places NeededLiterals::places_in(std::string_view bytes, Scratch& scratch) const {
  const Places everywhere{{{0, bytes.size()}}};
  if (!has_keywords_) return everywhere;
  find_near(bytes, scratch);
  if (scratch.found.size() > most_found(bytes.size())) return everywhere;
  Places begins{{}, true};
  bool folded = false;
  bool keyword = false;
  std::array<std::size_t, kMost> next{};  // by literal: the line that it has next, from 1 on
  std::for_each(scratch.found.rbegin(), scratch.found.rend(), [&](const Scratch::Found& each) {
    folded = folded || each.bit == kFold;
    if (each.bit < kFold) next.at(static_cast<std::size_t>(std::countr_zero(each.bit))) = each.line + 1;
    if (each.bit != kKeyword) return;
    keyword = true;
    std::uint64_t present = 0;
    for (std::size_t i = 0; i < near_.of_pattern.texts().size(); ++i)
      if (next.at(i) > 0 && next.at(i) <= each.line + extent_.lines + 1) present |= std::uint64_t{1} << i;
    if (near_.suffice(present, scratch.suffices_near)) begins.ranges.push_back({each.begin, each.begin + 1});
  });
  if (!keyword || (!folded && begins.ranges.empty())) return begins;
  if (folded || !begins_with_keyword_ || !are_few(begins.ranges.size(), bytes.size())) return everywhere;
  std::reverse(begins.ranges.begin(), begins.ranges.end());
  return begins;
}

}  // namespace keysift
