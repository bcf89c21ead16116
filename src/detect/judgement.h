// Telling a key from what only looks like one.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "rule/rule.h"

namespace keysift {

/// What is thought of a match, and why.
struct Judgement {
  bool kept = false;
  Confidence confidence = Confidence::low;  ///< of what is kept: the rule's, or low where there is doubt
  std::string_view reason;                  ///< a few words; lives for ever
};

/// How far from a match judge() looks: at a word, a digest or random text that it ends, at dots behind it.
inline constexpr std::size_t kJudgedRound = 39;

/// How much of a match's line, before and behind it, allowlists see.
inline constexpr std::size_t kLineBefore = 100;
inline constexpr std::size_t kLineAfter = 50;

/// Judges a match of `rule` in `bytes`: is it a word's end, a placeholder, one of the rule's own exceptions
/// (places are not looked at: see place_admitted), as random as the rule asks, with the right checksum?
Judgement judge(const Rule& rule, std::string_view bytes, const Pattern::Span& match);

/// The line, without its end, that bytes[begin, end) stand in; of a very long one, some thousand bytes round
/// them.
std::string_view line_of(std::string_view bytes, std::size_t begin, std::size_t end);

/// Whether an allowlist's regexes or stopwords name a secret, and it needs nothing else.
bool allows(const Allowlist& list, std::string_view secret, std::string_view match, std::string_view line);

/// Whether an allowlist that needs all of its conditions is content with those, and needs a path or a commit,
/// too.
bool allows_there(const Allowlist& list, std::string_view secret, std::string_view match,
                  std::string_view line);

/// Whether a line carries the mark that allows what stands in it: keysift:allow, or gitleaks:allow.
bool has_allowing_mark(std::string_view line);

/// Whether `secret` is written to show where a key goes: one character over and over, "your-key-here",
/// "example", "abcdefgh" ...
bool is_placeholder(std::string_view secret);

/// Where a match stands, as allowlists name places. The commit, which brought it in, may not be known.
struct MatchPlace {
  std::string_view path;
  std::string_view commit;
  std::span<const Allowlist* const> allowing;  ///< lists for which allows_there() holds
};

/// Whether an allowlist's paths or commits name a place, and it needs nothing else that does not hold.
bool allows_place(const Allowlist& list, const MatchPlace& place);

/// Whether `rule` may find something at a place: its own `path` is found there, and no allowlist names it.
bool place_admitted(const Rule& rule, const MatchPlace& place);

}  // namespace keysift
