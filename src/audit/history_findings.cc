#include "audit/history_findings.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <tuple>
#include <utility>

#include "base/failure.h"
#include "base/file.h"
#include "base/stop.h"
#include "base/text.h"
#include "git/authorship.h"
#include "git/provenance.h"
#include "git/tree.h"

namespace keysift {
namespace {

// All commits, as git shows them.
std::vector<CommitHeader> commits_of(std::vector<std::vector<CommitHeader>> parts,
                                     const Repository& repository, std::span<const Ref> refs,
                                     std::vector<ScanError>& errors) {
  std::vector<CommitHeader> all;
  std::size_t count = 0;
  for (const auto& part : parts) count += part.size();
  all.reserve(count);
  for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(all));
  std::istringstream grafts;
  try {
    grafts.str(read_if_there(repository.common_dir() / "info" / "grafts", kMaxGitFile).value_or(""));
  } catch (const Failure& failure) {
    errors.push_back({".git/info/grafts", failure.what()});
  }
  substitute(all, refs, grafts);
  return all;
}

// The offset of a place in `bytes`.
std::size_t offset_of(std::string_view bytes, Position place) {
  std::size_t line = 0;
  for (; place.line > 1; --place.line) line = bytes.find('\n', line) + 1;
  return line + place.column - 1;
}

class Historian {
 public:
  Historian(const SearchedHistory& searched, HistorySummary history, const PastFileTests& tests,
            std::vector<ScanError>& errors)
      : searched_(searched),
        repository_(searched.repository),
        tests_(tests),
        named_(std::move(history.named)),
        missing_links_(std::move(history.missing_links)),
        missing_entries_(std::move(history.missing_entries)),
        links_(std::move(history.links)),
        refs_(searched.refs),
        graph_(commits_of(std::move(history.commits), repository_, refs_, errors)),
        reader_(searched.objects.database()),
        errors_(errors) {
    tips_ = tips_of(reader_, graph_, refs_);
    std::vector<CommitIndex> all;
    for (const auto& tip : tips_) all.push_back(tip.commit);
    reachable_ = graph_.reachable_from(all);
  }

  PlacedHistory place(const std::vector<Hit>& hits) {
    find_links(hits);
    report_missing();
    place_blobs(hits);
    place_names(hits);
    place_messages(hits);
    auto files = past_files();
    for (const auto& [id, problem] : reader_.unreadable())
      errors_.push_back(
          {id.hex(), "object cannot be read (" + problem + "); try: git fsck", Cause::unreadable});
    return {std::move(findings_), std::move(files)};
  }

 private:
  // The walk that found the hits could not know which objects are missing, nor, if no blob has a hit, that a
  // tree has one or names a file that is asked for.
  void find_links(const std::vector<Hit>& hits) {
    std::set<Oid> wanted;
    if (missing_entries_.size() <= kTraced) wanted = missing_entries_;
    const auto is_name = [](const Hit& hit) { return hit.origin == Origin::path; };
    if (wanted.empty() && named_.empty() && (links_ || std::none_of(hits.begin(), hits.end(), is_name)))
      return;
    for (const auto& hit : hits) {
      if (hit.origin == Origin::history) wanted.insert(hit.object);
    }
    std::mutex guard;
    const auto on_error = [&](const std::string& path, const Problem& problem, unsigned) {
      const std::lock_guard lock(guard);
      errors_.push_back(
          {path, problem.message, problem.cause});  // most have been told before: once is enough
    };
    links_ = read_tree_links(searched_.objects, searched_.walk, std::vector(wanted.begin(), wanted.end()),
                             named_, on_error);
  }

  // Only what a ref's history needs is missed: git itself lets go of the rest bit by bit.
  void report_missing() {
    if (missing_links_.empty() && missing_entries_.empty()) return;
    std::map<Oid, std::string> needed;
    for (const auto& [commit, object] : missing_links_) {
      const auto index = graph_.find(commit);
      if (index && reachable_[*index])
        needed.emplace(object, "object is missing: commit " + commit.hex() + " names it");
    }
    if (missing_entries_.size() <= kTraced) {
      trace_missing(needed);
    } else {
      for (const auto& entry : missing_entries_) needed.emplace(entry, "object is missing");
    }
    complain(needed);
  }

