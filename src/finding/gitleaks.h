// What a repository has for gitleaks, so that it counts here, too: its ignore file, and its reports.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "finding/finding.h"

namespace keysift {

/// The file's name, in the root of what is scanned.
inline constexpr std::string_view kGitleaksIgnoreFile = ".gitleaksignore";

/// Whether what gitleaks says of its rule `id` is about `rule`, too: if no rule of that id is `in_force`, it
/// is about any.
bool is_about(const std::string& id, const Rule& rule, const std::set<std::string>& in_force);

/// A line of the file: FILE:RULE:LINE or COMMIT:FILE:RULE:LINE
struct GitleaksEntry {
  std::string commit;        ///< hexadecimal name of the one that introduced it; empty: any
  std::string rule;          ///< its id
  std::size_t own_line = 0;  ///< of the file, from 1

  /// ".gitleaksignore:12"
  std::string place() const;
};

/// The entries of one such file.
class GitleaksIgnores {
 public:
  GitleaksIgnores() = default;

  /// Reads the file's `bytes`. As for IgnoreList, paths of findings begin in `folder`.
  explicit GitleaksIgnores(std::string_view bytes, std::string folder = {});

  /// The entry that allows the finding while the rules of these ids are in force; null if there is none. The
  /// entry's line is where the finding begins, now or in the commit that introduced it.
  const GitleaksEntry* allowing(const Finding& finding, const std::set<std::string>& rules) const;

  /// The numbers of the lines that are neither entries nor comments, and allow nothing.
  const std::vector<std::size_t>& wrong_lines() const { return wrong_lines_; }

 private:
  std::multimap<std::pair<std::string, std::uint64_t>, GitleaksEntry> entries_;  ///< by path and line
  std::vector<std::size_t> wrong_lines_;
  std::string folder_;
};

/// What a JSON report of gitleaks lists. Of secrets it keeps their hashes only.
class GitleaksReport {
 public:
  /// As for IgnoreList, paths of findings begin in `folder`.
  explicit GitleaksReport(std::string folder = {}) : folder_(std::move(folder)) {}

  /// Adds an entry, by what gitleaks calls RuleID, File, StartLine and Secret.
  void add(const std::string& rule, const std::string& path, std::uint64_t line, const std::string& secret);

  /// Whether it lists the finding, while the rules of these ids are in force: rule, path and secret fit; or,
  /// where gitleaks redacted the secret, rule, path and line, as in its ignore file.
  bool lists(const Finding& finding, const std::set<std::string>& rules) const;

 private:
  /// The rules by path, and by the secret's hash or, where it was redacted, by the line.
  std::map<std::pair<std::string, std::string>, std::set<std::string>> rules_;
  std::string folder_;
};

}  // namespace keysift
