#include "git/staged.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "git/commit_graph.h"
#include "git/tree_reader.h"

namespace keysift {
namespace {

using Trees = std::vector<std::optional<Oid>>;  // by parent; nothing: it has no such folder

// The commits that the next one will stand on, HEAD first; none in a repository without commits.
std::vector<Oid> parents_of_next(const Repository& repository) {
  git_oid head;
  if (git_answer([&] { return git_reference_name_to_id(&head, repository.get(), "HEAD"); }) != 0) {
    if (git_repository_head_unborn(repository.get()) == 1) return {};
    throw Failure("HEAD cannot be read (" + git_error_message() + "); try: git fsck");
  }
  std::vector<Oid> parents{Oid::from_raw(head.id)};
  // gitrepository-layout: while a merge is under way, what is merged, one name a line.
  const auto merged =
      read_if_there(std::filesystem::path(git_repository_path(repository.get())) / "MERGE_HEAD", kMaxGitFile);
  for (const auto& line : words_of(merged.value_or(""), "\n")) parents.push_back(Oid::from_hex(line));
  return parents;
}

Oid tree_of(const Oid& commit, ObjectReader& objects) {
  const auto object = objects.read(commit);
  const auto header =
      object && object->type == ObjectType::commit ? parse_commit(commit, object->bytes) : std::nullopt;
  if (header) return header->tree;
  throw Failure("commit " + commit.hex() + " cannot be read (" +
                (object ? "it is no commit that has a tree" : objects.problem()) + "); try: git fsck");
}

class Comparison {
 public:
  Comparison(const Index& index, ObjectReader& objects) : index_(index), objects_(objects), trees_(objects) {}

  StagedChanges with(const Trees& roots) {
    compare("", 0, index_.entries, roots);
    return std::move(changes_);
  }

 private:
  using Entries = std::span<const IndexEntry>;

  // What parents have of one folder, asked for by name in the order of trees.
  struct Folder {
    std::shared_ptr<const Tree> tree;
    std::size_t hint = 0;
  };

  // `entries` are those below the folder `prefix`, which is empty or ends with '/'; a parent has the first
  // `known` bytes of it.
  void compare(std::string_view prefix, std::size_t known, Entries entries, const Trees& trees) {
    if (is_unchanged(prefix, trees)) return;
    if (!entries.empty() && entries.front().path == prefix) return check_folder(entries.front(), trees);
    if (std::any_of(trees.begin(), trees.end(), [](const auto& tree) { return tree.has_value(); }))
      known = prefix.size();
    std::vector<Folder> parents;
    for (const auto& tree : trees) parents.push_back({tree ? read(*tree, prefix) : nullptr});
    std::vector<std::string_view> present;  // in the index
    while (!entries.empty()) {
      const auto path = std::string_view(entries.front().path);
      const auto slash = path.find('/', prefix.size());
      const auto name = path.substr(prefix.size(), slash - prefix.size());
      if (slash == std::string_view::npos) {
        compare_file(entries.front(), name, known, parents);
        entries = entries.subspan(1);
      } else {
        const auto folder = path.substr(0, slash + 1);
        const auto inside = entries.first(count_below(folder, entries));
        compare(folder, known, inside, below(parents, name));
        entries = entries.subspan(inside.size());
      }
      present.push_back(name);
    }
    if (!parents.empty() && parents.front().tree) note_deleted(*parents.front().tree, present);
  }

  bool is_unchanged(std::string_view prefix, const Trees& trees) const {
    const auto known =
        index_.trees.find(std::string(prefix.substr(0, prefix.size() - (prefix.empty() ? 0 : 1))));
    return known != index_.trees.end() && std::find(trees.begin(), trees.end(), known->second) != trees.end();
  }

  // A folder that is not checked out can only be changed by moving HEAD.
  static void check_folder(const IndexEntry& folder, const Trees& trees) {
    if (std::find(trees.begin(), trees.end(), folder.blob) == trees.end())
      throw Failure(printable(folder.path) +
                    " is changed but not checked out; to see what is in it: git sparse-checkout reapply "
                    "--no-sparse-index");
  }

  std::shared_ptr<const Tree> read(const Oid& id, std::string_view prefix) {
    if (auto tree = trees_.read(id)) return tree;
    throw Failure("tree " + id.hex() + ", which is " + (prefix.empty() ? "HEAD's" : printable(prefix)) +
                  ", cannot be read (" + objects_.problem() + "); try: git fsck");
  }

  static std::size_t count_below(std::string_view folder, Entries entries) {
    const auto end = std::partition_point(entries.begin(), entries.end(), [&](const IndexEntry& entry) {
      return entry.path.starts_with(folder);
    });
    return static_cast<std::size_t>(end - entries.begin());
  }

  static Trees below(std::vector<Folder>& parents, std::string_view name) {
    Trees trees;
    for (auto& [tree, hint] : parents) {
      const auto entry = tree ? tree->find(name, hint) : std::nullopt;
      const bool is_tree = entry && entry->kind == TreeEntry::Kind::tree;
      trees.push_back(is_tree ? std::optional(entry->id) : std::nullopt);
    }
    return trees;
  }

  void compare_file(const IndexEntry& entry, std::string_view name, std::size_t known,
                    std::vector<Folder>& parents) {
    if (entry.submodule || entry.intent_to_add) return;
    std::vector<Oid> replaced;
    for (auto& [tree, hint] : parents) {
      const auto before = tree ? tree->find(name, hint) : std::nullopt;
      if (!before || before->kind != TreeEntry::Kind::blob) continue;
      if (before->id == entry.blob) return;
      replaced.push_back(before->id);
    }
    changes_.files.push_back({entry.path, entry.blob, std::move(replaced), known});
  }

  void note_deleted(const Tree& tree, std::vector<std::string_view>& present) {
    std::sort(present.begin(), present.end());
    TreeEntries entries(tree.bytes());
    for (TreeEntry entry; entries.next(entry);) {
      const bool there = std::binary_search(present.begin(), present.end(), entry.name);
      if (!there && entry.kind != TreeEntry::Kind::submodule) changes_.deleted.push_back(entry.id);
    }
  }

  const Index& index_;
  ObjectReader& objects_;
  TreeReader trees_;
  StagedChanges changes_;
};

}  // namespace

StagedChanges staged_changes(const Repository& repository, ObjectReader& objects) {
  Trees roots;
  for (const auto& parent : parents_of_next(repository)) roots.emplace_back(tree_of(parent, objects));
  const auto index = repository.read_index();
  return Comparison(index, objects).with(roots);
}

}  // namespace keysift
