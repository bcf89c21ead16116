#include "git/commit_range.h"

#include <algorithm>
#include <array>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/failure.h"
#include "base/stop.h"
#include "base/text.h"
#include "git/object_reader.h"
#include "git/odb_bridge.h"

namespace keysift {
namespace {

// How many commits to look at after the last that could matter, in case clocks were wrong.
constexpr std::size_t kSlack = 32;

// Which ends reach a commit.
using Ends = std::uint8_t;
constexpr Ends kLeft = 1;
constexpr Ends kRight = 2;

constexpr char kDeepen[] = " git fetch --deepen=N, or fetch-depth: 0 where CI checks out";

std::string advice(const Repository& repository) {
  return std::string(git_repository_is_shallow(repository.get()) == 1
                         ? "; this clone is shallow: get more with"
                         : "; if this clone lacks it:") +
         kDeepen;
}

bool has_ref(const Repository& repository, const std::string& name) {
  git_reference* raw = nullptr;
  const bool found = git_reference_lookup(&raw, repository.get(), name.c_str()) == 0;
  git_reference_free(raw);
  return found;
}

// Git takes the first ref that a short name fits, and warns. Whoever may push a tag could choose what it
// means.
void check_unambiguous(const Repository& repository, const std::string& shown, const std::string& name) {
  if (has_ref(repository, name) || Oid::from_hex(name) != Oid{}) return;
  std::string first;
  for (const char* folder : {"refs/", "refs/tags/", "refs/heads/", "refs/remotes/"}) {
    const auto ref = folder + name;
    if (!has_ref(repository, ref)) continue;
    if (!first.empty())
      throw Failure(shown + " fits " + printable(first) + " and " + printable(ref) +
                    "; write the one that is meant");
    first = ref;
  }
}

// Of a ref whose object cannot be read libgit2 says that there is none, and never frees it.
void check_ref(const Repository& repository, ObjectReader& objects, const std::string& shown,
               const std::string& revision) {
  const auto name = revision.substr(0, std::min(revision.find_first_of("~^:"), revision.find("@{")));
  check_unambiguous(repository, shown, name);
  git_reference* raw = nullptr;
  if (git_reference_dwim(&raw, repository.get(), name.c_str()) != 0) return;
  const GitHandle<git_reference, git_reference_free> ref(raw);
  const auto target = Oid::from_raw(git_reference_target(raw)->id);
  if (!objects.read(target))
    throw Failure(shown + ": " + target.hex() + " cannot be read (" + objects.problem() + "); try: git fsck");
}

// A range's text, taken apart.
struct Sides {
  std::string left;
  std::string right;
  bool symmetric = false;
};

Sides sides_of(const std::string& range) {
  const auto dots = range.find("..");
  if (dots == std::string::npos || range.find_first_not_of('.') == std::string::npos) {
    throw Failure("--range: '" + printable(range) + "' is not A..B or A...B, such as main..HEAD");
  }
  const bool symmetric = range.compare(dots, 3, "...") == 0;
  const auto or_head = [](std::string side) { return side.empty() ? "HEAD" : side; };
  return {or_head(range.substr(0, dots)), or_head(range.substr(dots + (symmetric ? 3 : 2))), symmetric};
}

// Goes back from both ends at once, always from the newest commit that is known, and carries along which ends
// reach it.
class RangeWalk {
 public:
  RangeWalk(const Repository& repository, ObjectReader& reader, const RangeRequest& request,
            const ObjectErrorSink& on_error)
      : request_(request), reader_(reader), shallow_(repository.shallow_boundary()), on_error_(on_error) {}

  std::vector<RangeCommit> from(const Oid& tip) { return run({{kRight, tip}}); }

  std::vector<RangeCommit> between(const Oid& left, const Oid& right, bool symmetric) {
    symmetric_ = symmetric;
    has_beginning_ = true;
    return run({{kLeft, left}, {kRight, right}});
  }

 private:
  struct Node {
    CommitHeader header;
    Ends ends = 0;
    bool cut = false;  // its parents are missing, for the clone is shallow
    bool queued = false;
    bool listed = false;
  };

  struct Turn {
    std::int64_t time;
    std::uint64_t order;  // of two commits of one date the first come is first, as in git
    Node* node;
    bool operator<(const Turn& other) const {
      return std::tie(time, other.order) < std::tie(other.time, order);
    }
  };

  bool outside(const Node& node) const {
    return symmetric_ ? node.ends == (kLeft | kRight) : (node.ends & kLeft) != 0;
  }
  bool too_old(const Node& node) const { return request_.since && node.header.time < *request_.since; }