  // Traces what is sought, and tells if not all of its places are known.
  std::vector<Appearance> traced(std::span<const Sought> sought) {
    bool cut = false;
    auto all = trace(graph_, tips_, sought, *links_, &cut);
    if (cut && !std::exchange(cut_, true))
      errors_.push_back(
          {"trees", "trees have keys at too many places to tell them all; are they forged? try: git fsck",
           Cause::places});
    return all;
  }

  void trace_missing(std::map<Oid, std::string>& needed) {
    if (missing_entries_.empty()) return;
    std::vector<Sought> sought;
    for (const auto& id : missing_entries_) sought.push_back({id, static_cast<std::uint32_t>(sought.size())});
    for (const auto& seen : traced(sought)) {
      if (seen.reachable) needed.emplace(seen.object, "object is missing: it is " + printable(seen.path));
    }
  }

  void complain(const std::map<Oid, std::string>& needed) const {
    constexpr std::size_t kNamed = 10;
    std::size_t named = 0;
    for (const auto& [id, message] : needed) {
      if (++named > kNamed) break;
      errors_.push_back({id.hex(), message, Cause::missing});
    }
    if (needed.size() <= kNamed) return;
    errors_.push_back({"objects",
                       counted(needed.size() - kNamed, "more object") +
                           " missing, as in a partial clone; to list them: "
                           "git rev-list --objects --all --missing=print",
                       Cause::missing});
  }

  // The hits of one origin by what was found, then by object: the first place in each.
  using Places = std::map<Thing, std::map<Oid, const Hit*>>;
  static Places places_of(const std::vector<Hit>& hits, Origin origin) {
    Places places;
    for (const auto& hit : hits) {
      if (hit.origin != origin) continue;
      auto& first = places[thing_of(hit)][hit.object];
      if (first == nullptr ||
          std::tie(hit.begin.line, hit.begin.column) < std::tie(first->begin.line, first->begin.column)) {
        first = &hit;
      }
    }
    return places;
  }

  // Calls `found` with each appearance and the hit in its object, `lost` with the hits of each thing that no
  // commit has. Where not all places are known, nobody can say that of a thing.
  template <typename Found, typename Lost>
  void trace_places(const Places& places, Found&& found, Lost&& lost) {
    if (places.empty()) return;
    std::vector<Sought> sought;
    std::vector<const std::map<Oid, const Hit*>*> things;
    for (const auto& [thing, objects] : places) {
      for (const auto& [object, hit] : objects)
        sought.push_back({object, static_cast<std::uint32_t>(things.size())});
      things.push_back(&objects);
    }
    std::vector<bool> placed(things.size(), false);
    for (const auto& seen : traced(sought)) {
      placed[seen.thing] = true;
      found(*things[seen.thing]->at(seen.object), seen);
    }
    for (std::size_t i = 0; i < things.size(); ++i) {
      if (placed[i]) continue;
      if (cut_) {
        findings_.push_back(unplaced_finding(*things[i]->begin()->second));
      } else {
        lost(*things[i]);
      }
    }
  }

  void place_blobs(const std::vector<Hit>& hits) {
    trace_places(
        places_of(hits, Origin::history),
        [&](const Hit& hit, const Appearance& seen) { add_appearance(hit, seen); },
        [&](const std::map<Oid, const Hit*>& blobs) { place_without_commit(blobs); });
  }

