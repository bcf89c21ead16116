#include "git/provenance.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/stop.h"
#include "git/tree.h"

namespace keysift {
namespace {

// Ten folders in each of ten, twelve levels deep, make a million million paths of one blob; only a forged
// tree has so many. What bounds them leaves each thing some of its places.
constexpr std::size_t kMaxPlaces = 100'000;  // of things in one tree
constexpr std::size_t kFewPlaces = 16;       // of one thing in a tree, when there are too many
constexpr std::size_t kMaxTold = 100'000;    // in all
constexpr std::size_t kMaxToldBytes = std::size_t{64} << 20;  // of their paths
constexpr std::size_t kUsualPath = 4096;                      // bytes; no system takes a longer one
constexpr std::size_t kMaxIntroductions = 4'000'000;          // and four for each commit

using PathId = std::uint32_t;  // 0 is the empty path
using ListId = std::uint32_t;  // 0 is the empty list
constexpr PathId kNoPath = 0;
constexpr ListId kEmpty = 0;

// One thing in a tree, at a path relative to that tree.
struct Item {
  std::uint32_t thing;
  PathId path;
  std::uint32_t sought;  // index into what is sought
  auto operator<=>(const Item&) const = default;
};
using Items = std::vector<Item>;

// Paths as linked names, so that putting a folder before a path costs one look-up, however long the path.
class PathTable {
 public:
  explicit PathTable(const TreeLinks& links) : links_(links) {}

  PathId join(std::uint32_t name, PathId rest) {
    const auto [entry, added] =
        ids_.try_emplace(std::uint64_t{name} << 32 | rest, static_cast<PathId>(nodes_.size() + 1));
    if (added)
      nodes_.push_back({name, rest, links_.name(name).size() + (rest == kNoPath ? 0 : 1 + size(rest))});
    return entry->second;
  }

  std::size_t size(PathId path) const { return path == kNoPath ? 0 : nodes_[path - 1].size; }
  std::size_t count() const { return nodes_.size(); }

  std::string text(PathId path) const {
    std::string out;
    for (; path != kNoPath; path = nodes_[path - 1].rest) {
      if (!out.empty()) out += '/';
      out += links_.name(nodes_[path - 1].name);
    }
    return out;
  }

 private:
  struct Node {
    std::uint32_t name;
    PathId rest;
    std::size_t size;  // of the text
  };

  const TreeLinks& links_;
  std::unordered_map<std::uint64_t, PathId> ids_;  // by name and rest
  std::vector<Node> nodes_;
};

// Keeps the first `most` places of each thing.
void keep_some(Items& items, std::size_t most) {
  std::size_t seen = 0;
  std::uint32_t thing = 0;
  std::erase_if(items, [&](const Item& item) {
    seen = item.thing == thing ? seen + 1 : 1;
    thing = item.thing;
    return seen > most;
  });
}

// What each tree holds of what is sought. Equal contents share one list, so that commits compare by number.
class TreeLists {
 public:
  TreeLists(std::span<const Sought> sought, const TreeLinks& links)
      : sought_(sought),
        links_(links),
        objects_(links.size(), kUnknown),
        entries_(links.entries().size(), kUnknown),
        paths_(links),
        much_(4'000'000 + 16 * links.size()) {
    lists_.push_back(nullptr);
    std::unordered_map<Oid, Items, OidHash> things;
    for (std::uint32_t i = 0; i < sought.size(); ++i)
      things[sought[i].object].push_back({sought[i].thing, kNoPath, i});
    for (auto& [object, items] : things) own_.emplace(object, intern(std::move(items)));
  }

  ListId list_of_root(const Oid& tree) {
    const auto number = links_.find(tree);
    return number ? list_of(*number) : own(tree);
  }

  const Items& items(ListId list) const {
    static const Items none;
    return list == kEmpty ? none : *lists_[list];
  }
  std::size_t size() const { return lists_.size(); }
  const PathTable& paths() const { return paths_; }
  bool cut() const { return cut_; }
  const Oid& object(std::uint32_t index) const { return sought_[index].object; }

