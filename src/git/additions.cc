#include "git/additions.h"

#include <algorithm>
#include <utility>

#include "base/stop.h"
#include "base/text.h"

namespace keysift {
namespace {

std::string key_of(const Oid& tree, const std::vector<Oid>& parents) {
  std::string key;
  const auto add = [&](const Oid& id) {
    key.append(reinterpret_cast<const char*>(id.bytes.data()), Oid::kSize);
  };
  add(tree);
  for (const auto& parent : parents) add(parent);
  return key;
}

// What a commit's parents have under one name.
struct Before {
  std::vector<Oid> trees;
  std::vector<Oid> blobs;
  bool named = false;

  void add(const TreeEntry& entry) {
    named = true;
    if (entry.kind == TreeEntry::Kind::tree) trees.push_back(entry.id);
    if (entry.kind == TreeEntry::Kind::blob) blobs.push_back(entry.id);
  }
};

bool contains(const std::vector<Oid>& ids, const Oid& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

AdditionFinder::AdditionFinder(ObjectReader& objects, ObjectErrorSink on_error)
    : objects_(objects), trees_(objects_), on_error_(std::move(on_error)) {}

void AdditionFinder::find(const CommitHeader& commit, const AdditionVisitor& visit) {
  std::vector<Oid> parents;
  for (const auto& parent : commit.parents) {
    const auto object = objects_.read(parent);
    const auto header = object ? parse_commit(parent, object->bytes) : std::nullopt;
    if (header) {
      parents.push_back(header->tree);
    } else {
      on_error_(parent.hex(), "commit cannot be read; what " + commit.id.hex() + " adds is not known", 0);
    }
  }
  barren_.clear();
  std::string folder;
  compare(commit.tree, parents, folder, 0, visit);
}

bool AdditionFinder::compare(const Oid& tree, const std::vector<Oid>& parents, std::string& folder,
                             unsigned depth, const AdditionVisitor& visit) {
  check_stop();
  if (contains(parents, tree)) return false;
  auto key = key_of(tree, parents);
  if (barren_.contains(key)) return false;
  if (depth > kMaxTreeDepth) {
    on_error_(tree.hex(), {"folders nested too deep; what is below was not searched", Cause::tree_depth}, 0);
    return false;
  }
  const auto own = read(tree, folder);
  if (!own) return false;
  std::vector<std::pair<std::shared_ptr<const Tree>, std::size_t>> others;  // and hints
  for (const auto& parent : parents) {
    if (auto other = read(parent, folder)) others.emplace_back(std::move(other), 0);
  }
  bool wanted = false;
  TreeEntries entries(own->bytes());
  std::size_t begin = 0;  // of the entry in hand
  for (TreeEntry entry; entries.next(entry); begin = entries.position()) {
    const auto bytes = own->bytes().substr(begin, entries.position() - begin);
    Before before;
    bool same = false;
    for (auto& [other, hint] : others) {
      if (other->continues_with(bytes, hint)) {  // nearly always
        same = true;
      } else if (const auto found = other->find(entry.name, hint)) {
        if (found->id == entry.id && found->kind == entry.kind) same = true;
        if (!same) before.add(*found);
      }
    }
    if (same) continue;
    if (entry.kind == TreeEntry::Kind::blob || !before.named) {
      wanted = visit({folder, tree, entry, !before.named, before.blobs}) || wanted;
    }
    if (entry.kind != TreeEntry::Kind::tree) continue;
    const auto length = folder.size();
    folder.append(entry.name).append("/");
    wanted = compare(entry.id, before.trees, folder, depth + 1, visit) || wanted;
    folder.resize(length);
  }
  if (entries.broken())
    on_error_(tree.hex(), {"tree is broken: some of its entries cannot be read", Cause::broken}, 0);
  if (!wanted) barren_.insert(std::move(key));
  return wanted;
}

std::shared_ptr<const Tree> AdditionFinder::read(const Oid& tree, std::string_view folder) {
  auto read = trees_.read(tree);
  const auto where = folder.empty() ? std::string() : " (" + printable(folder) + ")";
  if (!read) on_error_(tree.hex(), "tree cannot be read" + where + "; try: git fsck", 0);
  return read;
}

}  // namespace keysift
