// What tracing needs of all trees of a repository, read in one pass.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "git/object_walk.h"
#include "git/oid_table.h"

namespace keysift {

/// An object (a blob, say) that holds a thing whose history is asked for. Several may hold the same thing
/// (versions of a file), and one several things. The caller numbers the things.
struct Sought {
  Oid object;
  std::uint32_t thing = 0;
};

/// How the trees of a repository contain each other, and which of them name what is sought. Memory: about 8
/// bytes for each subtree that a tree names, and 60 for each tree.
class TreeLinks {
 public:
  /// An entry of a tree: a subtree, by its number, or a sought object, by its index.
  struct Link {
    std::uint32_t name = 0;
    std::uint32_t target = 0;
  };

  /// Reads all trees of `objects`. Those that cannot be read count as empty.
  TreeLinks(const ObjectWalk& objects, const ObjectWalkOptions& options, std::span<const Sought> sought);

  /// How many trees there are. They are numbered from 0.
  std::size_t size() const { return trees_.size(); }
  std::optional<std::uint32_t> find(const Oid& tree) const { return trees_.find(tree); }

  /// The subtrees of a tree.
  std::span<const Link> subtrees(std::uint32_t tree) const;

  /// The sought objects that a tree names. An object that is sought for several things is there once for
  /// each.
  std::span<const Link> sought(std::uint32_t tree) const;

  const std::string& name(std::uint32_t name) const { return names_[name]; }

 private:
  struct Share;
  // One tree's links: where they begin in which worker's list, and how many there are.
  struct Record {
    std::uint64_t begin = 0;
    std::uint32_t subtrees = 0;
    std::uint32_t sought = 0;
    std::uint32_t worker = 0;
  };
  void merge(std::vector<Share> shares);

  OidTable trees_;
  std::vector<Record> records_;           // by tree
  std::vector<std::vector<Link>> links_;  // by worker; of each tree the subtrees, then what is sought
  std::vector<std::string> names_;
};

}  // namespace keysift
