#include "git/tree_reader.h"

#include <algorithm>

namespace keysift {
namespace {

// Bytes of trees that are kept; all go when they are more. Enough for a commit's, which the one before
// shares: memory that was never used before costs more than another look at a tree.
constexpr std::size_t kKept = std::size_t{1} << 20;

}  // namespace

std::optional<TreeEntry> Tree::find(std::string_view name, std::size_t& hint) const {
  TreeEntry entry;
  TreeEntries rest(std::string_view(bytes_).substr(hint));
  if (rest.next(entry) && entry.name == name) {
    hint += rest.position();
    return entry;
  }
  if (positions_.empty()) {
    TreeEntries entries(bytes_);
    for (std::size_t at = 0; entries.next(entry); at = entries.position()) positions_.emplace(entry.name, at);
  }
  const auto found = positions_.find(name);
  if (found == positions_.end()) return std::nullopt;
  TreeEntries from(std::string_view(bytes_).substr(found->second));
  from.next(entry);
  hint = found->second + from.position();
  return entry;
}

std::shared_ptr<const Tree> TreeReader::read(const Oid& id) {
  if (const auto kept = kept_.find(id); kept != kept_.end()) return kept->second;
  const auto object = objects_.read(id);
  const bool is_tree = object && object->type == ObjectType::tree;
  if (!is_tree && id != kEmptyTree) return nullptr;
  auto tree = std::make_shared<const Tree>(is_tree ? object->bytes : std::string_view());
  if (kept_bytes_ + tree->bytes().size() > kKept) {
    kept_.clear();
    kept_bytes_ = 0;
  }
  kept_bytes_ += tree->bytes().size();
  return kept_.emplace(id, std::move(tree)).first->second;
}

std::optional<Oid> TreeReader::find(const Oid& root, std::string_view path) {
  auto id = root;
  while (!path.empty()) {
    const auto name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const auto tree = read(id);
    std::size_t hint = 0;
    const auto entry = tree ? tree->find(name, hint) : std::nullopt;
    if (!entry) return std::nullopt;
    id = entry->id;
  }
  return id;
}

}  // namespace keysift
