// The format of git's index: gitformat-index(5).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "git/oid.h"

namespace keysift {

/// One entry of the index. A path in conflict has several.
struct IndexEntry {
  std::string path;
  Oid blob;
};

/// A longer path makes an index a broken one.
constexpr std::size_t kMaxIndexPath = 4096;

/// The entries of an index, which is of version 2, 3 or 4, in its order. Its checksum is not looked at, as
/// git itself does not. Throws Failure, without naming a file: what is wrong, and what to do about it.
std::vector<IndexEntry> parse_index(std::string_view bytes);

}  // namespace keysift
