#include "source/history.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "base/text.h"
#include "git/tree.h"
#include "source/archive.h"
#include "source/large_object.h"
#include "source/pieces.h"

namespace keysift {
namespace {

class HistoryReader {
 public:
  HistoryReader(const Repository& repository, const ObjectWalk& objects, const ObjectWalkOptions& options,
                const ReadOptions& reading, const BlobSink& sink, const ErrorSink& on_error,
                const NameTest& named)
      : objects_(objects),
        shallow_(repository.shallow_boundary()),
        sink_(sink),
        on_error_(on_error),
        named_(named),
        options_(options),
        reading_(reading),
        shares_(options.workers),
        found_(options.workers, std::vector<std::uint64_t>(kRemembered)) {
    for (auto& found : found_)
      found.front() = 1;  // which belongs elsewhere: no name is there yet, not even 0
  }

  HistorySummary run(const std::function<std::vector<Oid>()>& wanted) {
    std::optional<TreeLinks::Maker> links;
    const auto before_trees = [&] {
      if (const auto objects = wanted(); !objects.empty()) links.emplace(objects, options_.workers);
    };
    const auto visit = [&](const Object& object, unsigned worker) {
      auto reach = take(object, worker);
      if (links && object.type == ObjectType::tree) reach.noted = links->add(object, worker).noted;
      return reach;
    };
    const auto visit_large = [&](ObjectStream& blob, unsigned worker) { take_large(blob, worker); };
    objects_.run(options_, visit, visit_large, on_error_, before_trees);
    HistorySummary all;
    if (links) all.links = links->finish();
    for (auto& share : shares_) {
      all.commits.push_back(std::move(share.commits));
      std::move(share.missing_links.begin(), share.missing_links.end(),
                std::back_inserter(all.missing_links));
      all.missing_entries.merge(share.missing_entries);
      all.named.merge(share.named);
    }
    return all;
  }

 private:
  // A name in trees.
  struct KnownName {
    std::string name;
    bool is_clean = false;  // nothing in it is a keyword
  };

  static constexpr std::size_t kRemembered = std::size_t{1} << 14;
  static constexpr std::size_t kLongestKnown = 4096;  // no file can have a longer one

  // What one worker learns.
  struct Share {
    std::vector<CommitHeader> commits;
    std::vector<MissingLink> missing_links;
    std::set<Oid> missing_entries;
    NameSet named;
    std::vector<KnownName> names = std::vector<KnownName>(kRemembered);  // by hash
  };

  Reach take(const Object& object, unsigned worker) {
    switch (object.type) {
      case ObjectType::blob:
        return hand_on(object, Origin::history, worker);
      case ObjectType::tag:
        return hand_on_message(object, Origin::tag_message, worker);
      case ObjectType::commit:
        return take_commit(object, worker);
      case ObjectType::tree:
        return take_tree(object, worker);
    }
    return {};
  }

  // No part of it is kept until what stands on it comes by: nothing does.
  void take_large(ObjectStream& large, unsigned worker) const {
    read_large_object(large, blob_of(large.id, {}, Origin::history), reading_, worker, sink_, on_error_);
  }

  Reach hand_on(const Object& object, Origin origin, unsigned worker) const {
    auto blob = blob_of(object.id, object.bytes, origin);
    blob.fresh = object.fresh;
    const auto reach = sink_(blob, worker);
    if (origin == Origin::history) read_members(blob, reading_, worker, sink_, on_error_);
    return reach;
  }

  Reach hand_on_message(const Object& object, Origin origin, unsigned worker) const {
    sink_(header_blob(object.id, object.bytes, origin), worker);
    return sink_(blob_of(object.id, message_of(object.bytes), origin), worker);
  }

