#include "audit/range_findings.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "git/authorship.h"
#include "git/tree_reader.h"
#include "source/range.h"

namespace keysift {
namespace {

using HitsByThing = std::map<Thing, const Hit*>;  // the first place of each

void add_hit(HitsByThing& hits, const Hit& hit) {
  auto& first = hits[thing_of(hit)];
  const auto place = [](const Hit& each) { return std::tie(each.begin.line, each.begin.column); };
  if (first == nullptr || place(hit) < place(*first)) first = &hit;
}

// One thing at one path, and who added it.
struct Place {
  const Hit* hit = nullptr;
  std::size_t commit = 0;  // the oldest
  std::uint64_t commits = 0;
  std::set<std::string> refs;
};

class RangeHistorian {
 public:
  RangeHistorian(const Repository& repository, const ObjectDatabase& database, const CommitRange& range,
                 const ThingsIn& things_in, const ErrorSink& on_error)
      : repository_(repository),
        database_(database),
        range_(range),
        things_in_(things_in),
        on_error_(on_error),
        objects_(database),
        trees_(objects_) {
    std::vector<CommitHeader> headers;
    for (const auto& commit : range.commits) headers.push_back(commit.header);
    const CommitGraph graph(headers);
    for (const auto& commit : range.commits) age_.push_back(graph.find(commit.header.id).value_or(0));
  }

  std::vector<Finding> place(const std::vector<Hit>& hits, unsigned threads) {
    sort_out(hits);
    if (!sought_.empty()) {
      find_ends();
      auto [seen, cut] = sightings(database_, range_, threads, sought_, on_error_);
      std::stable_sort(seen.begin(), seen.end(),
                       [&](const Sighting& a, const Sighting& b) { return age_[a.commit] < age_[b.commit]; });
      for (const auto& sighting : seen) note(sighting);
      if (cut) tell_cut(seen, hits);
    }
    for (const auto& [key, place] : blobs_at_) add_blob(key.first, key.second, place);
    for (const auto& [key, place] : names_at_) add_name(key.second, place);
    for (const auto& [thing, place] : messages_at_)
      add(*place.hit, {}, provenance_of(place, BlobState::history_only, false));
    for (const auto& [id, problem] : objects_.unreadable())
      on_error_(id.hex(), "object cannot be read (" + problem + "); what is said of its history may be wrong",
                0);
    return std::move(findings_);
  }

 private:
  using Places = std::map<std::pair<Thing, std::string>, Place>;

  void sort_out(const std::vector<Hit>& hits) {
    std::map<Oid, HitsByThing> messages;
    for (const auto& hit : hits) {
      if (hit.origin == Origin::commit_message) {
        add_hit(messages[hit.object], hit);
        continue;
      }
      add_hit(hit.origin == Origin::path ? names_[{hit.object, hit.path}] : blobs_[hit.object], hit);
      sought_.insert(hit.object);
    }
    for (std::size_t commit = 0; commit < range_.commits.size(); ++commit) {
      for (const auto& [thing, hit] : messages[range_.commits[commit].header.id])
        note(messages_at_[thing], *hit, commit);
    }
  }

  void note(const Sighting& seen) {
    if (const auto blob = blobs_.find(seen.blob); seen.is_blob && blob != blobs_.end()) {
      for (const auto& [thing, hit] : blob->second) {
        const auto holds_it = [&, &what = thing](const Oid& other) { return holds(other, what); };
        if (std::none_of(seen.replaced.begin(), seen.replaced.end(), holds_it))
          note(blobs_at_[{thing, seen.path}], *hit, seen.commit);
      }
    }
    if (const auto name = names_.find({seen.tree, seen.name}); seen.new_name && name != names_.end()) {
      for (const auto& [thing, hit] : name->second) note(names_at_[{thing, seen.path}], *hit, seen.commit);
    }
  }

  void tell_cut(const std::vector<Sighting>& seen, const std::vector<Hit>& hits) {
    on_error_("commits",
              {"the commits add keys at too many places to tell them all; are their trees forged? try: git "
               "fsck",
               Cause::places},
              0);
    std::set<Oid> placed;
    for (const auto& sighting : seen) placed.insert({sighting.blob, sighting.tree});
    for (const auto& hit : hits) {
      if (sought_.contains(hit.object) && !placed.contains(hit.object))
        findings_.push_back(unplaced_finding(hit));
    }
  }

