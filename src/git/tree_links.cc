#include "git/tree_links.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/fresh.h"

namespace keysift {

// File names, numbered.
class TreeLinks::NameTable {
 public:
  std::uint32_t number(std::string_view name) {
    if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
    names_.push_back(&numbers_.emplace(name, static_cast<std::uint32_t>(names_.size())).first->first);
    return static_cast<std::uint32_t>(names_.size() - 1);
  }
  std::size_t size() const { return names_.size(); }
  const std::string& operator[](std::uint32_t number) const { return *names_[number]; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<const std::string*> names_;
};

// What one worker has read, in numbers of its own.
struct TreeLinks::Share {
  OidTable objects;
  NameTable names;
  std::vector<Entry> entries;
  std::vector<std::uint32_t> links;                       // numbers of entries
  std::vector<std::pair<std::uint32_t, Record>> records;  // by object
  std::vector<Carried> carried;                           // scratch: from the tree that another is made of
  std::vector<Noted> noted;                               // and what is noted of that

  // The number of an entry. Trees name the same subtrees over and over: most entries are among those that
  // are remembered, by their object.
  std::uint32_t entry(std::string_view name, const Oid& id) {
    auto& number = remembered[OidHash{}(id) % kRemembered];
    if (number != kNone && objects.id(entries[number].object) == id && names[entries[number].name] == name)
      return number;
    number = static_cast<std::uint32_t>(entries.size());
    entries.push_back({names.number(name), objects.number(id)});
    return number;
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kRemembered = std::size_t{1} << 14;
  std::vector<std::uint32_t> remembered = std::vector<std::uint32_t>(kRemembered, kNone);
};

TreeLinks::Maker::Maker(std::span<const Oid> wanted, unsigned workers, NameSet named)
    : named_(std::move(named)), shares_(workers) {
  for (const auto& id : wanted) {
    wanted_.number(id);
    beginnings_.set(beginning(id));
  }
  for (const auto& name : named_) endings_.set(ending(name));
}

TreeLinks::Maker::~Maker() = default;

bool TreeLinks::Maker::is_link(const TreeEntry& entry) const {
  if (entry.kind == TreeEntry::Kind::tree) return true;
  if (beginnings_.test(beginning(entry.id)) && wanted_.find(entry.id)) return true;
  return endings_.test(ending(entry.name)) && entry.kind == TreeEntry::Kind::blob && !entry.is_link &&
         named_.contains(entry.name);
}

// Reads the entries of one tree. It notes links, and where every so many other entries begins: of a tree made
// from this one, entries are read from the last of those before a change to the first behind it that an entry
// is found to begin at. From there on both trees are the same up to the next change. (To read all of them was
// a fifth of a scan of git's history: a change is in one entry of hundreds.)
class TreeLinks::Maker::Reading {
 public:
  Reading(const Maker& maker, const Object& tree, Share& share, unsigned worker)
      : maker_(maker), share_(share), worker_(worker), bytes_(tree.bytes), changes_(tree.fresh.ranges) {
    share.noted.clear();
    share.carried.clear();
    const auto* known = tree.fresh.known();
    // Another worker has numbers of its own.
    if (known != nullptr && !known->noted.empty() && known->noted.front().behind == worker)
      carry(tree.fresh, bytes_.size(), SIZE_MAX, share.carried);
  }

  void read() {
    TreeEntries entries(bytes_);
    auto known = share_.carried.begin();
    for (TreeEntry entry;;) {
      auto at = entries.position();
      while (known != share_.carried.end() && known->begin < at) ++known;
      if (known != share_.carried.end() && known->begin == at) {
        for (const auto end = end_of_part(at); known != share_.carried.end() && known->end <= end; ++known) {
          add(*known);
          at = known->literal == kMark ? known->begin : known->end;
        }
        entries = TreeEntries(bytes_, at);
      }
      if (!entries.next(entry)) return;
      if (maker_.is_link(entry)) {
        add(noted(share_.entry(entry.name, entry.id), {at, entries.position()}));
      } else if (unmarked_++ == 0) {
        add(noted(kMark, {at, at + 1}));
      } else if (unmarked_ == kMarked) {
        unmarked_ = 0;
      }
    }
  }

 private:
  static constexpr std::uint32_t kMark = UINT32_MAX;  // no link
  static constexpr unsigned kMarked = 32;             // every so many entries have a mark

  // A range of 1 before it: what has none is not carried where nothing changed near it.
  Noted noted(std::uint32_t entry, Range range) const {
    return {entry, static_cast<std::uint32_t>(range.begin), static_cast<std::uint32_t>(range.end), 1,
            worker_};
  }

  void add(const Noted& noted) {
    share_.noted.push_back(noted);
    unmarked_ = noted.literal == kMark ? 1 : 0;
    if (noted.literal != kMark) share_.links.push_back(noted.literal);
  }

  // Of that which the tree has in common with the other one round `at`.
  std::size_t end_of_part(std::size_t at) {
    while (change_ < changes_.size() && changes_[change_].end <= at) ++change_;
    return change_ < changes_.size() ? changes_[change_].begin : bytes_.size();
  }

  const Maker& maker_;
  Share& share_;
  unsigned worker_;
  std::string_view bytes_;
  std::span<const FreshRange> changes_;
  std::size_t change_ = 0;
  unsigned unmarked_ = 0;  // entries since the last that was noted
};

Reach TreeLinks::Maker::add(const Object& tree, unsigned worker) {
  auto& share = shares_[worker];
  const auto begin = share.links.size();
  Reading(*this, tree, share, worker).read();
  const auto count = static_cast<std::uint32_t>(share.links.size() - begin);
  if (count > 0) share.records.push_back({share.objects.number(tree.id), {begin, count, worker}});
  Reach reach;
  reach.noted.assign(share.noted.begin(), share.noted.end());
  return reach;
}

TreeLinks TreeLinks::Maker::finish() {
  TreeLinks links;
  NameTable names;
  for (auto& share : shares_) links.add(std::exchange(share, {}), names);
  for (std::uint32_t i = 0; i < names.size(); ++i) links.names_.push_back(names[i]);
  return links;
}

// Gives entries, objects and names the numbers that hold for all workers.
void TreeLinks::add(Share share, NameTable& names) {
  std::vector<std::uint32_t> objects;
  for (std::uint32_t i = 0; i < share.objects.size(); ++i)
    objects.push_back(objects_.number(share.objects.id(i)));
  const auto first = static_cast<std::uint32_t>(entries_.size());
  for (const auto& [name, object] : share.entries)
    entries_.push_back({names.number(share.names[name]), objects[object]});
  for (auto& link : share.links) link += first;
  links_.push_back(std::move(share.links));
  records_.resize(objects_.size());
  for (const auto& [object, record] : share.records) records_[objects[object]] = record;
}

std::span<const std::uint32_t> TreeLinks::entries_of(std::uint32_t object) const {
  const auto& record = records_[object];
  if (record.count == 0) return {};
  return std::span(links_[record.worker]).subspan(record.begin, record.count);
}

TreeLinks read_tree_links(const ObjectWalk& objects, const ObjectWalkOptions& options,
                          std::span<const Oid> wanted, const NameSet& named,
                          const ObjectErrorSink& on_error) {
  TreeLinks::Maker maker(wanted, options.workers, named);
  const auto add = [&](const Object& tree, unsigned worker) { return maker.add(tree, worker); };
  objects.run_part(ObjectPart::trees, options, add, on_error);
  return maker.finish();
}

}  // namespace keysift