  Reach take_commit(const Object& object, unsigned worker) {
    auto header = parse_commit(object.id, object.bytes);
    if (header) {
      objects_.prefetch(header->tree);
      for (const auto& parent : header->parents) objects_.prefetch(parent);
    }
    const auto reach = hand_on_message(object, Origin::commit_message, worker);
    if (header) {
      keep_commit(object, std::move(*header), worker);
    } else {
      on_error_(object.id.hex(), {"commit has no tree: it cannot be placed in history", Cause::broken},
                worker);
    }
    return reach;
  }

  void keep_commit(const Object& object, CommitHeader header, unsigned worker) {
    auto& links = shares_[worker].missing_links;
    if (is_missing(header.tree, worker)) links.push_back({object.id, header.tree});
    if (!shallow_.contains(object.id)) {
      for (const auto& parent : header.parents) {
        if (is_missing(parent, worker)) links.push_back({object.id, parent});
      }
    }
    if (commits_.fetch_add(1, std::memory_order_relaxed) < reading_.limits.commits)
      return shares_[worker].commits.push_back(std::move(header));
    if (!too_many_.exchange(true))
      on_error_("commits",
                beyond(Cause::commits, "there are more than " + counted(reading_.limits.commits, "commit") +
                                           "; not all of them were looked through for where keys were added"),
                worker);
  }

  Reach take_tree(const Object& object, unsigned worker) {
    for (const auto& fresh : object.fresh.ranges) {
      if (const auto nul = nul_near(object.bytes, fresh); nul + Oid::kSize < object.bytes.size())
        objects_.prefetch(Oid::from_raw(object.bytes.data() + nul + 1));
    }
    const auto reach = hand_on_names(object, worker);
    check_tree(object, worker);
    return reach;
  }

  // A tree that is made from one with a key in a name has all its names looked at: it may have that, too.
  Reach hand_on_names(const Object& tree, unsigned worker) {
    sink_(blob_of(tree.id, {}, Origin::path), worker);
    Reach all;
    auto looked_at = tree;
    if (tree.fresh.known() == nullptr) looked_at.fresh.ranges = {};
    each_name(looked_at, [&](std::string_view name, bool longest) {
      KnownName unknown;
      auto& known = name.size() > kLongestKnown ? unknown : known_name(name, worker);
      if (!longest || known.is_clean) return;
      const auto reach = sink_(blob_of(tree.id, name, Origin::path, name), worker);
      known.is_clean = reach.is_none();
      all.anywhere = all.anywhere || reach.anywhere || reach.found;
    });
    return all;
  }

  // Trees have the same names over and over: few are searched.
  KnownName& known_name(std::string_view name, unsigned worker) {
    auto& share = shares_[worker];
    auto& known = share.names[std::hash<std::string_view>{}(name) % kRemembered];
    if (known.name != name || name.empty()) {
      known = {std::string(name), false};
      if (named_ && named_(name)) share.named.emplace(name);
    }
    return known;
  }

  // The first NUL behind which an object may be named that lies in `fresh`, in part at least.
  static std::size_t nul_near(std::string_view tree, const Range& fresh) {
    const auto nul = tree.find('\0', fresh.begin - std::min(fresh.begin, Oid::kSize + 1));
    return std::min(nul, tree.size());
  }

  // Most trees differ from another one in an entry or two: those are looked up, not all.
  void check_tree(const Object& object, unsigned worker) {
    const auto may_miss = [&](const Range& fresh) { return names_missing(object.bytes, fresh, worker); };
    const auto& changes = object.fresh.ranges;
    if (!changes.empty() && std::none_of(changes.begin(), changes.end(), may_miss)) return;
    TreeEntries entries(object.bytes);
    auto fresh = changes.begin();
    auto begin = entries.position();
    for (TreeEntry entry; entries.next(entry);) {
      while (fresh != changes.end() && fresh->end < begin) ++fresh;
      if (!changes.empty() && fresh == changes.end()) return;
      begin = entries.position();
      const bool old = fresh != changes.end() && fresh->begin > begin;
      if (old || entry.kind == TreeEntry::Kind::submodule || !is_missing(entry.id, worker)) continue;
      shares_[worker].missing_entries.insert(entry.id);
    }
    if (entries.broken())
      on_error_(object.id.hex(), {"tree is broken: some of its entries cannot be read", Cause::broken},
                worker);
  }

