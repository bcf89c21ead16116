// The format of tree objects.
#pragma once
#include <cstddef>
#include <string_view>

#include "git/oid.h"

namespace keysift {

/// One entry of a tree object.
struct TreeEntry {
  std::string_view name;
  Oid id;
  enum class Kind { blob, tree, submodule } kind = Kind::blob;
  bool is_link = false;  ///< a blob that is a symbolic link's target
};

/// Every git knows the empty tree, whether it is stored or not.
inline const Oid kEmptyTree = Oid::from_hex("4b825dc642cb6eb9a060e54bf8d69288fbee4904");

/// Git itself cannot check out folders nested this deep; only a forged tree has them.
inline constexpr unsigned kMaxTreeDepth = 2048;

/// Takes the entries of a tree object one by one: "<octal mode> <name>\0<20 bytes>" each.
class TreeEntries {
 public:
  /// Those from `begin` on, where one begins.
  explicit TreeEntries(std::string_view tree, std::size_t begin = 0)
      : size_(tree.size()), rest_(tree.substr(begin)) {}

  /// Sets `entry` to the next one. False at the end, or where the bytes are no tree: then broken() is true.
  /// (A history names a hundred million entries. Returning one instead took twice as long.)
  bool next(TreeEntry& entry) {
    const bool file = rest_.starts_with("100644 ") || rest_.starts_with("100755 ");
    const auto space = file ? 6 : rest_.find(' ');
    const auto nul = space == std::string_view::npos ? space : rest_.find('\0', space);
    if (nul == std::string_view::npos || rest_.size() - nul - 1 < Oid::kSize) {
      broken_ = broken_ || !rest_.empty();
      rest_ = {};
      return false;
    }
    entry.name = rest_.substr(space + 1, nul - space - 1);
    entry.id = Oid::from_raw(rest_.data() + nul + 1);
    entry.kind = file ? TreeEntry::Kind::blob : kind_of(rest_.substr(0, space));
    entry.is_link = !file && rest_.starts_with("120000 ");
    rest_.remove_prefix(nul + 1 + Oid::kSize);
    return true;
  }

  bool broken() const { return broken_; }

  /// Where in the tree the entry after the last one begins.
  std::size_t position() const { return size_ - rest_.size(); }

 private:
  static TreeEntry::Kind kind_of(std::string_view mode) {
    if (mode == "40000" || mode == "040000") return TreeEntry::Kind::tree;
    return mode == "160000" ? TreeEntry::Kind::submodule : TreeEntry::Kind::blob;
  }

  std::size_t size_;
  std::string_view rest_;
  bool broken_ = false;
};

}  // namespace keysift
