#include "source/history.h"

#include <algorithm>
#include <iterator>

#include "git/tree.h"

namespace keysift {
namespace {

// Every git knows the empty tree, whether it is stored or not.
const Oid kEmptyTree = Oid::from_hex("4b825dc642cb6eb9a060e54bf8d69288fbee4904");

// What follows the empty line after the headers of a commit or a tag.
std::string_view message_of(std::string_view object) {
  const auto blank = object.find("\n\n");
  return blank == std::string_view::npos ? std::string_view() : object.substr(blank + 2);
}

class HistoryReader {
 public:
  HistoryReader(const Repository& repository, const ObjectDatabase& objects, unsigned workers,
                const BlobSink& sink, const ErrorSink& on_error)
      : objects_(objects),
        shallow_(repository.shallow_boundary()),
        sink_(sink),
        on_error_(on_error),
        shares_(workers) {}

  HistorySummary run() {
    const auto visit = [&](const Object& object, unsigned worker) { take(object, worker); };
    objects_.walk(static_cast<unsigned>(shares_.size()), visit, on_error_);
    HistorySummary all;
    for (auto& share : shares_) {
      std::move(share.commits.begin(), share.commits.end(), std::back_inserter(all.commits));
      std::move(share.missing_links.begin(), share.missing_links.end(),
                std::back_inserter(all.missing_links));
      all.missing_entries.merge(share.missing_entries);
    }
    return all;
  }

 private:
  void take(const Object& object, unsigned worker) {
    switch (object.type) {
      case ObjectType::blob:
        return hand_on(object, object.bytes, Origin::history, worker);
      case ObjectType::tag:
        return hand_on(object, message_of(object.bytes), Origin::tag_message, worker);
      case ObjectType::tree:
        return check_tree(object, worker);
      case ObjectType::commit:
        return take_commit(object, worker);
    }
  }

  void hand_on(const Object& object, std::string_view bytes, Origin origin, unsigned worker) const {
    Blob blob;
    blob.bytes = bytes;
    blob.origin = origin;
    blob.object = object.id;
    sink_(blob, worker);
  }

  void take_commit(const Object& object, unsigned worker) {
    hand_on(object, message_of(object.bytes), Origin::commit_message, worker);
    auto header = parse_commit(object.id, object.bytes);
    if (!header) {
      on_error_(object.id.hex(), "commit has no tree: it cannot be placed in history", worker);
      return;
    }
    auto& links = shares_[worker].missing_links;
    if (is_missing(header->tree)) links.push_back({object.id, header->tree});
    if (!shallow_.contains(object.id)) {
      for (const auto& parent : header->parents) {
        if (is_missing(parent)) links.push_back({object.id, parent});
      }
    }
    shares_[worker].commits.push_back(std::move(*header));
  }

  void check_tree(const Object& object, unsigned worker) {
    TreeEntries entries(object.bytes);
    while (const auto entry = entries.next()) {
      if (entry->kind == TreeEntry::Kind::submodule || !is_missing(entry->id)) continue;
      shares_[worker].missing_entries.insert(entry->id);
    }
    if (entries.broken())
      on_error_(object.id.hex(), "tree is broken: some of its entries cannot be read", worker);
  }

  bool is_missing(const Oid& id) const { return !objects_.contains(id) && id != kEmptyTree; }

  const ObjectDatabase& objects_;
  std::set<Oid> shallow_;
  const BlobSink& sink_;
  const ErrorSink& on_error_;
  std::vector<HistorySummary> shares_;  // by worker
};

}  // namespace

HistorySummary read_history(const Repository& repository, const ObjectDatabase& objects, unsigned workers,
                            const BlobSink& sink, const ErrorSink& on_error) {
  return HistoryReader(repository, objects, workers, sink, on_error).run();
}

}  // namespace keysift
