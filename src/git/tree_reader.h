// Trees, the newest of them kept.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "git/object_reader.h"
#include "git/tree.h"

namespace keysift {

/// A tree object.
class Tree {
 public:
  explicit Tree(std::string_view bytes) : bytes_(bytes) {}
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  std::string_view bytes() const { return bytes_; }

  /// Whether the entry at `hint` has these bytes; if so, `hint` moves to the next one. It is 0 at first.
  bool continues_with(std::string_view entry, std::size_t& hint) const {
    if (!std::string_view(bytes_).substr(hint).starts_with(entry)) return false;
    hint += entry.size();
    return true;
  }

  /// The entry of that name. Fast if names are asked for in the tree's order: `hint`, 0 at first, is kept by
  /// the caller between calls. Nothing if there is none. Not for use by two threads at once.
  std::optional<TreeEntry> find(std::string_view name, std::size_t& hint) const;

 private:
  std::string bytes_;
  mutable std::unordered_map<std::string_view, std::size_t> positions_;  // by name; made when first needed
};

/// Reads trees. Not for use by two threads at once.
class TreeReader {
 public:
  /// `objects` outlives the reader.
  explicit TreeReader(ObjectReader& objects) : objects_(objects) {}

  /// The tree of that name; null if it is missing or is no tree. The empty tree is always there, as in git.
  std::shared_ptr<const Tree> read(const Oid& id);

  /// What is at `path` below the tree `root`, if anything is.
  std::optional<Oid> find(const Oid& root, std::string_view path);

 private:
  ObjectReader& objects_;
  std::unordered_map<Oid, std::shared_ptr<const Tree>, OidHash> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace keysift
