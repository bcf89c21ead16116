// Reading gitleaks' configuration, versions 8.0 to 8.30. docs/from-gitleaks.md says what is taken how.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rule/rule.h"

namespace keysift {

/// What a gitleaks configuration says.
struct GitleaksConfig {
  std::vector<Rule> rules;            ///< all with Judge::gitleaks
  std::vector<Allowlist> allowlists;  ///< what is no finding, whichever rule it is of
  bool use_default = false;  ///< `[extend] useDefault`: besides its rules those of the scanner itself
  std::vector<std::string> disabled_rules;  ///< of those, not these
  /// Ids of the scanner's own rules that it takes away, replaces or changes; take_rules() tells.
  std::vector<std::string> changed;
  std::vector<std::string> notes;  ///< what is not taken as gitleaks would, "file:line: ...", for people
};

/// Reads another file that a configuration extends; nothing if there is none.
using ExtendedFile = std::function<std::optional<std::string>(const std::string& path)>;

/// Whether TOML that may be a keysift configuration (parse_config) is one of gitleaks: it has rules, extends
/// another, or has another key that only gitleaks knows. What is no TOML is none.
bool is_gitleaks_config(std::string_view toml);

/// Reads a configuration; `file` names it in messages. What it extends by a path is read by `extended`, and
/// is part of the result. Throws Failure, "file:line: ...", for what gitleaks refuses, for a pattern that RE2
/// refuses, with its rule, and for a file to extend that is not there.
GitleaksConfig parse_gitleaks_config(std::string_view toml, const std::string& file,
                                     const ExtendedFile& extended);

/// Puts the rules of a configuration in the place of the built-in ones in `rules`, or, with `use_default`,
/// beside them. A rule that has the id of a built-in one and no pattern of its own changes that one; one that
/// has the id of one of gitleaks' adds its allowlists to the built-in ones that have it among their aliases.
/// Of these, disabled_rules takes away those whose aliases it names all.
void take_rules(GitleaksConfig& config, std::vector<Rule>& rules);

}  // namespace keysift