  // A hit in a tree is one in the name of a file or folder.
  void place_names(const std::vector<Hit>& hits) {
    trace_places(
        places_of(hits, Origin::path),
        [&](const Hit& hit, const Appearance& seen) {
          const auto tree = reader_.read(seen.object);
          const auto bytes = tree ? std::string_view(tree->bytes) : std::string_view();
          // What is taken for a name may begin before it, or in the midst of it.
          const std::string_view like_name = hit.path;
          const auto begin = like_name.size() - offset_of(like_name, hit.begin);
          const auto end = like_name.size() - offset_of(like_name, hit.end);
          TreeEntries entries(bytes);
          for (TreeEntry entry; entries.next(entry);) {
            if (begin > entry.name.size()) continue;
            if (!like_name.ends_with(entry.name) && !entry.name.ends_with(like_name)) continue;
            auto path = seen.path + (seen.path.empty() ? "" : "/");
            Hit named = hit;
            const auto size = path.size() + entry.name.size();
            named.begin = {1, size - begin + 1};
            named.end = {1, size - end + 1};
            path += entry.name;
            add(named, std::move(path), Origin::path, provenance_of(seen));
            return;
          }
        },
        [&](const std::map<Oid, const Hit*>& trees) {
          const auto& [tree, hit] = *trees.begin();
          Provenance provenance;
          provenance.blob = tree.hex();
          add(*hit, {}, Origin::path, std::move(provenance));
        });
  }

  void add_appearance(const Hit& hit, const Appearance& seen) {
    auto path = seen.path;
    auto origin = Origin::history;
    const auto is_note_ref = [](const std::string& ref) { return ref.starts_with("refs/notes/"); };
    if (!seen.refs.empty() && std::all_of(seen.refs.begin(), seen.refs.end(), is_note_ref)) {
      origin = Origin::note;
      path = seen.refs.front();
    }
    add(hit, std::move(path), origin, provenance_of(seen));
  }

  Provenance provenance_of(const Appearance& seen) {
    check_stop();
    Provenance provenance;
    provenance.blob = seen.object.hex();
    provenance.state = seen.at_tip      ? BlobState::live
                       : seen.reachable ? BlobState::history_only
                                        : BlobState::unreachable;
    provenance.in_head = seen.in_head;
    provenance.introduced = describe(graph_.id(seen.introduced));
    if (seen.removed) provenance.removed = describe(graph_.id(*seen.removed));
    provenance.commits = seen.commits;
    provenance.refs = seen.refs;
    return provenance;
  }

  // Staged and not yet committed, named by a ref itself, or dropped before any commit had it.
  void place_without_commit(const std::map<Oid, const Hit*>& blobs) {
    bool staged = false;
    std::string problem;
    for (const auto& entry : repository_.index(problem)) {
      const auto found = blobs.find(entry.blob);
      if (found == blobs.end()) continue;
      staged = true;
      add(*found->second, entry.path, Origin::index, std::nullopt);
    }
    if (!problem.empty()) errors_.push_back({".git/index", problem});
    if (staged) return;
    const auto& [blob, hit] = *blobs.begin();
    std::vector<std::string> names;
    for (const auto& ref : refs_) {
      if (const auto target = peel(reader_, ref.target, ObjectType::blob); target && blobs.contains(*target))
        names.push_back(ref.name);
    }
    Provenance provenance;
    provenance.blob = blob.hex();
    if (!names.empty()) provenance.state = BlobState::live;
    provenance.refs = std::move(names);
    auto path = provenance.refs.empty() ? std::string() : provenance.refs.front();
    add(*hit, std::move(path), Origin::history, std::move(provenance));
  }

  void place_messages(const std::vector<Hit>& hits) {
    std::map<Thing, std::map<CommitIndex, const Hit*>> by_thing;
    for (const auto& hit : hits) {
      if (hit.origin == Origin::tag_message) place_tag(hit);
      if (hit.origin != Origin::commit_message) continue;
      if (const auto commit = graph_.find(hit.object)) by_thing[thing_of(hit)].emplace(*commit, &hit);
    }
    std::vector<std::vector<CommitIndex>> commits;
    for (const auto& [thing, messages] : by_thing) {
      for (auto& set = commits.emplace_back(); const auto& [commit, hit] : messages) set.push_back(commit);
    }
    const auto refs = refs_reaching(graph_, tips_, commits);
    std::size_t i = 0;
    for (const auto& [thing, messages] : by_thing) {
      // The first that a ref reaches: an amended commit's message is of less interest than its successor's.
      auto first = std::find_if(messages.begin(), messages.end(),
                                [&](const auto& each) { return reachable_[each.first]; });
      if (first == messages.end()) first = messages.begin();
      auto provenance = message_provenance(*first->second, refs[i++]);
      provenance.commits = messages.size();
      add(*first->second, {}, Origin::commit_message, std::move(provenance));
    }
  }

