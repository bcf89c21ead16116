#include "audit/excerpt.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "detect/randomness.h"

namespace keysift {
namespace {

constexpr std::size_t kMostBefore = 40;  // bytes
constexpr std::size_t kMostAfter = 20;
constexpr std::string_view kMasked = "****";
constexpr std::size_t kLeastToken = 12;      // bytes; what is shorter is hardly a secret of its own
constexpr double kWordEvidence = 4;          // bits; one random text in 16 has more
constexpr std::size_t kMostNeighbours = 64;  // matches of one line that are looked at

bool in_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("+/_-").find(c) != std::string_view::npos;
}

// Whether a word reads like a key that no rule knows: neither prose nor a name.
bool is_random_word(std::string_view token) {
  const auto has = [&](char first, char last) {
    return std::any_of(token.begin(), token.end(), [&](char c) { return c >= first && c <= last; });
  };
  return token.size() >= kLeastToken && (has('0', '9') || (has('a', 'z') && has('A', 'Z'))) &&
         word_evidence(token) < kWordEvidence;
}

// Whether a token, or one of its parts does: the words of a path that leads to a key are evidence for the
// rest.
bool is_random(std::string_view token) {
  if (is_random_word(token)) return true;
  while (!token.empty()) {
    const auto part = token.substr(0, token.find_first_of("+/_-"));
    if (is_random_word(part)) return true;
    token.remove_prefix(std::min(part.size() + 1, token.size()));
  }
  return false;
}

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// The matches, of some in order, that may reach to before `end`. One that was dropped may lie in another.
std::span<const Match> near(std::span<const Match> matches, std::size_t end) {
  const auto last = std::partition_point(matches.begin(), matches.end(),
                                         [&](const Match& match) { return match.begin < end; });
  const auto count = std::min(static_cast<std::size_t>(last - matches.begin()), kMostNeighbours);
  return {last - static_cast<std::ptrdiff_t>(count), last};
}

// bytes[begin, end) with "****" for what `others` and `keys` cover, and for what reads like a key that no
// rule knows.
std::string masked(std::string_view bytes, std::size_t begin, std::size_t end, std::span<const Match> others,
                   std::span<const Range> keys) {
  std::vector<Range> neighbours(keys.begin(), keys.end());
  for (const auto& match : near(others, end)) neighbours.push_back({match.begin, match.end});
  std::string text;
  while (begin < end) {
    const auto covers = [&](const Range& other) { return other.begin <= begin && begin < other.end; };
    const auto other = std::find_if(neighbours.begin(), neighbours.end(), covers);
    if (other != neighbours.end()) {
      text += kMasked;
      begin = std::min(end, other->end);
      continue;
    }
    auto most = end;
    for (const auto& next : neighbours)
      if (next.begin > begin) most = std::min(most, next.begin);
    auto stop = begin;
    while (stop < most && in_token(bytes[stop])) ++stop;
    const auto token = bytes.substr(begin, std::max(stop - begin, std::size_t{1}));
    text += is_random(token) ? kMasked : token;
    begin += token.size();
  }
  return text;
}

}  // namespace

// What is left of a word that is cut in two is left out: a piece of a key would not look like one.
Excerpt excerpt_of(std::string_view bytes, Range secret, std::span<const Match> others,
                   std::span<const Range> keys) {
  const auto cuts_word = [&](std::size_t at) {
    return at > 0 && at < bytes.size() &&
           ((in_token(bytes[at - 1]) && in_token(bytes[at])) || continues_character(bytes[at]));
  };
  auto begin = secret.begin;
  while (begin > 0 && secret.begin - begin < kMostBefore && !is_line_end(bytes[begin - 1])) --begin;
  const bool cut_before = begin > 0 && !is_line_end(bytes[begin - 1]);
  while (cut_before && begin < secret.begin && cuts_word(begin)) ++begin;
  auto end = secret.end;
  while (end < bytes.size() && end - secret.end < kMostAfter && !is_line_end(bytes[end])) ++end;
  const bool cut_after = end < bytes.size() && !is_line_end(bytes[end]);
  while (cut_after && end > secret.end && cuts_word(end)) --end;
  return {(cut_before ? "..." : "") + masked(bytes, begin, secret.begin, others, keys),
          masked(bytes, secret.end, end, others, keys) + (cut_after ? "..." : "")};
}

}  // namespace keysift
