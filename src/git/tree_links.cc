#include "git/tree_links.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "git/tree.h"

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

void TreeLinks::Maker::add(const Object& tree, unsigned worker) {
  auto& share = shares_[worker];
  const auto begin = share.links.size();
  TreeEntries entries(tree.bytes);
  for (TreeEntry entry; entries.next(entry);) {
    const auto is_wanted = [&] { return beginnings_.test(beginning(entry.id)) && wanted_.find(entry.id); };
    const auto is_named = [&] {
      return endings_.test(ending(entry.name)) && entry.kind == TreeEntry::Kind::blob && !entry.is_link &&
             named_.contains(entry.name);
    };
    if (entry.kind == TreeEntry::Kind::tree || is_wanted() || is_named())
      share.links.push_back(share.entry(entry.name, entry.id));
  }
  const auto count = static_cast<std::uint32_t>(share.links.size() - begin);
  if (count > 0) share.records.push_back({share.objects.number(tree.id), {begin, count, worker}});
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
  const auto add = [&](const Object& tree, unsigned worker) {
    maker.add(tree, worker);
    return Reach();
  };
  objects.run_part(ObjectPart::trees, options, add, on_error);
  return maker.finish();
}

}  // namespace keysift
