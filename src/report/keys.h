// One key in twelve places is one problem.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "finding/finding.h"

namespace keysift {

/// How pressing it is to do something about a place: whoever has the files now has the key; whoever has the
/// history; nobody but this clone.
enum class Urgency { live, history_only, unreachable };

Urgency urgency(const Finding& finding);

/// A secret and all the places where it was found, the most urgent first. Borrows the findings.
struct Key {
  std::vector<const Finding*> places;

  /// The place that stands for the key.
  const Finding& first() const { return *places.front(); }
  const Secret& secret() const { return first().secret; }
  Urgency urgency() const { return keysift::urgency(first()); }
  /// That of its surest place.
  Confidence confidence() const;
  /// The commit that brought it in first, wherever that was; null if none is known.
  const CommitInfo* introduced() const;
  /// The commit that took it out of its last place; null if none is known, or it is still live.
  const CommitInfo* removed() const;
  /// The longest that it has been out, in days; nothing if that is not known.
  std::optional<std::uint64_t> exposed_days() const;
  bool overdue() const;
};

/// Whether rewriting the history would take the key out of the repository: only the history has it.
bool is_rewritable(const Key& key);

/// The findings by secret: live ones before those in history only, then the surest, then the longest out;
/// else in the order of the findings.
std::vector<Key> keys_of(const std::vector<Finding>& findings);

}  // namespace keysift
