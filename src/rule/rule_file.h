// Reading rule files: TOML in the shape of gitleaks' configuration, with additions. docs/rules.md describes
// the format.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "rule/rule.h"

namespace keysift {

/// The rules in `toml`. `file` is the name that messages use. Every pattern is compiled and checked, for
/// people's files. Throws Failure "file:line: what is wrong, what would be right" for: a syntax error, an
/// unknown or missing key, a value of the wrong kind, no keyword, an empty pattern, one that RE2 refuses, one
/// that matches the empty string, a secretGroup the pattern lacks, an id given twice.
std::vector<Rule> parse_rules(std::string_view toml, const std::string& file);

/// The rules that are part of the binary.
std::vector<Rule> built_in_rules();

/// Adds the rules of a file, or of every *.toml directly in a folder, to `rules`. Throws Failure as
/// parse_rules does, and when an id is there already, or the folder holds no rule file.
void add_rules(std::vector<Rule>& rules, const std::filesystem::path& file_or_folder);

/// What a configuration file (.keysift.toml) says.
struct Config {
  std::vector<Allowlist> allowlists;   ///< `[[allowlists]]`: what is no finding
  std::vector<std::string> env_files;  ///< `[env] files`: more files with secrets, as patterns of .gitignore
  std::vector<std::string> env_templates;  ///< `[env] templates`: more of their templates
};

/// Reads a configuration. `file` names it in messages. Throws Failure, "file:line: ...", for a mistake.
Config parse_config(std::string_view toml, const std::string& file);

}  // namespace keysift
