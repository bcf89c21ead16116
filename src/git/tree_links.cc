#include "git/tree_links.h"

#include <bitset>
#include <string_view>
#include <utility>

#include "base/parallel.h"
#include "git/tree.h"

namespace keysift {
namespace {

// The sought objects by name. Nearly every entry of a tree is none of them: two bytes of its name tell most
// of the time.
class SoughtTable {
 public:
  explicit SoughtTable(std::span<const Sought> sought) {
    for (std::uint32_t index = 0; index < sought.size(); ++index) {
      by_id_[sought[index].object].push_back(index);
      beginnings_.set(beginning(sought[index].object));
    }
  }

  const std::vector<std::uint32_t>* find(const Oid& id) const {
    if (!beginnings_.test(beginning(id))) return nullptr;
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second;
  }

 private:
  static std::size_t beginning(const Oid& id) { return std::size_t{id.bytes[0]} << 8 | id.bytes[1]; }

  std::bitset<65536> beginnings_;
  std::unordered_map<Oid, std::vector<std::uint32_t>, OidHash> by_id_;
};

// File names, numbered.
class NameTable {
 public:
  std::uint32_t number(std::string_view name) {
    if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(numbers_.size());
    numbers_.emplace(name, number);
    return number;
  }
  const auto& all() const { return numbers_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
};

}  // namespace

// What one worker has read, in numbers of its own.
struct TreeLinks::Share {
  OidTable trees;
  NameTable names;
  std::vector<Link> links;
  std::vector<std::pair<std::uint32_t, Record>> records;  // by the worker's number of the tree
  std::vector<Link> sought;                               // of the tree in hand

  void read(const Object& tree, const SoughtTable& wanted, std::uint32_t worker) {
    Record record{links.size(), 0, 0, worker};
    sought.clear();
    TreeEntries entries(tree.bytes);
    while (const auto entry = entries.next()) {
      if (entry->kind == TreeEntry::Kind::tree)
        links.push_back({names.number(entry->name), trees.number(entry->id)});
      if (const auto* indices = wanted.find(entry->id)) {
        for (const auto index : *indices) sought.push_back({names.number(entry->name), index});
      }
    }
    record.subtrees = static_cast<std::uint32_t>(links.size() - record.begin);
    record.sought = static_cast<std::uint32_t>(sought.size());
    if (record.subtrees + record.sought == 0) return;
    links.insert(links.end(), sought.begin(), sought.end());
    records.emplace_back(trees.number(tree.id), record);
  }
};

TreeLinks::TreeLinks(const ObjectWalk& objects, const ObjectWalkOptions& options,
                     std::span<const Sought> sought) {
  const SoughtTable wanted(sought);
  std::vector<Share> shares(options.workers);
  auto trees_only = options;
  trees_only.only = ObjectType::tree;
  const auto read = [&](const Object& object, unsigned worker) {
    shares[worker].read(object, wanted, worker);
    return 0;
  };
  // The walk that found what is sought has told what cannot be read.
  objects.run(trees_only, read, nullptr, [](const std::string&, const std::string&, unsigned) {});
  merge(std::move(shares));
}

// Gives trees and names numbers that hold for all workers.
void TreeLinks::merge(std::vector<Share> shares) {
  NameTable names;
  std::vector<std::vector<std::uint32_t>> tree_numbers;
  for (const auto& share : shares) {
    auto& numbers = tree_numbers.emplace_back();
    for (std::uint32_t tree = 0; tree < share.trees.size(); ++tree)
      numbers.push_back(trees_.number(share.trees.id(tree)));
  }
  records_.resize(trees_.size());
  std::vector<std::vector<std::uint32_t>> name_numbers;
  for (const auto& share : shares) {
    auto& numbers = name_numbers.emplace_back(share.names.all().size());
    for (const auto& [name, number] : share.names.all()) numbers[number] = names.number(name);
  }
  parallel(static_cast<unsigned>(shares.size()), [&](unsigned worker) {
    auto& share = shares[worker];
    for (auto& link : share.links) link.name = name_numbers[worker][link.name];
    for (const auto& [tree, record] : share.records) {
      for (auto i = record.begin; i < record.begin + record.subtrees; ++i) {
        share.links[i].target = tree_numbers[worker][share.links[i].target];
      }
      records_[tree_numbers[worker][tree]] = record;
    }
  });
  for (auto& share : shares) links_.push_back(std::move(share.links));
  names_.resize(names.all().size());
  for (const auto& [name, number] : names.all()) names_[number] = name;
}

std::span<const TreeLinks::Link> TreeLinks::subtrees(std::uint32_t tree) const {
  const auto& record = records_[tree];
  if (record.subtrees == 0) return {};
  return std::span(links_[record.worker]).subspan(record.begin, record.subtrees);
}

std::span<const TreeLinks::Link> TreeLinks::sought(std::uint32_t tree) const {
  const auto& record = records_[tree];
  if (record.sought == 0) return {};
  return std::span(links_[record.worker]).subspan(record.begin + record.subtrees, record.sought);
}

}  // namespace keysift
