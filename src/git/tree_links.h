// What tracing needs of all trees of a repository.
#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "git/object_walk.h"
#include "git/oid_table.h"
#include "git/tree.h"
#include "git/tree_names.h"

namespace keysift {

/// How the trees of a repository contain each other, and which of them name wanted objects. Memory: 4 bytes
/// for each subtree that a tree names, and about 80 for each tree.
class TreeLinks {
 public:
  /// An entry of one tree or of several: a subtree or a wanted object, under a name.
  struct Entry {
    std::uint32_t name = 0;
    std::uint32_t object = 0;
  };

  class Maker;

  /// How many objects there are: those that were wanted, trees that have links, and what they lead to. They
  /// are numbered from 0.
  std::size_t size() const { return objects_.size(); }
  std::optional<std::uint32_t> find(const Oid& object) const { return objects_.find(object); }
  const Oid& id(std::uint32_t object) const { return objects_.id(object); }

  /// The numbers of the entries that an object has, in the tree's order; none if it is no tree.
  std::span<const std::uint32_t> entries_of(std::uint32_t object) const;

  const std::vector<Entry>& entries() const { return entries_; }
  const std::string& name(std::uint32_t name) const { return names_[name]; }

 private:
  class NameTable;
  struct Share;
  // One tree's links: where they begin in which worker's list, and how many there are.
  struct Record {
    std::uint64_t begin = 0;
    std::uint32_t count = 0;
    std::uint32_t worker = 0;
  };
  void add(Share share, NameTable& names);

  OidTable objects_;
  std::vector<Record> records_;  // by object
  std::vector<Entry> entries_;
  std::vector<std::vector<std::uint32_t>> links_;  // by worker: entries
  std::vector<std::string> names_;
};

/// Makes TreeLinks of trees, one by one.
class TreeLinks::Maker {
 public:
  /// Of `wanted` objects the entries are kept, and of files that are `named` so. `workers` add trees.
  Maker(std::span<const Oid> wanted, unsigned workers, NameSet named = {});
  ~Maker();
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;

  /// Adds a tree. Workers may call at the same time. Returns what is to be the reach of trees that are made
  /// from this one: of those, only the entries round what is fresh are looked at.
  Reach add(const Object& tree, unsigned worker);

  /// The links of all trees that were added. Call it once.
  TreeLinks finish();

 private:
  static std::size_t beginning(const Oid& id) { return std::size_t{id.bytes[0]} << 8 | id.bytes[1]; }
  static std::size_t ending(std::string_view name) {
    return (name.size() & 255) << 8 | (name.empty() ? 0U : static_cast<unsigned char>(name.back()));
  }

  class Reading;
  bool is_link(const TreeEntry& entry) const;

  OidTable wanted_;
  NameSet named_;
  // Nearly every entry of a tree is unwanted: two bytes of its object's name, and how long its own is and the
  // last byte of that, tell most of the time.
  std::bitset<65536> beginnings_;
  std::bitset<65536> endings_;
  std::vector<Share> shares_;  // by worker
};

/// Reads all trees of `objects` for their links, as Maker keeps them. Those that cannot be read count as
/// empty, and go to `on_error`.
TreeLinks read_tree_links(const ObjectWalk& objects, const ObjectWalkOptions& options,
                          std::span<const Oid> wanted, const NameSet& named, const ObjectErrorSink& on_error);

}  // namespace keysift
