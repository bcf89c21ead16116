// How the entries of a pack stand on each other.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "git/oid.h"
#include "git/pack.h"

namespace keysift {

/// The deltas of a pack as trees: each entry with the deltas made from it. About 36 bytes an object.
class PackForest {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// An entry of the pack; nodes are numbered in the order in which entries lie in the pack.
  struct Node {
    std::uint64_t data = 0;         ///< offset of the zlib stream
    std::uint64_t size = 0;         ///< bytes when inflated: of the object, or of the delta
    std::uint32_t object = 0;       ///< its number in the pack
    std::uint32_t child = kNone;    ///< the first delta made from it
    std::uint32_t sibling = kNone;  ///< the next delta made from the same base
    PackKind kind = PackKind::blob;
  };

  /// A delta whose base is not in the pack.
  struct Orphan {
    std::uint32_t node = 0;
    Oid base;
  };

  /// Reads all entry headers of `pack`, which outlives the forest, with `workers` threads.
  PackForest(const Pack& pack, unsigned workers);

  const Pack& pack() const { return *pack_; }
  const Node& node(std::uint32_t index) const { return nodes_[index]; }
  std::size_t size() const { return nodes_.size(); }

  /// Starts loading what a walk needs soon after `node`: its name and its neighbours. Waiting for those was 5
  /// % of a walk.
  void prefetch(const Node& node) const {
    pack_->prefetch_id(node.object);
    if (node.child != kNone) __builtin_prefetch(&nodes_[node.child]);
    if (node.sibling != kNone) __builtin_prefetch(&nodes_[node.sibling]);
  }

  /// The number of the object of that name, if it is in the pack.
  std::optional<std::uint32_t> find(const Oid& id) const { return names_.find(id); }
  void prefetch(const Oid& id) const { names_.prefetch(id); }

  /// Objects stored whole.
  std::span<const std::uint32_t> roots() const { return roots_; }

  /// Deltas whose bases are elsewhere.
  std::span<const Orphan> orphans() const { return orphans_; }

  /// Numbers of objects that cannot be reached, in order: their header is broken, or they stand on such an
  /// entry or on themselves.
  std::span<const std::uint32_t> broken() const { return broken_; }
  bool is_broken(std::uint32_t object) const {
    return std::binary_search(broken_.begin(), broken_.end(), object);
  }

 private:
  class Offsets;
  struct Headers;
  void read_header(std::uint32_t index, const Offsets& offsets, Headers& found);
  void add_child(std::uint32_t base, std::uint32_t child);
  void find_unreachable();

  const Pack* pack_;
  PackNames names_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> roots_;
  std::vector<Orphan> orphans_;
  std::vector<std::uint32_t> broken_;
};

}  // namespace keysift
