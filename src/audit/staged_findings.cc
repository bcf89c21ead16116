#include "audit/staged_findings.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "git/tree_reader.h"

namespace keysift {
namespace {

// The lines of a blob.
std::vector<std::string_view> lines_of(std::string_view bytes) {
  std::vector<std::string_view> lines;
  while (!bytes.empty()) {
    lines.push_back(bytes.substr(0, bytes.find('\n')));
    bytes.remove_prefix(std::min(bytes.size(), lines.back().size() + 1));
  }
  return lines;
}

class StagedFilter {
 public:
  StagedFilter(const StagedChanges& changes, const ObjectDatabase& database, const ThingsIn& things_in,
               const ErrorSink& on_error)
      : changes_(changes), objects_(database), trees_(objects_), things_in_(things_in), on_error_(on_error) {}

  std::vector<Hit> filter(std::vector<Hit> hits) {
    std::map<std::pair<std::string, Thing>, std::vector<Hit>> places;
    std::vector<Hit> added;
    for (auto& hit : hits) {
      auto& where = hit.origin == Origin::path ? added : places[{hit.path, thing_of(hit)}];
      where.push_back(std::move(hit));
    }
    for (auto& [key, each] : places) {
      keep_new(each, key.second);
      std::move(each.begin(), each.end(), std::back_inserter(added));
    }
    return added;
  }

 private:
  // `hits` are those of one thing in one file.
  void keep_new(std::vector<Hit>& hits, const Thing& thing) {
    const auto file = std::lower_bound(changes_.files.begin(), changes_.files.end(), hits.front().path,
                                       [](const auto& each, const auto& path) { return each.path < path; });
    const auto& before = file->replaced.empty() ? deleted() : file->replaced;
    std::size_t known = 0;
    for (const auto& blob : before) {
      const auto& things = things_in(blob);
      const auto found = things.find(thing);
      if (found != things.end()) known = std::max(known, found->second);
    }
    if (known == 0) return;
    if (known < hits.size()) put_new_lines_first(hits, *file);
    hits.resize(hits.size() - std::min(hits.size(), known));
  }

  void put_new_lines_first(std::vector<Hit>& hits, const StagedFile& file) {
    std::unordered_set<std::string> old;
    for (const auto& blob : file.replaced) {
      const auto object = objects_.read(blob);
      for (const auto line : lines_of(object ? object->bytes : std::string_view())) old.emplace(line);
    }
    const auto object = objects_.read(file.blob);
    const auto lines = lines_of(object ? object->bytes : std::string_view());
    std::stable_partition(hits.begin(), hits.end(), [&](const Hit& hit) {
      return hit.begin.line <= lines.size() && !old.contains(std::string(lines[hit.begin.line - 1]));
    });
  }

  const Things& things_in(const Oid& blob) {
    const auto [entry, added] = things_.try_emplace(blob);
    if (!added) return entry->second;
    if (const auto object = objects_.read(blob)) {
      entry->second = things_in_(*object);
    } else {
      on_error_(blob.hex(),
                {"object cannot be read (" + objects_.problem() +
                     "); whether it held a secret already is not known",
                 objects_.cause()},
                0);
    }
    return entry->second;
  }

  // The blobs that HEAD has at paths that the index lacks.
  const std::vector<Oid>& deleted() {
    if (std::exchange(expanded_, true)) return deleted_;
    std::set<Oid> seen;
    auto waiting = changes_.deleted;
    while (!waiting.empty()) {
      const auto id = waiting.back();
      waiting.pop_back();
      if (!seen.insert(id).second) continue;
      const auto tree = trees_.read(id);
      if (!tree) deleted_.push_back(id);
      TreeEntries entries(tree ? tree->bytes() : std::string_view());
      for (TreeEntry entry; entries.next(entry);) {
        if (entry.kind != TreeEntry::Kind::submodule) waiting.push_back(entry.id);
      }
    }
    return deleted_;
  }

  const StagedChanges& changes_;
  ObjectReader objects_;
  TreeReader trees_;
  const ThingsIn& things_in_;
  const ErrorSink& on_error_;
  std::map<Oid, Things> things_;
  bool expanded_ = false;
  std::vector<Oid> deleted_;
};

}  // namespace

std::vector<Hit> new_hits(std::vector<Hit> hits, const StagedChanges& changes, const ObjectDatabase& database,
                          const ThingsIn& things_in, const ErrorSink& on_error) {
  if (hits.empty()) return hits;
  return StagedFilter(changes, database, things_in, on_error).filter(std::move(hits));
}

}  // namespace keysift