 private:
  static constexpr ListId kUnknown = UINT32_MAX;
  static constexpr ListId kOpen = UINT32_MAX - 1;

  // A tree of which not all entries have been seen.
  struct Open {
    std::uint32_t object;
    std::span<const std::uint32_t> entries;
    std::vector<ListId> parts;
  };

  // Of an object, wherever it stands: of what it is itself and, if it is a tree, of what is in it. With a
  // stack of its own: a forged tree is deep, and may contain itself.
  ListId list_of(std::uint32_t root) {
    std::vector<Open> stack;
    const auto open = [&](std::uint32_t object) {
      objects_[object] = kOpen;
      auto& tree = stack.emplace_back(Open{object, links_.entries_of(object), {}});
      if (const auto here = own(links_.id(object)); here != kEmpty) tree.parts.push_back(here);
    };
    if (objects_[root] == kUnknown) open(root);
    while (!stack.empty()) {
      check_stop();
      auto& tree = stack.back();
      if (tree.entries.empty()) {
        objects_[tree.object] = joined(std::move(tree.parts));
        stack.pop_back();
        continue;
      }
      const auto below = links_.entries()[tree.entries.front()].object;
      if (objects_[below] == kUnknown && stack.size() <= kMaxTreeDepth) {
        open(below);
        continue;
      }
      if (const auto list = list_of_entry(tree.entries.front()); list != kEmpty) tree.parts.push_back(list);
      tree.entries = tree.entries.subspan(1);
    }
    return objects_[root];
  }

  ListId list_of_entry(std::uint32_t number) {
    if (entries_[number] != kUnknown) return entries_[number];
    const auto& entry = links_.entries()[number];
    const auto below = objects_[entry.object];
    if (below >= kOpen) return kEmpty;
    return entries_[number] = below == kEmpty ? kEmpty : inside(entry.name, below);
  }

  // Of what the object itself holds, wherever it stands.
  ListId own(const Oid& object) const {
    const auto found = own_.find(object);
    return found == own_.end() ? kEmpty : found->second;
  }

  // The list of a folder that has `list` in it under `name`.
  ListId inside(std::uint32_t name, ListId list) {
    const auto [entry, added] = inside_.try_emplace(std::uint64_t{name} << 32 | list, kEmpty);
    if (added && !is_spent()) {
      Items all;
      all.reserve(items(list).size());
      for (const auto& item : items(list))
        all.push_back({item.thing, paths_.join(name, item.path), item.sought});
      entry->second = intern(std::move(all));
    }
    return entry->second;
  }

  ListId joined(std::vector<ListId> parts) {
    if (parts.size() < 2) return parts.empty() ? kEmpty : parts.front();
    const auto [entry, added] = joined_.try_emplace(std::move(parts), kEmpty);
    if (added && !is_spent()) {
      Items all;
      for (const auto part : entry->first) {
        all.insert(all.end(), items(part).begin(), items(part).end());
        if (all.size() > 4 * kMaxPlaces) bound(all);
      }
      used_ += entry->first.size();
      entry->second = intern(std::move(all));
    }
    return entry->second;
  }

  ListId intern(Items items) {
    bound(items);
    used_ += items.size();
    const auto [entry, added] = ids_.try_emplace(std::move(items), static_cast<ListId>(lists_.size()));
    if (added) lists_.push_back(&entry->first);
    return entry->second;
  }

  // Sorts them, and leaves some out where there are too many.
  void bound(Items& items) {
    std::sort(items.begin(), items.end());
    const auto before = items.size();
    auto most = is_much() ? kFewPlaces : kMaxPlaces;
    for (; items.size() > most && most > 0; most /= 2) {
      keep_some(items, most);
      if (items.size() <= kMaxPlaces) break;
    }
    if (items.size() == before) return;
    items.shrink_to_fit();
    cut_ = true;
  }

  // Whether the lists of all trees have become more than those of any but a forged history, and whether they
  // are so many that no more are made.
  bool is_much() const { return used_ + 4 * paths_.count() > much_; }
  bool is_spent() {
    const bool spent = used_ + 4 * paths_.count() > 8 * much_;
    cut_ = cut_ || spent;
    return spent;
  }

