// Sentences, and pieces of sentences, that formats share.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "finding/finding.h"
#include "report/mask.h"

namespace keysift {

/// What was found, how sure it is, since when it is there, and what to do first. `where` follows what was
/// found, as in " in a.txt"; it may be empty, and then the sentence holds nothing that a repository's author
/// wrote. Valid UTF-8; a rule's description may hold control characters.
std::string finding_message(const Finding& finding, const Mask& mask, std::string_view where);

/// " in config.py, line 12", for finding_message(). Printable.
std::string where_words(const Finding& finding, const Mask& mask);

/// Where it stands: "config.py:12:5", "message of commit 1a2b3c4d5e:3:1", "the name of a.txt". Printable.
std::string position_words(const Finding& finding, const Mask& mask);

/// "2024-05-01 "; nothing of a commit whose date cannot be read.
std::string day_words(const CommitInfo& commit);

/// "redis/redis: " for what is in that one of the report's repositories; empty if there is but one.
/// Printable.
std::string repository_words(const Report& report, const Mask& mask, std::size_t repository);

/// "2024-05-01 in 1a2b3c4d5e by Ann <ann@example.org>". Printable.
std::string commit_words(const CommitInfo& commit, const Mask& mask);

/// "3 things were not searched (1 archive-depth, 2 unreadable)", for a report with errors: keys may be there.
std::string incomplete_words(const Report& report);

/// ".gitleaks.toml takes away, replaces or changes 2 of keysift's own rules: ...", and what to do about it;
/// for a repository with rules_changed. Printable.
std::string changed_rules_words(const ScannedRepository& repository, const Mask& mask);

/// The file that a path leads to: of an archive's member ("a.zip!b") the archive. Raw bytes.
std::string file_of(const std::string& path);

/// As much of an object's name as people need.
std::string short_hash(std::string_view hash);

/// A ref as people say it: "main", "origin/main", "tag v1". Raw bytes.
std::string short_ref(std::string_view ref);

/// "a, b and c"
std::string listed(const std::vector<std::string>& all);

/// "a, b, c and 4 more": no more than `most` of `all`, each as `shown` has it.
std::string listed(const auto& all, std::size_t most, const auto& shown) {
  std::vector<std::string> some;
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i) some.push_back(shown(all[i]));
  if (all.size() > most) some.push_back(std::to_string(all.size() - most) + " more");
  return listed(some);
}

}  // namespace keysift
