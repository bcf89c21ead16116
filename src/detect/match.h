// What a rule's pattern matches.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rule/rule.h"

namespace keysift {

/// No match is wider than this, however wide its pattern: what is read in pieces must overlap by so many
/// bytes.
inline constexpr std::size_t kMaxMatchWidth = 64 * 1024;

/// A secret in a run of bytes.
struct Match {
  const Rule* rule = nullptr;
  Confidence confidence = Confidence::low;
  std::size_t begin = 0;  ///< offsets of its first byte and of the byte after its last, encoded as they stand
  std::size_t end = 0;
  std::string secret;                     ///< with all encodings taken off
  std::vector<std::string_view> decoded;  ///< those encodings, the outermost first
  bool kept = true;                       ///< false: dropped; only given where that was asked for
  std::string reason;                     ///< why it is sure, doubtful or dropped, in a few words
  /// Allowlists of the rule that are content with the match, and need a path or a commit, too.
  std::vector<const Allowlist*> allowing_there = {};
  /// Rules that found the same, and go before this one at the paths that they ask for.
  std::vector<const Rule*> gives_way_to = {};
};

/// The group of a rule's pattern that its judge is asked about: gitleaks takes the whole match.
inline int judged_group(const Rule& rule) { return rule.judge == Judge::gitleaks ? 0 : rule.secret_group; }

/// What a rule's judge makes of what its pattern matched in `bytes`: a match, kept or not.
Match judged(const Rule& rule, std::string_view bytes, const Pattern::Span& span, Unit unit);

}  // namespace keysift
