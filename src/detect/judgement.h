// Telling a key from what only looks like one.
#pragma once
#include <cstddef>
#include <string_view>

#include "rule/rule.h"

namespace keysift {

/// What is thought of a match, and why.
struct Judgement {
  bool kept = false;
  Confidence confidence = Confidence::low;  ///< of what is kept: the rule's, or low where there is doubt
  std::string_view reason;                  ///< a few words; lives for ever
};

/// Judges a match of `rule` in `bytes`: is it a word's end, a placeholder, one of the rule's own exceptions
/// (paths are not looked at: see path_admitted), as random as the rule asks, with the right checksum?
Judgement judge(const Rule& rule, std::string_view bytes, const Pattern::Span& match);

/// The line, without its end, that bytes[begin, end) stand in; of a very long one, some thousand bytes round
/// them.
std::string_view line_of(std::string_view bytes, std::size_t begin, std::size_t end);

/// Whether an allowlist's regexes or stopwords name a secret; its paths and commits are not looked at.
bool allows(const Allowlist& list, std::string_view secret, std::string_view match, std::string_view line);

/// Whether a line carries the mark that allows what stands in it: keysift:allow, or gitleaks:allow.
bool has_allowing_mark(std::string_view line);

/// Whether `secret` is written to show where a key goes: one character over and over, "your-key-here",
/// "example", "abcdefgh" ...
bool is_placeholder(std::string_view secret);

/// Whether `rule` may find something at `path`: its own `path` is found in it, and no allowlist's is.
bool path_admitted(const Rule& rule, std::string_view path);

}  // namespace keysift
