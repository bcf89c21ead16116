// All commits of a repository and how they hang together.
#pragma once
#include <cstdint>
#include <istream>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "git/oid.h"
#include "git/oid_table.h"
#include "git/repository.h"

namespace keysift {

/// What the header of a commit object says (git's Documentation: "commit object").
struct CommitHeader {
  Oid id;
  Oid tree;
  std::vector<Oid> parents;
  std::int64_t time = 0;  ///< committer's, seconds since 1970
};

/// The header of the commit `id`; nothing if `bytes` lack one.
std::optional<CommitHeader> parse_commit(const Oid& id, std::string_view bytes);

/// Puts replacements in the place of what they replace, as git shows history: a commit that a ref
/// `refs/replace/NAME` names takes the tree, the parents and the date of that ref's commit (git-replace); a
/// commit that a line of `grafts` names takes the parents listed after it (gitrepository-layout,
/// info/grafts).
void substitute(std::vector<CommitHeader>& headers, std::span<const Ref> refs, std::istream& grafts);

/// A commit's number in a CommitGraph.
using CommitIndex = std::uint32_t;

/// Commits by number, parents before children. Among commits that could come next, the oldest does; then the
/// one with the smallest name: the same commits are numbered alike in every clone.
class CommitGraph {
 public:
  /// Takes the headers in any order, each once. Parents that are not among them are left out, and so are
  /// commits in a circle, which only a forged repository has.
  explicit CommitGraph(const std::vector<CommitHeader>& headers);

  std::size_t size() const { return ids_.size(); }
  const Oid& id(CommitIndex commit) const { return ids_.id(commit); }
  const Oid& tree(CommitIndex commit) const { return trees_[commit]; }
  std::span<const CommitIndex> parents(CommitIndex commit) const {
    return std::span(parents_).subspan(first_parent_[commit],
                                       first_parent_[commit + 1] - first_parent_[commit]);
  }
  std::optional<CommitIndex> find(const Oid& id) const { return ids_.find(id); }

  /// For every commit, whether one of `tips` is it or descends from it.
  std::vector<bool> reachable_from(const std::vector<CommitIndex>& tips) const;

 private:
  OidTable ids_;  // numbered as the commits are
  std::vector<Oid> trees_;
  std::vector<CommitIndex> parents_;               // of all commits, one after another
  std::vector<std::uint32_t> first_parent_ = {0};  // by commit, and the end
};

}  // namespace keysift
