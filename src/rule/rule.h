// One kind of secret.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rule/checksum.h"
#include "rule/pattern.h"

namespace keysift {

/// How sure a finding is. high: the shape is exact and nobody else's; medium: prefix and randomness agree;
/// low: worth a look.
enum class Confidence { low, medium, high };

/// "low", "medium" or "high".
std::string_view to_string(Confidence confidence);

/// What an allowlist's regexes are held against.
enum class AllowTarget { secret, match, line };

/// Matches that a rule's author knows to be harmless. It applies when any of its conditions holds, or `all`.
struct Allowlist {
  std::vector<std::shared_ptr<Pattern>> regexes;
  AllowTarget target = AllowTarget::secret;
  std::vector<std::shared_ptr<Pattern>> paths;
  std::vector<std::string> stopwords;  ///< held against the secret, without regard to case
  std::vector<std::string> commits;    ///< names, or their beginnings, of commits that brought a secret in
  bool all = false;                    ///< all conditions that it has must hold

  bool names_content() const { return !regexes.empty() || !stopwords.empty(); }
  bool names_place() const { return !paths.empty() || !commits.empty(); }
};

/// What must stand near a rule's match for it to be one.
struct Required {
  std::string rule;                    ///< the id of the rule that must match
  std::optional<std::size_t> lines;    ///< at most so many lines away
  std::optional<std::size_t> columns;  ///< at most so many columns
};

/// Who decides what of a rule's matches is a secret.
enum class Judge : std::uint8_t {
  keysift,   ///< detect/judgement
  gitleaks,  ///< as gitleaks does with a rule of its configuration: nothing but the rule itself counts
};

/// The provider of a rule that finds keys of providers that no other rule names.
inline constexpr std::string_view kAnyProvider = "any";

/// One kind of secret: what it looks like, how to tell a real one, and what to do about it.
struct Rule {
  std::string id;
  std::vector<std::string> aliases;  ///< ids of gitleaks' own rules that find the same
  std::string description;
  std::string provider;
  Confidence confidence = Confidence::medium;
  std::string console;  ///< the page where its owner revokes such a key; may be empty

  Judge judge = Judge::keysift;
  std::unique_ptr<Pattern> pattern;  ///< nothing, of gitleaks' rules: all files whose `path` fits are told
  int secret_group = 0;  ///< the group of `pattern` that is the secret; 0 is the whole match, or, of
                         ///< gitleaks' rules, the first group that is not empty
  std::vector<std::string> keywords;  ///< every match contains one of them. None: only texts no larger than a
                                      ///< match are searched. Of gitleaks' rules: one must stand in the
                                      ///< same file, if there are any
  bool exact_keywords = false;        ///< as written; else in any case
  double entropy = 0;  ///< least Shannon entropy of the secret, in bits per byte; 0: none asked
  Checksum checksum = Checksum::none;  ///< that the secret ends with
  char padding = '\0';  ///< a character of which a secret may have runs; they are not judged. '\0': none
  bool words = false;   ///< a secret may well consist of words, as passwords do
  std::unique_ptr<Pattern> path;  ///< if set, only paths it is found in
  std::vector<Allowlist> allowlists;

  std::vector<std::string> tags;
  std::vector<Required> required;
  bool reported = true;  ///< false: only other rules ask for its matches

  std::vector<std::string> examples;  ///< templates (rule/example.h) in which the rule finds one secret
  std::vector<std::string> counterexamples;  ///< templates in which it finds none

  std::string file;  ///< where it was read, for messages; "built-in/openai.toml" for the rules in the binary
  int line = 0;
};

}  // namespace keysift
