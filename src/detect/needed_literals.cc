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

NeededLiterals::NeededLiterals(const Rule& rule)
    : has_keywords_(!rule.keywords.empty()), search_(all(rule)) {}

std::vector<Literal> NeededLiterals::all(const Rule& rule) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(kMaxPatternMemory);
  std::vector<std::string> needed;
  int id = 0;
  if (filter_.Add(rule.pattern->text(), options, &id) == RE2::NoError) filter_.Compile(&needed);
  // What is not ASCII may be in the text in several encodings.
  if (needed.size() > kMost || !std::all_of(needed.begin(), needed.end(), is_ascii)) needed.clear();
  needed_ = needed.size();
  std::vector<Literal> literals;
  const auto add = [&](std::string text, bool any_case, std::uint64_t bit) {
    text.resize(std::min(text.size(), kLongest));
    literals.push_back({std::move(text), any_case, true});
    bits_.push_back(bit);
  };
  std::uint64_t bit = 1;
  for (const auto& text : needed) {
    add(text, true, bit);
    bit <<= 1;
  }
  for (const auto& keyword : rule.keywords) add(keyword, !rule.exact_keywords, kKeyword);
  // The Kelvin sign and the long s, which are a k and an s in any case.
  add("\xe2\x84\xaa", false, kFold);
  add("\xc5\xbf", false, kFold);
  return literals;
}

std::uint64_t NeededLiterals::present_in(std::string_view bytes, Scratch& scratch) const {
  std::uint64_t present = 0;
  search_.find(bytes, scratch,
               [&](unsigned literal, std::size_t, std::size_t) { present |= bits_[literal]; });
  return present;
}

bool NeededLiterals::suffice(std::uint64_t present) const {
  if (has_keywords_ && (present & kKeyword) == 0) return false;
  if (needed_ == 0 || (present & kFold) != 0) return true;
  std::vector<int> atoms;
  for (std::size_t i = 0; i < needed_; ++i)
    if ((present >> i & 1U) != 0) atoms.push_back(static_cast<int>(i));
  std::vector<int> potential;
  filter_.AllPotentials(atoms, &potential);
  return !potential.empty();
}

}  // namespace keysift
