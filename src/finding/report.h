// One run's outcome: all that a report is made of.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "finding/coverage.h"
#include "finding/finding.h"
#include "finding/ignore_list.h"

namespace keysift {

/// Something that was not searched, so that the scan is incomplete.
struct ScanError {
  std::string path;     ///< file, object or repository; raw bytes
  std::string message;  ///< what went wrong, and what to do about it where there is something
  Cause cause = Cause::unreadable;
  std::size_t repository = 0;  ///< which of Report::repositories
  auto operator<=>(const ScanError&) const = default;
};

/// What was looked at.
struct Summary {
  std::uint64_t files = 0;    ///< files of a work tree or folder
  std::uint64_t objects = 0;  ///< git blobs
  std::uint64_t commits = 0;
  std::uint64_t bytes = 0;       ///< all bytes searched
  std::uint64_t suppressed = 0;  ///< findings left out because the baseline lists them
  /// Entries of the baseline that were not found any more; nothing if there is no baseline, or if not all
  /// was looked at.
  std::optional<std::uint64_t> fixed;
};

/// What was scanned: a repository, a folder, a stream.
struct ScannedRepository {
  /// What reports that join several call it: the end of its address ("redis/redis"), else its folder's name.
  /// Raw bytes.
  std::string name;
  std::string url;       ///< of its remote "origin", without user and password; empty: none is known
  std::string revision;  ///< hexadecimal name of HEAD's commit; empty: none
  std::string branch;    ///< that HEAD is on, without "refs/heads/"; empty: none. Raw bytes
  Summary summary;       ///< of it alone
  std::string config_from =
      {};  ///< where --config-from has what is allowed read from; empty: not given. Raw bytes
  std::string config_commit = {};  ///< hexadecimal name of that commit; empty: none
  /// Ids of built-in rules that a configuration in it takes away, replaces or changes.
  std::vector<std::string> rules_changed = {};
  std::string rules_changed_by = {};     ///< that configuration's name. Raw bytes
  std::vector<std::string> nested = {};  ///< folders in it, repositories of their own, whose history was not
                                         ///< searched. Raw bytes

  /// Whether a path is in one of those.
  bool is_nested(std::string_view path) const;
};

/// Sorted by its maker: two runs over the same bytes give equal reports, whatever the number of threads.
struct Report {
  std::string target;                           ///< what was scanned, as the user named it
  std::vector<ScannedRepository> repositories;  ///< one, or all that a report joins
  std::vector<const Rule*> rules;               ///< the rules in force; they outlive the report
  std::vector<Finding> findings;
  std::vector<Finding>
      allowed;  ///< found, and allowed by somebody: told apart, so that nobody hides a leak unseen
  std::vector<Finding> known;     ///< left out because the baseline lists them
  std::vector<Finding> dropped;   ///< matches that are no findings; only if somebody asked why
  std::vector<StaleEntry> stale;  ///< of the ignore file, in its order
  bool env_checked = false;
  std::vector<EnvFinding> env;
  std::vector<Passage> passages;  ///< how each file with secrets stands at each door
  bool env_alone = false;         ///< nothing else was asked for
  std::vector<ScanError> errors;
  /// Keys that are no findings, since what they stand in was not searched: a file's name, a ref's. Reports
  /// mask them.
  std::vector<Secret> keys_beside;
  Summary summary;
};

/// How many of a report's errors have each cause that any has.
std::map<Cause, std::uint64_t> skipped(const Report& report);

}  // namespace keysift