  std::vector<RangeCommit> run(const std::vector<std::pair<Ends, Oid>>& starts) {
    for (const auto& [end, commit] : starts) reach(commit, end, commit);
    const auto enough = starts.size() == 1 ? request_.max_commits.value_or(SIZE_MAX) : SIZE_MAX;
    while (!queue_.empty() && listed_.size() < enough && may_change()) {
      check_stop();
      auto& node = *queue_.top().node;
      queue_.pop();
      node.queued = false;
      if (!outside(node)) {
        --open_;
        if (too_old(node)) continue;
        list(node);
      }
      std::erase_if(node.header.parents,
                    [&](const Oid& parent) { return !reach(parent, node.ends, node.header.id); });
    }
    return result();
  }

  // Whether another step could still add a commit to the list, or show that one does not belong there.
  bool may_change() {
    if (open_ > 0 || (!listed_.empty() && queue_.top().time >= oldest_)) {
      slack_ = kSlack;
      return true;
    }
    return !listed_.empty() && slack_-- > 0;
  }

  void list(Node& node) {
    if (std::exchange(node.listed, true)) return;
    listed_.push_back(&node);
    oldest_ = std::min(oldest_, node.header.time);
  }

  // Notes that `ends` reach a commit. False if it cannot be read.
  bool reach(const Oid& id, Ends ends, const Oid& child) {
    auto* node = find(id, child);
    if (node == nullptr) return false;
    if ((node->ends | ends) == node->ends) return true;
    if (node->queued && !outside(*node)) --open_;
    node->ends |= ends;
    if (!outside(*node)) ++open_;
    if (!std::exchange(node->queued, true)) queue_.push({node->header.time, order_++, node});
    return true;
  }

  Node* find(const Oid& id, const Oid& child) {
    const auto [entry, added] = nodes_.try_emplace(id);
    if (added) entry->second = read(id, child);
    return entry->second ? &*entry->second : nullptr;
  }

  std::optional<Node> read(const Oid& id, const Oid& child) {
    const auto object = reader_.read(id);
    auto header =
        object && object->type == ObjectType::commit ? parse_commit(id, object->bytes) : std::nullopt;
    if (!header) {
      const auto why = object ? "it is no commit that has a tree" : reader_.problem();
      on_error_(id.hex(),
                "commit cannot be read (" + why + "), which " + child.hex() + " names; try: git fsck", 0);
      return std::nullopt;
    }
    Node node{std::move(*header)};
    node.cut = shallow_.contains(id) && !node.header.parents.empty();
    if (node.cut) node.header.parents.clear();
    return node;
  }

  std::vector<RangeCommit> result() {
    std::vector<RangeCommit> commits;
    for (auto* node : listed_) {
      if (commits.size() == request_.max_commits.value_or(SIZE_MAX)) break;
      if (outside(*node)) continue;
      if (node->cut && has_beginning_) {
        on_error_(node->header.id.hex(),
                  "the clone is shallow and ends with this commit, not where the range begins; what lies "
                  "between was not searched; get more with" +
                      std::string(kDeepen),
                  0);
      }
      const std::size_t tip = symmetric_ && node->ends == kRight ? 1 : 0;
      commits.push_back({std::move(node->header), tip});
    }
    return commits;
  }

  const RangeRequest& request_;
  ObjectReader& reader_;
  std::set<Oid> shallow_;
  const ObjectErrorSink& on_error_;
  bool symmetric_ = false;
  bool has_beginning_ = false;
  std::unordered_map<Oid, std::optional<Node>, OidHash> nodes_;  // nothing: cannot be read
  std::priority_queue<Turn> queue_;
  std::uint64_t order_ = 0;
  std::size_t open_ = 0;  // commits in the queue that may belong to the range
  std::size_t slack_ = kSlack;
  std::int64_t oldest_ = INT64_MAX;
  std::vector<Node*> listed_;
};

// The commits of a list, each with the tip that reaches it through others of the list.
class CommitList {
 public:
  CommitList(const Repository& repository, ObjectReader& objects, const std::vector<Oid>& listed) {
    const auto shallow = repository.shallow_boundary();
    for (const auto& id : listed) {
      auto header = read(objects, id);
      if (shallow.contains(id)) header.parents.clear();
      places_.emplace(id, range_.commits.size());
      range_.commits.push_back({std::move(header), kNoTip});
    }
  }

  CommitRange take() {
    std::unordered_set<Oid, OidHash> parents;
    for (const auto& [header, tip] : range_.commits)
      parents.insert(header.parents.begin(), header.parents.end());
    for (const auto& commit : range_.commits) {
      if (!parents.contains(commit.header.id)) add_tip(commit.header.id);
    }
    for (const auto& commit : range_.commits) {  // forged ones may go in a circle
      if (commit.tip == kNoTip) add_tip(commit.header.id);
    }
    return std::move(range_);
  }

