#include "git/tree_names.h"

#include <algorithm>

#include "git/tree.h"

namespace keysift {
namespace {

void add_if(const NameTest& test, std::string_view name, NameSet& names) {
  if (test(name) && !names.contains(name)) names.emplace(name);
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// An entry is "<octal mode> <name>\0<20 bytes>". The name may have spaces, with digits before them, too: what
// follows each of those is tried, up to the mode. That begins where an object's name ends, which its NUL
// tells; since an object's name may hold such a byte, too, the mode may begin so many bytes earlier.
void add_names_before(std::string_view tree, std::size_t nul, const NameTest& test, NameSet& names) {
  std::size_t least = 0;
  for (auto space = nul; space-- > least + 1;) {
    if (tree[space] != ' ' || !is_octal(tree[space - 1])) continue;
    add_if(test, tree.substr(space + 1, nul - space - 1), names);
    auto mode = space;
    while (mode > 0 && is_octal(tree[mode - 1])) --mode;
    if (mode > Oid::kSize && tree[mode - Oid::kSize - 1] == '\0') least = std::max(least, mode - Oid::kSize);
  }
}

}  // namespace

void add_names(const Object& tree, const NameTest& test, NameSet& names) {
  if (tree.fresh.ranges.empty()) {
    TreeEntries entries(tree.bytes);
    for (TreeEntry entry; entries.next(entry);) add_if(test, entry.name, names);
    return;
  }
  for (const auto& fresh : tree.fresh.ranges) {
    // The entry in which it ends may end far behind it.
    for (auto nul = tree.bytes.find('\0', fresh.begin); nul != std::string_view::npos;
         nul = tree.bytes.find('\0', nul + 1)) {
      add_names_before(tree.bytes, nul, test, names);
      if (nul >= fresh.end) break;
    }
  }
}

}  // namespace keysift
