// Which commits somebody asks for: a range, a branch, since a date, so many.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/commit_graph.h"
#include "git/object_database.h"
#include "git/object_reader.h"
#include "git/repository.h"

namespace keysift {

/// What is asked for. Of `range` and `branch` one at most is given; without either, all starts at HEAD. Where
/// `commits` is given, nothing else is.
struct RangeRequest {
  std::string
      range;  ///< "A..B": reachable from B and not from A; "A...B": from one only; an empty side is HEAD
  std::string branch;  ///< any revision: reachable from it
  /// Seconds since 1970. Only commits whose committer's date is this or later; nothing is looked for behind
  /// an older one, as git does it.
  std::optional<std::int64_t> since;
  std::optional<std::size_t> max_commits;   ///< the newest so many of the rest
  std::optional<std::vector<Oid>> commits;  ///< just these, each once

  bool empty() const { return range.empty() && branch.empty() && !since && !max_commits && !commits; }
};

/// The commits that a list names: one name of 40 hexadecimal digits a line, as `git rev-list` prints them; of
/// a name that comes again the first. Throws Failure, with `list_name` and the line, for anything else.
std::vector<Oid> parse_commit_list(std::string_view text, const std::string& list_name);

/// Where a range ends.
struct RangeTip {
  std::string ref;  ///< full name, of a branch rather than of HEAD; empty if the revision names no ref
  Oid commit;
};

/// The commit that a revision names, and which ref that is. Throws Failure, "OPTION: 'REVISION' ...", when
/// there is none, or its name fits several refs.
RangeTip named_commit(const Repository& repository, ObjectReader& objects, const std::string& option,
                      const std::string& revision);

/// A commit of a range and the tip that reaches it, by its place in CommitRange::tips.
struct RangeCommit {
  CommitHeader header;  ///< without parents that a shallow clone cut off, or that are missing
  std::size_t tip = 0;
};

/// The commits that were asked for.
struct CommitRange {
  std::vector<RangeTip> tips;  ///< one, or both of "A...B", or those of a list that none of it has as parent
  std::vector<RangeCommit> commits;  ///< newest first, or as listed
};

/// Finds the commits without a walk of the whole history: from both ends back to where they met. Where
/// committers' clocks went far wrong, commits of A's history may be among them; none that belongs is ever
/// left out. A commit that cannot be read goes to `on_error` (worker 0), and what lies behind it is not
/// known; so does one of A..B at which a shallow clone was cut off. Throws Failure when a revision is
/// unknown, fits several refs or names no commit, and when a commit that the request lists cannot be read.
CommitRange commits_in(const Repository& repository, const ObjectDatabase& database,
                       const RangeRequest& request, const ObjectErrorSink& on_error);

/// Whether the repository has the commit that `revision` names.
bool has_commit(const Repository& repository, const ObjectDatabase& database, const std::string& revision);

}  // namespace keysift