 private:
  static constexpr std::size_t kNoTip = SIZE_MAX;

  static CommitHeader read(ObjectReader& objects, const Oid& id) {
    const auto object = objects.read(id);
    if (!object) throw Failure("--commits: " + id.hex() + " cannot be read (" + objects.problem() + ")");
    auto header = object->type == ObjectType::commit ? parse_commit(id, object->bytes) : std::nullopt;
    if (!header) throw Failure("--commits: " + id.hex() + " is no commit that has a tree");
    return std::move(*header);
  }

  void add_tip(const Oid& tip) {
    std::vector<Oid> reached = {tip};
    while (!reached.empty()) {
      const auto place = places_.find(reached.back());
      reached.pop_back();
      if (place == places_.end() || range_.commits[place->second].tip != kNoTip) continue;
      auto& commit = range_.commits[place->second];
      commit.tip = range_.tips.size();
      reached.insert(reached.end(), commit.header.parents.begin(), commit.header.parents.end());
    }
    range_.tips.push_back({"", tip});
  }

  CommitRange range_;
  std::unordered_map<Oid, std::size_t, OidHash> places_;  // in the range's commits
};

// As far as refs tell: HEAD's branch is yet to come, and there is no other.
bool has_no_commits(const Repository& repository) {
  std::vector<std::string> broken;
  return git_answer([&] { return git_repository_head_unborn(repository.get()); }) == 1 &&
         repository.refs(broken).empty() && broken.empty();
}

}  // namespace

RangeTip named_commit(const Repository& repository, ObjectReader& objects, const std::string& option,
                      const std::string& revision) {
  const auto shown = option + ": '" + printable(revision) + "'";
  check_ref(repository, objects, shown, revision);
  const OdbBridge bridge(repository, objects);
  git_object* raw = nullptr;
  git_reference* raw_ref = nullptr;
  const auto status = git_revparse_ext(&raw, &raw_ref, repository.get(), revision.c_str());
  const GitHandle<git_object, git_object_free> object(raw);
  const GitHandle<git_reference, git_reference_free> ref(raw_ref);
  if (status == GIT_EAMBIGUOUS) throw Failure(shown + " fits several objects; write more of the name");
  if (status != 0) throw Failure(shown + " is no revision of this repository" + advice(repository));
  const auto commit = peel(objects, Oid::from_raw(git_object_id(raw)->id), ObjectType::commit);
  if (!commit) throw Failure(shown + " leads to no commit");
  return {ref ? git_reference_name(ref.get()) : "", *commit};
}

std::vector<Oid> parse_commit_list(std::string_view text, const std::string& list_name) {
  std::vector<Oid> commits;
  std::unordered_set<Oid, OidHash> seen;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto name = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(name.size() + 1, text.size()));
    const auto commit = Oid::from_hex(name);
    if (name.size() != 2 * Oid::kSize || commit == Oid{})
      throw Failure(list_name + ":" + std::to_string(line) + ": '" + printable(name.substr(0, 80)) +
                    "' is no commit's name: 40 hexadecimal digits, as git rev-list prints it");
    if (seen.insert(commit).second) commits.push_back(commit);
  }
  return commits;
}

CommitRange commits_in(const Repository& repository, const ObjectDatabase& database,
                       const RangeRequest& request, const ObjectErrorSink& on_error) {
  ObjectReader objects(database);
  if (request.commits) return CommitList(repository, objects, *request.commits).take();
  if (request.range.empty() && request.branch.empty() && has_no_commits(repository)) return {};
  RangeWalk walk(repository, objects, request, on_error);
  if (!request.range.empty()) {
    const auto sides = sides_of(request.range);
    const auto left = named_commit(repository, objects, "--range", sides.left);
    const auto right = named_commit(repository, objects, "--range", sides.right);
    auto commits = walk.between(left.commit, right.commit, sides.symmetric);
    if (sides.symmetric) return {{left, right}, std::move(commits)};
    return {{right}, std::move(commits)};
  }
  const auto tip = request.branch.empty() ? named_commit(repository, objects, "HEAD", "HEAD")
                                          : named_commit(repository, objects, "--branch", request.branch);
  return {{tip}, walk.from(tip.commit)};
}

bool has_commit(const Repository& repository, const ObjectDatabase& database, const std::string& revision) {
  ObjectReader objects(database);
  try {
    named_commit(repository, objects, "revision", revision);
    return true;
  } catch (const Failure&) {
    return false;
  }
}

}  // namespace keysift
