// The format of git's index: gitformat-index(5).
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "git/oid.h"

namespace keysift {

/// One entry of the index. A path in conflict has several.
struct IndexEntry {
  std::string path;
  Oid blob;  ///< of a submodule: its commit
  bool submodule = false;
  bool intent_to_add = false;  ///< `git add -N`: no commit has it yet
};

struct Index {
  std::vector<IndexEntry> entries;
  /// Whether folders that are not checked out may be one entry each: its path ends with '/', `blob` is the
  /// tree.
  bool sparse = false;
  /// The trees that a commit would make of folders nothing has changed in since they were last written or
  /// read, by path without a '/' at the end; the root's is "".
  std::unordered_map<std::string, Oid> trees;
};

/// A longer path makes an index a broken one.
constexpr std::size_t kMaxIndexPath = 4096;

/// An index, which is of version 2, 3 or 4, its entries in its own order. Its checksum is not looked at, as
/// git itself does not. Throws Failure, without naming a file: what is wrong, and what to do about it.
Index parse_index(std::string_view bytes);

}  // namespace keysift
