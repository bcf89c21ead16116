// What is in force in a scan: rules, and what is allowed by them all.
#pragma once
#include <string>
#include <vector>

#include "cli/allowing_files.h"
#include "cli/options.h"
#include "rule/gitleaks_file.h"
#include "rule/rule.h"

namespace keysift {

struct Configuration {
  std::vector<Rule> rules;
  bool has_built_in = true;                ///< all built-in rules are among them
  std::vector<std::string> rules_changed;  ///< ids of built-in rules that a file of `files` changes
  std::vector<Allowlist> allowlists;
  std::vector<std::string> env_files;      ///< files with secrets that it adds
  std::vector<std::string> env_templates;  ///< templates that it adds
  std::string name;                        ///< what reports call its file; empty: there is none
};

/// The rules that the options ask for, and what a configuration says: the file that `--config` names, or else
/// .keysift.toml or .gitleaks.toml of `files`, if these are given. One of gitleaks brings rules, too: what is
/// to be known of that is written to standard error, unless the options say `quiet`. Throws Failure for a
/// mistake in any of the files, for an id that no rule has, and where no rule is left.
Configuration read_configuration(const Options& options, const AllowingFiles* files);

/// A gitleaks configuration and what it extends. Throws Failure for a mistake in it, or when it cannot be
/// read.
GitleaksConfig read_gitleaks_config(const std::filesystem::path& file);

}  // namespace keysift