  // Whether an object that a tree names at `fresh` seems to be missing. Looks at all that follows a NUL
  // there: parsing the tree from its beginning instead was a tenth of a scan of git's history.
  bool names_missing(std::string_view tree, const Range& fresh, unsigned worker) {
    auto nul = nul_near(tree, fresh);
    while (nul < fresh.end) {
      if (tree.size() - nul <= Oid::kSize) return true;
      const bool missing = is_missing(Oid::from_raw(tree.data() + nul + 1), worker);
      if (missing && ends_entry_name(tree, nul)) return true;
      nul = tree.find('\0', nul + 1 + (missing ? 0 : Oid::kSize));
    }
    return false;
  }

  // Whether a NUL comes after "MODE NAME", perhaps. If not, it is a byte of an object's name.
  static bool ends_entry_name(std::string_view tree, std::size_t nul) {
    const auto before = nul == 0 ? std::string_view::npos : tree.rfind('\0', nul - 1);
    if (before == std::string_view::npos) return true;
    constexpr std::size_t kMode = 6;
    const auto start = tree.substr(before + 1, std::min(nul - before - 1, Oid::kSize + kMode + 1));
    for (std::size_t i = 1; i < start.size(); ++i) {
      if (start[i] == ' ' && start[i - 1] >= '0' && start[i - 1] <= '7') return true;
    }
    return false;
  }

  // Trees that were stored whole name the same objects over and over. A look-up in the packs' indexes costs
  // several cache misses, so each worker remembers names that it found, by their first 64 bits.
  bool is_missing(const Oid& id, unsigned worker) {
    std::uint64_t name;
    std::memcpy(&name, id.bytes.data(), sizeof name);
    auto& remembered = found_[worker][name % kRemembered];
    if (remembered == name) return false;
    if (!objects_.contains(id)) return id != kEmptyTree;
    remembered = name;
    return false;
  }

  const ObjectWalk& objects_;
  std::set<Oid> shallow_;
  const BlobSink& sink_;
  const ErrorSink& on_error_;
  const NameTest& named_;
  ObjectWalkOptions options_;
  const ReadOptions& reading_;
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<bool> too_many_{false};
  std::vector<Share> shares_;                      // by worker
  std::vector<std::vector<std::uint64_t>> found_;  // by worker: objects that are there
};

}  // namespace

HistorySummary read_history(const Repository& repository, const ObjectWalk& objects,
                            const ObjectWalkOptions& options, const ReadOptions& reading,
                            const BlobSink& sink, const std::function<std::vector<Oid>()>& wanted,
                            const ErrorSink& on_error, const NameTest& named) {
  return HistoryReader(repository, objects, options, reading, sink, on_error, named).run(wanted);
}

HistorySummary read_names(const ObjectWalk& objects, const ObjectWalkOptions& options, const NameTest& named,
                          const ErrorSink& on_error) {
  HistorySummary all;
  all.commits.resize(options.workers);
  std::vector<NameSet> found(options.workers);
  const auto take_commit = [&](const Object& commit, unsigned worker) {
    if (auto header = parse_commit(commit.id, commit.bytes))
      all.commits[worker].push_back(std::move(*header));
    return Reach();
  };
  const auto take_tree = [&](const Object& tree, unsigned worker) {
    each_name(tree, [&](std::string_view name, bool) {
      if (named(name)) found[worker].emplace(name);
    });
    return Reach();
  };
  objects.run_part(ObjectPart::trees, options, take_tree, on_error);
  for (auto& names : found) all.named.merge(names);
  if (!all.named.empty()) objects.run_part(ObjectPart::commits, options, take_commit, on_error);
  return all;
}

}  // namespace keysift