  std::span<const Sought> sought_;
  const TreeLinks& links_;
  std::vector<ListId> objects_;                       // by object
  std::vector<ListId> entries_;                       // by entry
  std::unordered_map<Oid, ListId, OidHash> own_;      // of what is sought
  std::unordered_map<std::uint64_t, ListId> inside_;  // by name and list
  std::map<std::vector<ListId>, ListId> joined_;
  PathTable paths_;
  std::map<Items, ListId> ids_;
  std::vector<const Items*> lists_;
  std::size_t much_;      // items and parts of lists, and four times paths
  std::size_t used_ = 0;  // items and parts
  bool cut_ = false;
};

bool same_place(const Item& a, const Item& b) { return a.thing == b.thing && a.path == b.path; }

bool holds(const Items& items, const Item& item) {
  const auto at = std::lower_bound(items.begin(), items.end(), Item{item.thing, item.path, 0});
  return at != items.end() && same_place(*at, item);
}

// What is known of one thing at one path while the commits pass by.
struct Place {
  Item first{};  // as the introducing commit has it
  std::optional<CommitIndex> introduced;
  std::vector<CommitIndex> introductions;
  std::optional<CommitIndex> removed;
  std::uint64_t commits = 0;
  bool in_head = false;
  bool at_tip = false;
  bool reachable = false;
};

using Places = std::map<std::pair<std::uint32_t, PathId>, Place>;

bool is_branch(const std::string& ref) {
  return ref == "HEAD" || ref.starts_with("refs/heads/") || ref.starts_with("refs/remotes/");
}

class Trace {
 public:
  Trace(const CommitGraph& graph, std::span<const Tip> tips, TreeLists& lists)
      : graph_(graph), tips_(tips), lists_(lists), list_of_(graph.size()) {
    std::vector<CommitIndex> all;
    std::vector<CommitIndex> head;
    for (const auto& tip : tips) {
      all.push_back(tip.commit);
      if (tip.ref == "HEAD") head.push_back(tip.commit);
    }
    reachable_ = graph.reachable_from(all);
    from_head_ = graph.reachable_from(head);
    for (CommitIndex commit = 0; commit < graph.size(); ++commit)
      list_of_[commit] = lists.list_of_root(graph.tree(commit));
    lists_of_commits_ = list_of_;
    std::sort(lists_of_commits_.begin(), lists_of_commits_.end());
    lists_of_commits_.erase(std::unique(lists_of_commits_.begin(), lists_of_commits_.end()),
                            lists_of_commits_.end());
  }

  std::vector<Appearance> run() {
    for (CommitIndex commit = 0; commit < graph_.size(); ++commit) {
      check_stop();
      compare_with_parents(commit);
    }
    count_commits();
    look_at_tips();
    find_removals();
    return appearances();
  }

  bool cut() const { return cut_; }

 private:
  // Nothing for a place that is not told.
  Place* place(const Item& item) {
    const auto found = places_.find({item.thing, item.path});
    return found == places_.end() ? nullptr : &found->second;
  }

  // The same, for a place that may be new.
  Place* new_place(const Item& item) {
    const std::pair key(item.thing, item.path);
    const auto at = places_.lower_bound(key);
    if (at != places_.end() && at->first == key) return &at->second;
    const auto size = lists_.paths().size(item.path);
    const auto other = places_.lower_bound({item.thing, kNoPath});
    const bool is_first = other == places_.end() || other->first.first != item.thing;
    const bool has_room = places_.size() < kMaxTold && told_bytes_ + size <= kMaxToldBytes;
    if (!has_room && !(is_first && size <= kUsualPath)) {
      cut_ = true;
      return nullptr;
    }
    told_bytes_ += size;
    return &places_.emplace_hint(at, key, Place())->second;
  }