  void note(Place& place, const Hit& hit, std::size_t commit) {
    if (place.commits++ == 0 || age_[commit] < age_[place.commit]) {
      place.hit = &hit;
      place.commit = commit;
    }
    if (const auto& ref = range_.tips[range_.commits[commit].tip].ref; !ref.empty()) place.refs.insert(ref);
  }

  bool holds(const Oid& blob, const Thing& thing) {
    if (const auto known = blobs_.find(blob); known != blobs_.end()) return known->second.contains(thing);
    auto [entry, added] = others_.try_emplace(blob);
    if (added) {
      const auto object = objects_.read(blob);
      if (object) {
        entry->second = things_in_(*object);
      } else {
        on_error_(blob.hex(),
                  {"object cannot be read (" + objects_.problem() +
                       "); whether it held a secret already is not known",
                   objects_.cause()},
                  0);
      }
    }
    return entry->second.contains(thing);
  }

  // The trees of HEAD and of what the range ends in.
  void find_ends() {
    git_oid head;
    if (git_answer([&] { return git_reference_name_to_id(&head, repository_.get(), "HEAD"); }) == 0)
      head_ = tree_of(Oid::from_raw(head.id));
    for (const auto& tip : range_.tips) {
      if (const auto tree = tree_of(tip.commit)) tips_.push_back(*tree);
    }
  }

  std::optional<Oid> tree_of(const Oid& commit) {
    const auto object = objects_.read(commit);
    const auto header = object ? parse_commit(commit, object->bytes) : std::nullopt;
    return header ? std::optional(header->tree) : std::nullopt;
  }

  // `there(root)` says whether a tree still has what was found.
  template <typename There>
  Provenance provenance_where(const Place& place, There&& there) {
    const bool in_head = head_ && there(*head_);
    const bool live = in_head || std::any_of(tips_.begin(), tips_.end(), there);
    return provenance_of(place, live ? BlobState::live : BlobState::history_only, in_head);
  }

  void add_blob(const Thing& thing, const std::string& path, const Place& place) {
    add(*place.hit, path, provenance_where(place, [&](const Oid& root) {
      const auto blob = trees_.find(root, path);
      return blob && holds(*blob, thing);
    }));
  }

  void add_name(const std::string& path, const Place& place) {
    Hit hit = *place.hit;
    const auto folder = path.size() - hit.path.size();
    hit.begin.column += folder;
    hit.end.column += folder;
    add(hit, path,
        provenance_where(place, [&](const Oid& root) { return trees_.find(root, path).has_value(); }));
  }

  Provenance provenance_of(const Place& place, BlobState state, bool in_head) {
    Provenance provenance;
    provenance.blob = place.hit->object.hex();
    provenance.state = state;
    provenance.in_head = in_head;
    provenance.introduced = describe(range_.commits[place.commit].header.id);
    provenance.refs = std::vector(place.refs.begin(), place.refs.end());
    provenance.commits = place.commits;
    return provenance;
  }

  CommitInfo describe(const Oid& commit) {
    const auto object = objects_.read(commit);
    auto [author, date, summary] = parse_authorship(object ? object->bytes : std::string_view());
    return {commit.hex(), std::move(author), std::move(date), std::move(summary)};
  }

  void add(const Hit& hit, std::string path, Provenance provenance) {
    auto finding = finding_at(hit, std::move(path));
    finding.provenance = std::move(provenance);
    findings_.push_back(std::move(finding));
  }

  const Repository& repository_;
  const ObjectDatabase& database_;
  const CommitRange& range_;
  const ThingsIn& things_in_;
  const ErrorSink& on_error_;
  ObjectReader objects_;
  TreeReader trees_;
  std::vector<CommitIndex> age_;  // by commit of the range: the smaller the older
  std::map<Oid, HitsByThing> blobs_;
  std::map<std::pair<Oid, std::string>, HitsByThing> names_;  // by tree and name in it
  std::unordered_set<Oid, OidHash> sought_;                   // blobs and trees with hits
  std::map<Oid, Things> others_;                              // blobs that were looked at for comparison
  std::optional<Oid> head_;
  std::vector<Oid> tips_;
  Places blobs_at_;
  Places names_at_;
  std::map<Thing, Place> messages_at_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> range_findings(const Repository& repository, const ObjectDatabase& database,
                                    const CommitRange& range, unsigned threads, const std::vector<Hit>& hits,
                                    const ThingsIn& things_in, const ErrorSink& on_error) {
  if (hits.empty()) return {};
  return RangeHistorian(repository, database, range, things_in, on_error).place(hits, threads);
}

}  // namespace keysift
