#include "source/history.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "git/authorship.h"
#include "git/tree.h"

namespace keysift {
namespace {

class HistoryReader {
 public:
  HistoryReader(const Repository& repository, const ObjectDatabase& objects, const ObjectWalkOptions& options,
                const BlobSink& sink, const ErrorSink& on_error)
      : objects_(objects),
        shallow_(repository.shallow_boundary()),
        sink_(sink),
        on_error_(on_error),
        options_(options),
        shares_(options.workers),
        found_(options.workers, std::vector<std::uint64_t>(kRemembered)) {}

  HistorySummary run() {
    const auto visit = [&](const Object& object, unsigned worker) { return take(object, worker); };
    objects_.walk(options_, visit, on_error_);
    HistorySummary all;
    for (auto& share : shares_) {
      all.commits.push_back(std::move(share.commits));
      std::move(share.missing_links.begin(), share.missing_links.end(),
                std::back_inserter(all.missing_links));
      all.missing_entries.merge(share.missing_entries);
    }
    return all;
  }

 private:
  // What one worker learns.
  struct Share {
    std::vector<CommitHeader> commits;
    std::vector<MissingLink> missing_links;
    std::set<Oid> missing_entries;
  };

  bool take(const Object& object, unsigned worker) {
    switch (object.type) {
      case ObjectType::blob:
        return hand_on(object, Origin::history, worker);
      case ObjectType::tag:
        return hand_on_message(object, Origin::tag_message, worker);
      case ObjectType::commit:
        take_commit(object, worker);
        return hand_on_message(object, Origin::commit_message, worker);
      case ObjectType::tree:
        check_tree(object, worker);
        return hand_on(object, Origin::path, worker);
    }
    return false;
  }

  bool hand_on(const Object& object, Origin origin, unsigned worker) const {
    Blob blob;
    blob.bytes = object.bytes;
    blob.origin = origin;
    blob.object = object.id;
    blob.fresh = object.fresh;
    return sink_(blob, worker);
  }

  bool hand_on_message(const Object& object, Origin origin, unsigned worker) const {
    Blob blob;
    blob.bytes = message_of(object.bytes);
    blob.origin = origin;
    blob.object = object.id;
    return sink_(blob, worker);
  }

  void take_commit(const Object& object, unsigned worker) {
    auto header = parse_commit(object.id, object.bytes);
    if (!header) {
      on_error_(object.id.hex(), "commit has no tree: it cannot be placed in history", worker);
      return;
    }
    auto& links = shares_[worker].missing_links;
    if (is_missing(header->tree, worker)) links.push_back({object.id, header->tree});
    if (!shallow_.contains(object.id)) {
      for (const auto& parent : header->parents) {
        if (is_missing(parent, worker)) links.push_back({object.id, parent});
      }
    }
    shares_[worker].commits.push_back(std::move(*header));
  }

  // Most trees differ from another one in an entry or two: those are looked up, not all.
  void check_tree(const Object& object, unsigned worker) {
    const auto may_miss = [&](const Range& fresh) { return names_missing(object.bytes, fresh, worker); };
    if (std::none_of(object.fresh.begin(), object.fresh.end(), may_miss)) return;
    TreeEntries entries(object.bytes);
    auto fresh = object.fresh.begin();
    auto begin = entries.position();
    while (const auto entry = entries.next()) {
      while (fresh != object.fresh.end() && fresh->end < begin) ++fresh;
      if (fresh == object.fresh.end()) return;
      begin = entries.position();
      if (fresh->begin > begin || entry->kind == TreeEntry::Kind::submodule || !is_missing(entry->id, worker))
        continue;
      shares_[worker].missing_entries.insert(entry->id);
    }
    if (entries.broken())
      on_error_(object.id.hex(), "tree is broken: some of its entries cannot be read", worker);
  }

  // Whether an object that a tree names near `fresh` seems to be missing: whatever follows a NUL there is
  // taken for a name.
  bool names_missing(std::string_view tree, const Range& fresh, unsigned worker) {
    const auto begin = fresh.begin - std::min(fresh.begin, Oid::kSize);
    if (fresh.begin == 0 && fresh.end == tree.size()) return true;
    for (auto nul = tree.find('\0', begin); nul < fresh.end; nul = tree.find('\0', nul + 1)) {
      if (tree.size() - nul <= Oid::kSize || is_missing(Oid::from_raw(tree.data() + nul + 1), worker))
        return true;
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

  static constexpr std::size_t kRemembered = std::size_t{1} << 14;

  const ObjectDatabase& objects_;
  std::set<Oid> shallow_;
  const BlobSink& sink_;
  const ErrorSink& on_error_;
  ObjectWalkOptions options_;
  std::vector<Share> shares_;                      // by worker
  std::vector<std::vector<std::uint64_t>> found_;  // by worker: objects that are there
};

}  // namespace

HistorySummary read_history(const Repository& repository, const ObjectDatabase& objects,
                            const ObjectWalkOptions& options, const BlobSink& sink,
                            const ErrorSink& on_error) {
  return HistoryReader(repository, objects, options, sink, on_error).run();
}

}  // namespace keysift
