#include "git/tree_names.h"

#include <algorithm>

#include "git/tree.h"

namespace keysift {
namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// An entry is "<octal mode> <name>\0<20 bytes>". The name may have spaces, with digits before them, too: what
// follows each of those is one, perhaps, back to a NUL, which a name has not.
void each_name_before(std::string_view tree, std::size_t nul, const NameSink& sink) {
  std::string_view name;
  for (auto space = nul; space-- > 1 && tree[space] != '\0';) {
    if (tree[space] != ' ' || !is_octal(tree[space - 1])) continue;
    if (name.data() != nullptr) sink(name, false);
    name = tree.substr(space + 1, nul - space - 1);
  }
  if (name.data() != nullptr) sink(name, true);
}

}  // namespace

void each_name(const Object& tree, const NameSink& sink) {
  if (tree.fresh.ranges.empty()) {
    TreeEntries entries(tree.bytes);
    for (TreeEntry entry; entries.next(entry);) sink(entry.name, true);
    return;
  }
  std::size_t next = 0;  // behind the last NUL that was seen
  for (const auto& fresh : tree.fresh.ranges) {
    // The entry in which it ends may end far behind it.
    while (next == 0 || next <= fresh.end) {
      const auto nul = tree.bytes.find('\0', std::max(next, fresh.begin));
      if (nul == std::string_view::npos) return;
      each_name_before(tree.bytes, nul, sink);
      next = nul + 1;
    }
  }
}

}  // namespace keysift
