#include "detect/needed_literals.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>

namespace keysift {
namespace {

constexpr std::uint64_t kKeyword = std::uint64_t{1} << 63;
constexpr std::uint64_t kFold = std::uint64_t{1} << 62;
constexpr std::size_t kMost = 62;  // literals of the pattern

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

NeededLiterals::Of::Of(const std::string& pattern, const Rule& rule, bool once)
    : has_keywords(!rule.keywords.empty()), search(literals(pattern, rule, once)) {}

std::vector<Literal> NeededLiterals::Of::literals(const std::string& pattern, const Rule& rule, bool once) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(kMaxPatternMemory);
  std::vector<std::string> all;
  int id = 0;
  if (!pattern.empty() && filter.Add(pattern, options, &id) == RE2::NoError) filter.Compile(&all);
  // What is not ASCII may be in the text in several encodings.
  if (all.size() > kMost || !std::all_of(all.begin(), all.end(), is_ascii)) all.clear();
  needed = all.size();
  std::vector<Literal> result;
  const auto add = [&](std::string text, bool any_case, std::uint64_t bit) {
    text.resize(std::min(text.size(), kLongest));
    result.push_back({std::move(text), any_case, once});
    bits.push_back(bit);
  };
  std::uint64_t bit = 1;
  for (const auto& text : all) {
    add(text, true, bit);
    bit <<= 1;
  }
  for (const auto& keyword : rule.keywords) add(keyword, !rule.exact_keywords, kKeyword);
  // The Kelvin sign and the long s, which are a k and an s in any case.
  add("\xe2\x84\xaa", false, kFold);
  add("\xc5\xbf", false, kFold);
  return result;
}

bool NeededLiterals::Of::suffice(std::uint64_t present) const {
  if (has_keywords && (present & kKeyword) == 0) return false;
  if (needed == 0 || (present & kFold) != 0) return true;
  std::vector<int> atoms;
  for (std::size_t i = 0; i < needed; ++i)
    if ((present >> i & 1U) != 0) atoms.push_back(static_cast<int>(i));
  std::vector<int> potential;
  filter.AllPotentials(atoms, &potential);
  return !potential.empty();
}

NeededLiterals::NeededLiterals(const Rule& rule)
    : extent_(rule.pattern->extent(rule.keywords)),
      all_(rule.pattern->text(), rule, true),
      near_(extent_.near, rule, false) {}

std::uint64_t NeededLiterals::present_in(std::string_view bytes, Scratch& scratch) const {
  std::uint64_t present = 0;
  all_.search.find(bytes, scratch.anywhere,
                   [&](unsigned literal, std::size_t, std::size_t) { present |= all_.bits[literal]; });
  return present;
}

bool NeededLiterals::suffice(std::uint64_t present) const { return all_.suffice(present); }

// Of several keywords before a literal the last has the fewest lines between.
bool NeededLiterals::suffice_near(std::string_view bytes, Scratch& scratch) const {
  if (near_.needed == 0) return true;
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
  return near_.suffice(present);
}

}  // namespace keysift