  void compare_with_parents(CommitIndex commit) {
    const auto parents = graph_.parents(commit);
    const auto own = list_of_[commit];
    const auto unchanged = [&](CommitIndex parent) { return list_of_[parent] == own; };
    if (!parents.empty() && std::all_of(parents.begin(), parents.end(), unchanged)) return;
    const auto& items = lists_.items(own);
    const auto parent_holds = [&](const Item& item) {
      return [&](CommitIndex parent) { return holds(lists_.items(list_of_[parent]), item); };
    };
    for (const auto& item : items) {
      if (std::none_of(parents.begin(), parents.end(), parent_holds(item))) introduce(commit, item);
    }
  }

  void introduce(CommitIndex commit, const Item& item) {
    auto* known = new_place(item);
    if (known == nullptr) return;
    if (known->introduced && introductions_ > kMaxIntroductions + 4 * graph_.size()) {
      cut_ = true;
      return;
    }
    ++introductions_;
    known->introductions.push_back(commit);
    if (known->introduced && (reachable_[*known->introduced] || !reachable_[commit])) return;
    known->introduced = commit;
    known->first = item;
  }

  // By list, not by commit: there are far fewer of them.
  void count_commits() {
    std::vector<std::uint64_t> reachable(lists_.size());
    std::vector<std::uint64_t> others(lists_.size());
    for (CommitIndex commit = 0; commit < graph_.size(); ++commit) {
      ++(reachable_[commit] ? reachable : others)[list_of_[commit]];
    }
    for (ListId list = 1; list < lists_.size(); ++list) {
      check_stop();
      if (reachable[list] == 0) continue;
      for (const auto& item : lists_.items(list)) {
        auto* known = place(item);
        if (known == nullptr) continue;
        known->commits += reachable[list];
        known->reachable = true;
      }
    }
    for (ListId list = 1; list < lists_.size(); ++list) {
      check_stop();
      if (others[list] == 0) continue;
      for (const auto& item : lists_.items(list)) {
        auto* known = place(item);
        if (known != nullptr && !known->reachable) known->commits += others[list];
      }
    }
  }

  void look_at_tips() {
    for (const auto& tip : tips_) {
      if (!is_branch(tip.ref)) continue;
      for (const auto& item : lists_.items(list_of_[tip.commit])) {
        auto* known = place(item);
        if (known == nullptr) continue;
        known->at_tip = true;
        known->in_head = known->in_head || tip.ref == "HEAD";
      }
    }
  }

  void find_removals() {
    constexpr std::size_t kBatch = 64;  // places at a time: one bit each
    std::vector<Places::value_type*> lost;
    for (auto& entry : places_) {
      if (!entry.second.in_head) lost.push_back(&entry);
    }
    for (std::size_t begin = 0; begin < lost.size(); begin += kBatch) {
      check_stop();
      find_removals(std::span(lost).subspan(begin, std::min(kBatch, lost.size() - begin)));
    }
  }

  // The last commit in HEAD's history that lacks what a parent has, and after which nobody has it. One that
  // no parent agreed with is better than a merge that took the other side.
  void find_removals(std::span<Places::value_type* const> lost) {
    std::vector<std::uint64_t> held(lists_.size(), 0);  // by list: the places it holds
    for (const auto list : lists_of_commits_) {
      for (std::size_t i = 0; i < lost.size(); ++i) {
        const auto& [thing, path] = lost[i]->first;
        if (holds(lists_.items(list), {thing, path, 0})) held[list] |= std::uint64_t{1} << i;
      }
    }
    std::vector<std::uint64_t> later(graph_.size(), 0);  // by commit: places that a descendant holds
    std::uint64_t by_all = 0;                            // places whose remover no parent agreed with
    for (auto next = graph_.size(); next-- > 0;) {
      const auto commit = static_cast<CommitIndex>(next);
      if (!from_head_[commit]) continue;
      const auto here = later[commit] | held[list_of_[commit]];
      std::uint64_t some = 0;
      std::uint64_t all = ~std::uint64_t{0};
      for (const auto parent : graph_.parents(commit)) {
        later[parent] |= here;
        some |= held[list_of_[parent]];
        all &= held[list_of_[parent]];
      }
      const auto removed = some & ~here & ~by_all;
      for (std::size_t i = 0; removed != 0 && i < lost.size(); ++i) {
        auto& remover = lost[i]->second.removed;
        if ((removed >> i & 1) != 0 && (!remover || (all >> i & 1) != 0)) remover = commit;
      }
      by_all |= removed & all;
    }
  }