  void place_tag(const Hit& hit) {
    std::vector<std::string> names;
    for (const auto& ref : refs_) {
      if (ref.target == hit.object) names.push_back(ref.name);
    }
    auto path = names.empty() ? std::string() : names.front();
    add(hit, std::move(path), Origin::tag_message, message_provenance(hit, std::move(names)));
  }

  Provenance message_provenance(const Hit& hit, const SharedStrings& refs) {
    Provenance provenance;
    provenance.blob = hit.object.hex();
    provenance.introduced = describe(hit.object);
    provenance.state = refs.empty()                        ? BlobState::unreachable
                       : hit.origin == Origin::tag_message ? BlobState::live
                                                           : BlobState::history_only;
    provenance.refs = refs;
    return provenance;
  }

  std::vector<PastFile> past_files() {
    std::vector<PastFile> files;
    const auto sought = named_blobs();
    if (sought.empty()) return files;
    for (const auto& seen : traced(sought))
      if (tests_.path(seen.path)) files.push_back({seen.path, provenance_of(seen)});
    return files;
  }

  // To all versions of a file, and to all files, the same thing is sought: a file with a name. So each path
  // comes once.
  std::vector<Sought> named_blobs() {
    std::set<Oid> blobs;
    if (named_.empty()) return {};
    for (const auto& entry : links_->entries()) {
      const auto& name = links_->name(entry.name);
      const auto& id = links_->id(entry.object);
      if (!named_.contains(name) || !links_->entries_of(entry.object).empty() || blobs.contains(id)) continue;
      const auto object = reader_.read(id);
      if (object && object->type == ObjectType::blob && tests_.contents(name, object->bytes))
        blobs.insert(id);
    }
    std::vector<Sought> sought;
    for (const auto& id : blobs) sought.push_back({id, 0});
    return sought;
  }

  void add(const Hit& hit, std::string path, Origin origin, std::optional<Provenance> provenance) {
    auto finding = finding_at(hit, std::move(path));
    finding.origin = origin;
    finding.provenance = std::move(provenance);
    findings_.push_back(std::move(finding));
  }

  CommitInfo describe(const Oid& object) {
    const auto read = reader_.read(object);
    auto [author, date, summary] = parse_authorship(read ? read->bytes : std::string_view());
    return {object.hex(), std::move(author), std::move(date), std::move(summary)};
  }

  // Tracing each of very many missing objects would take longer than the scan did; then it is a partial
  // clone.
  static constexpr std::size_t kTraced = 1000;

  const SearchedHistory& searched_;
  const Repository& repository_;
  const PastFileTests& tests_;
  NameSet named_;
  std::vector<MissingLink> missing_links_;
  std::set<Oid> missing_entries_;
  std::optional<TreeLinks> links_;
  const std::vector<Ref>& refs_;
  CommitGraph graph_;
  ObjectReader reader_;
  std::vector<ScanError>& errors_;
  std::vector<Tip> tips_;
  std::vector<bool> reachable_;  // by commit: from any ref
  std::vector<Finding> findings_;
  bool cut_ = false;  // not all places are known
};

}  // namespace

std::vector<Ref> refs_of(const Repository& repository, const ObjectWalk& objects,
                         std::vector<ScanError>& errors) {
  std::vector<std::string> broken;
  auto refs = repository.refs(broken, [&](const Oid& id) { return objects.contains(id); });
  for (const auto& ref : broken)
    errors.push_back({ref, "ref cannot be resolved; try: git fsck", Cause::broken});
  return refs;
}

PlacedHistory history_findings(const SearchedHistory& searched, HistorySummary history,
                               const std::vector<Hit>& hits, const PastFileTests& tests,
                               std::vector<ScanError>& errors) {
  if (hits.empty() && history.missing_links.empty() && history.missing_entries.empty() &&
      history.named.empty())
    return {};
  Historian historian(searched, std::move(history), tests, errors);
  return historian.place(hits);
}

}  // namespace keysift
