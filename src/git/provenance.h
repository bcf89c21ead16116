// Where in history blobs lived: who brought them in, who took them out, who still has them.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/shared_strings.h"
#include "git/commit_graph.h"
#include "git/repository.h"
#include "git/tree_links.h"

namespace keysift {

/// The history of one thing at one path.
struct Appearance {
  std::uint32_t thing = 0;
  std::string path;  ///< from the root of the tree, which itself is ""; raw bytes
  Oid object;        ///< what holds it there in the introducing commit
  CommitIndex introduced =
      0;  ///< the first commit that has it there while no parent does; one that a ref reaches if there is any
  std::optional<CommitIndex>
      removed;                ///< if HEAD lacks it: the last commit in its history that took it away for good
  std::uint64_t commits = 0;  ///< how many commits have it there: of those that refs reach, else of all
  bool in_head = false;       ///< HEAD's tree has it there
  bool at_tip = false;        ///< the tree of HEAD, of a branch or of a remote's branch has it there
  bool reachable = false;     ///< a commit that a ref reaches has it there
  SharedStrings refs;         ///< those that reach such a commit, in the order they were given
};

/// A ref and the commit it leads to.
struct Tip {
  std::string ref;
  CommitIndex commit = 0;
};

/// The commits that `refs` lead to, through annotated tags too; refs to anything else, or to missing objects,
/// are left out.
std::vector<Tip> tips_of(ObjectReader& objects, const CommitGraph& graph, std::span<const Ref> refs);

/// An object that holds a thing whose history is asked for. Several may hold the same thing (versions of a
/// file), and one several things. The caller numbers the things.
struct Sought {
  Oid object;
  std::uint32_t thing = 0;
};

/// Traces what is sought through all commits of `graph`: trees, and what was wanted of `links`. The result is
/// sorted by thing, then path. Where trees have things at very many places, as only forged ones do, some of
/// them are told, of each thing at least one that has no longer path than a system takes; then `*cut` is set.
std::vector<Appearance> trace(const CommitGraph& graph, std::span<const Tip> tips,
                              std::span<const Sought> sought, const TreeLinks& links, bool* cut = nullptr);

/// For each set of commits, the names of the refs that reach any of them, in the order of `tips`. Equal lists
/// are shared.
std::vector<SharedStrings> refs_reaching(const CommitGraph& graph, std::span<const Tip> tips,
                                         std::span<const std::vector<CommitIndex>> commits);

}  // namespace keysift