  std::vector<Appearance> appearances() const {
    std::vector<Appearance> result;
    std::vector<std::vector<CommitIndex>> introductions;
    for (const auto& [key, known] : places_) {
      Appearance appearance;
      appearance.thing = key.first;
      appearance.path = lists_.paths().text(key.second);
      appearance.object = lists_.object(known.first.sought);
      appearance.introduced = known.introduced.value();
      appearance.removed = known.removed;
      appearance.commits = known.commits;
      appearance.in_head = known.in_head;
      appearance.at_tip = known.at_tip;
      appearance.reachable = known.reachable;
      result.push_back(std::move(appearance));
      introductions.push_back(known.introductions);
    }
    // Whoever has it has a commit that introduced it among its ancestors.
    const auto refs = refs_reaching(graph_, tips_, introductions);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].refs = refs[i];
    std::sort(result.begin(), result.end(), [](const Appearance& a, const Appearance& b) {
      return std::tie(a.thing, a.path) < std::tie(b.thing, b.path);
    });
    return result;
  }

  const CommitGraph& graph_;
  std::span<const Tip> tips_;
  TreeLists& lists_;
  std::vector<ListId> list_of_;           // by commit
  std::vector<ListId> lists_of_commits_;  // each once; folders have lists, too
  std::vector<bool> reachable_;
  std::vector<bool> from_head_;
  Places places_;
  std::size_t told_bytes_ = 0;     // of their paths
  std::size_t introductions_ = 0;  // of all
  bool cut_ = false;
};

std::vector<std::string> names_of(std::span<const Tip> tips, const std::vector<std::uint32_t>& places) {
  std::vector<std::string> names;
  for (const auto place : places) names.push_back(tips[place].ref);
  return names;
}

}  // namespace

std::vector<Tip> tips_of(ObjectReader& objects, const CommitGraph& graph, std::span<const Ref> refs) {
  std::vector<Tip> tips;
  for (const auto& ref : refs) {
    auto index = graph.find(ref.target);
    if (!index) {
      const auto commit = peel(objects, ref.target, ObjectType::commit);
      if (commit) index = graph.find(*commit);
    }
    if (index) tips.push_back({ref.name, *index});
  }
  return tips;
}

std::vector<Appearance> trace(const CommitGraph& graph, std::span<const Tip> tips,
                              std::span<const Sought> sought, const TreeLinks& links, bool* cut) {
  TreeLists lists(sought, links);
  Trace all(graph, tips, lists);
  auto appearances = all.run();
  if (cut != nullptr) *cut = lists.cut() || all.cut();
  return appearances;
}

std::vector<SharedStrings> refs_reaching(const CommitGraph& graph, std::span<const Tip> tips,
                                         std::span<const std::vector<CommitIndex>> commits) {
  constexpr std::size_t kBatch = 64;  // sets at a time: one bit each
  std::vector<SharedStrings> result;
  std::map<std::vector<std::uint32_t>, SharedStrings> lists;  // by the tips' places
  for (std::size_t begin = 0; begin < commits.size(); begin += kBatch) {
    check_stop();
    const auto count = std::min(kBatch, commits.size() - begin);
    std::vector<std::uint64_t> reaches(graph.size(), 0);
    for (std::size_t i = 0; i < count; ++i) {
      for (const auto commit : commits[begin + i]) reaches[commit] |= std::uint64_t{1} << i;
    }
    for (CommitIndex commit = 0; commit < graph.size(); ++commit) {
      for (const auto parent : graph.parents(commit)) reaches[commit] |= reaches[parent];
    }
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::uint32_t> places;
      for (std::uint32_t tip = 0; tip < tips.size(); ++tip) {
        if (reaches[tips[tip].commit] >> i & 1) places.push_back(tip);
      }
      const auto [entry, added] = lists.try_emplace(std::move(places));
      if (added) entry->second = names_of(tips, entry->first);
      result.push_back(entry->second);
    }
  }
  return result;
}

}  // namespace keysift
