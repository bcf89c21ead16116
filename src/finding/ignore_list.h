// .keysiftignore: what a team has looked at and allows, each entry with its reason.
#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "finding/coverage.h"
#include "finding/finding.h"

namespace keysift {

/// The file's name, in the root of what is scanned.
inline constexpr std::string_view kIgnoreFile = ".keysiftignore";

/// A line of it: WHAT [until YYYY-MM-DD] # REASON
struct IgnoreEntry {
  std::string what;      ///< a fingerprint, or a pattern of paths as gitignore(5) has them, without '!'
  std::string until;     ///< the last day on which it counts, in UTC; empty: it counts for good
  std::string reason;    ///< not empty, one line; raw bytes
  std::size_t line = 0;  ///< from 1

  bool has_fingerprint() const;
  /// Whether it counts no more at `now`, in seconds since 1970.
  bool expired(std::int64_t now) const;
  /// ".keysiftignore:12"
  std::string place() const;
};

/// An entry that somebody should look at: it has expired, or is the fingerprint of nothing that was found.
struct StaleEntry {
  IgnoreEntry entry;
  bool expired = false;
  std::size_t repository = 0;  ///< which of Report::repositories
};

/// Whether `text` is shaped like Finding::fingerprint(): 32 hexadecimal digits in lower case.
bool is_fingerprint(std::string_view text);

/// The entries of one file.
class IgnoreList {
 public:
  IgnoreList() = default;

  /// Reads the file's `bytes`; `file` names it in messages. Paths of findings begin in `folder`, which is
  /// empty or ends with '/' and is relative to where the file is. Throws Failure "file:line: ..." for a line
  /// without a reason, with a bad date, or with neither a fingerprint nor a pattern.
  IgnoreList(std::string_view bytes, const std::string& file, std::string folder = {});

  const std::vector<IgnoreEntry>& entries() const { return entries_; }

  /// The entry that allows the finding at `now`, one with its fingerprint first; null if there is none. A
  /// pattern that fits a folder or an archive allows what is in it, and none fits a message or a note.
  const IgnoreEntry* allowing(const Finding& finding, std::int64_t now) const;
  const IgnoreEntry* allowing(const EnvFinding& finding, std::int64_t now) const;

  /// The entries that have expired, and, if `found` is given, those whose fingerprint is not among them.
  std::vector<StaleEntry> stale(std::int64_t now, const std::set<std::string>* found) const;

 private:
  const IgnoreEntry* first(const std::set<std::string>& fingerprints, const std::string* path,
                           std::int64_t now) const;

  std::vector<IgnoreEntry> entries_;
  std::string folder_;
};

/// What the file's `bytes` become with `entry` in it, in place of those with the same fingerprint. Entries
/// are sorted, each below the comments that stand above it; comments before the first entry stay at the top.
/// Throws Failure as IgnoreList does.
std::string with_entry(std::string_view bytes, const std::string& file, const IgnoreEntry& entry);

}  // namespace keysift
