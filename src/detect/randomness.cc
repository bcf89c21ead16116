#include "detect/randomness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <unordered_set>

namespace keysift {
namespace {

enum Class { kLower, kUpper, kDigit, kOther };

Class class_of(char c) {
  if (c >= 'a' && c <= 'z') return kLower;
  if (c >= 'A' && c <= 'Z') return kUpper;
  return c >= '0' && c <= '9' ? kDigit : kOther;
}

// How likely a letter (row) is followed by another (column) within English words and the identifiers of
// programs, counted in our own sources, pages and a list of such words. 0 to 9 stand for -4 to 3 bits more
// than were all letters alike.
constexpr std::string_view kPairs =
    "15760250504767050767422141"   // a
    "72548320643831700654700050"   // b
    "70327008507610800547400010"   // c
    "60059020800330600472521140"   // d
    "61675431100557051886042530"   // e
    "70217730900600810556500030"   // f
    "60109036800436600673620000"   // g
    "82009000800030810635400030"   // h
    "34665450001649740467050303"   // i
    "50009000005000700076800003"   // j
    "30029100700306300084300040"   // k
    "70069200802700830055520040"   // l
    "85209000701363770040400010"   // m
    "60677480504314630178530030"   // n
    "14552340314668560856746010"   // o
    "80018004600710760856501040"   // p
    "00000000000500000400900000"   // q
    "70459140704344730466420050"   // r
    "40508006704310650169603040"   // s
    "70539207700300610775503040"   // t
    "46656340500778150768000000"   // u
    "70009000800000600100001010"   // v
    "80017008700507800650000000"   // w
    "86727600600000080008000740"   // x
    "43006000400574670498007234"   // y
    "60009020500600700020602077";  // z

double pair_bits(char a, char b) {
  const auto letter = [](char c) { return static_cast<std::size_t>((c | 0x20) - 'a'); };
  return (kPairs[26 * letter(a) + letter(b)] - '0') * 7.0 / 9 - 4;
}

// How likely in words a character of one class is followed by one of another.
constexpr std::array<std::array<double, 4>, 4> kFollowing = {{
    {0.84, 0.04, 0.02, 0.10},  // a lower case letter
    {0.50, 0.40, 0.02, 0.08},  // an upper case letter
    {0.05, 0.05, 0.60, 0.30},  // a digit
    {0.75, 0.15, 0.08, 0.02},  // anything else: it separates
}};

// Bits that say a pair of characters in a text of words.
double word_bits(char a, char b) {
  const auto from = class_of(a);
  const auto to = class_of(b);
  const double bits = std::log2(kFollowing[from][to]);
  if (to == kDigit) return bits - std::log2(10);
  if (to == kOther) return bits - 1;
  const bool same_word = (from == kLower && to == kLower) || from == kUpper;
  return bits - std::log2(26) + (same_word ? pair_bits(a, b) : 0);
}

// How many characters a random text was drawn from, by those that are in it.
double alphabet_size(std::string_view text) {
  const auto all_in = [&](std::string_view set) {
    return text.find_first_not_of(set) == std::string_view::npos;
  };
  if (all_in("0123456789abcdef-_") || all_in("0123456789ABCDEF-_")) return 16;
  std::array<bool, 4> has{};
  for (const char c : text) has[class_of(c)] = true;
  return 26.0 * has[kLower] + 26.0 * has[kUpper] + 10.0 * has[kDigit] + 2.0 * has[kOther];
}

template <typename Continues>
std::size_t longest(std::string_view text, Continues&& continues) {
  std::size_t best = text.empty() ? 0 : 1;
  std::size_t length = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    length = continues(text[i - 1], text[i]) ? length + 1 : 1;
    best = std::max(best, length);
  }
  return best;
}

}  // namespace

double entropy(std::string_view text) {
  std::array<std::size_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const auto count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

std::size_t longest_run(std::string_view text) {
  return longest(text, [](char a, char b) { return a == b; });
}

std::size_t longest_sequence(std::string_view text) {
  return std::max(longest(text, [](char a, char b) { return b == a + 1; }),
                  longest(text, [](char a, char b) { return b == a - 1; }));
}

double repeated_share(std::string_view text) {
  constexpr std::size_t kStretch = 4;
  if (text.size() < kStretch) return 0;
  std::unordered_set<std::uint32_t> seen;
  const auto count = text.size() - kStretch + 1;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t stretch;
    std::memcpy(&stretch, text.data() + i, kStretch);
    seen.insert(stretch);
  }
  return 1 - static_cast<double>(seen.size()) / static_cast<double>(count);
}

double word_evidence(std::string_view text) {
  const double random_bits = -std::log2(std::max(alphabet_size(text), 1.0));
  double evidence = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const double bits = word_bits(text[i - 1], text[i]) - random_bits;
    // Digits make no words, though numbers are likelier than mixed characters: keys have such parts, too.
    const bool digits = class_of(text[i - 1]) == kDigit || class_of(text[i]) == kDigit;
    evidence += digits ? std::min(bits, 0.0) : bits;
  }
  return evidence;
}

}  // namespace keysift
