#include "detect/needed_literals.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace keysift {
namespace {

constexpr std::uint64_t kKeyword = std::uint64_t{1} << 63;
constexpr std::uint64_t kFold = std::uint64_t{1} << 62;
constexpr std::size_t kMost = 62;  // literals of the pattern
constexpr int kLeast = 2;          // bytes of one: a letter alone is everywhere

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

bool NeededLiterals::Of::suffice(std::uint64_t present) const {
  if (!is_known || (present & kFold) != 0) return true;
  std::vector<bool> which;
  for (std::size_t i = 0; i < of_pattern.texts().size(); ++i) which.push_back((present >> i & 1U) != 0);
  return of_pattern.may_match(which);
}

NeededLiterals::NeededLiterals(const Rule& rule)
    : extent_(rule.pattern->extent(rule.keywords)),
      has_keywords_(!rule.keywords.empty()),
      all_(rule.pattern->text(), nullptr),
      near_(extent_.near, &rule) {}

std::uint64_t NeededLiterals::present_in(std::string_view bytes, Scratch& scratch) const {
  std::uint64_t present = 0;
  all_.search.find(bytes, scratch.anywhere,
                   [&](unsigned literal, std::size_t, std::size_t) { present |= all_.bits[literal]; });
  return present;
}

bool NeededLiterals::suffice(std::uint64_t present) const { return all_.suffice(present); }

// Of several keywords before a literal the last has the fewest lines between.
bool NeededLiterals::suffice_near(std::string_view bytes, Scratch& scratch) const {
  if (!near_.is_known && !has_keywords_) return true;
  auto& found = scratch.found;
  found.clear();
  near_.search.find(bytes, scratch.near, [&](unsigned literal, std::size_t begin, std::size_t) {
    const auto bit = near_.bits[literal];
    found.emplace_back(bit == kKeyword ? begin - std::min(begin, extent_.slack) : begin, bit);
  });
  // At one place the keyword first, whose bit is the highest.
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second > b.second;
  });
  std::uint64_t present = 0;
  std::size_t lines = SIZE_MAX;  // since the last keyword
  std::size_t counted = 0;
  for (const auto& [at, bit] : found) {
    if (bit == kKeyword) {
      lines = 0;
      counted = at + extent_.slack;
    } else if (lines <= extent_.lines && at > counted) {
      const auto between = bytes.substr(counted, at - counted);
      lines += static_cast<std::size_t>(std::count(between.begin(), between.end(), '\n'));
      counted = at;
    }
    if (lines <= extent_.lines || bit == kFold) present |= bit;
  }
  return (!has_keywords_ || (present & kKeyword) != 0) && near_.suffice(present);
}

}  // namespace keysift
