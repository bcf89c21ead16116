// Provenance against git: small random histories, where keys come and go through merges, octopus merges,
// renames, reverts and criss-crosses, from several roots. What each finding should say is worked out from
// what git tells of each commit.
#include <algorithm>
#include <map>
#include <queue>
#include <random>
#include <set>
#include <sstream>
#include <tuple>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;
using Strings = std::vector<std::string>;

constexpr unsigned kKeys = 4;
const Strings kPaths = {"a.txt", "b.txt", "d/a.txt", "d/e/f.txt"};

/// A key, and one of three versions of the file around it.
std::string contents_with(unsigned key, std::size_t lines) {
  return std::string(lines, '\n') + openai_project_key(key) + "\n";
}

/// A random history, as git's fast-import takes it.
class HistoryMaker {
 public:
  explicit HistoryMaker(unsigned seed) : random_(seed) {}

  std::string stream() {
    const unsigned count = 12 + below(14);
    for (unsigned commit = 0; commit < count; ++commit) add_commit();
    for (std::size_t branch = 0; branch < 3; ++branch) {
      point("refs/heads/" + std::string(branch == 0 ? "main" : "side" + std::to_string(branch)));
    }
    if (below(2) == 0) point("refs/remotes/origin/main");
    if (below(2) == 0) point("refs/tags/light");
    return out_.str();
  }

 private:
  using Tree = std::map<std::string, std::string>;  // path to contents

  unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }

  void add_commit() {
    const std::set<std::size_t> parents = pick_parents();
    Tree tree;
    for (const std::size_t parent : parents) {
      for (const auto& file : trees_[parent]) {
        if (below(3) != 0) tree.insert(file);  // a merge keeps some, drops some
      }
    }
    if (parents.size() == 1) tree = trees_[*parents.begin()];
    if (parents.size() == 1 && below(5) == 0) tree = trees_[below(trees_.size())];  // a revert, of a kind
    if (parents.size() < 2 || below(4) == 0) change(tree);
    write_commit(parents, tree);
    trees_.push_back(tree);
  }

  std::set<std::size_t> pick_parents() {
    std::set<std::size_t> parents;
    if (trees_.empty() || below(10) == 0) return parents;
    const unsigned kind = below(10);
    const std::size_t wanted = kind < 6 ? 1 : kind < 9 ? 2 : 3;
    for (std::size_t i = 0; i < wanted; ++i) {
      const std::size_t back = below(std::min<std::size_t>(trees_.size(), 6));
      parents.insert(trees_.size() - 1 - back);
    }
    return parents;
  }

  void change(Tree& tree) {
    const std::string& path = kPaths[below(kPaths.size())];
    switch (below(4)) {
      case 0:
        tree.erase(path);
        break;
      case 1:
        if (const auto file = tree.find(path); file != tree.end()) {
          const std::string contents = file->second;
          tree.erase(file);
          tree[kPaths[below(kPaths.size())]] = contents;
        }
        break;
      default: {
        const unsigned key = 1 + below(kKeys);
        tree[path] = contents_with(key, below(3));
      }
    }
  }

  void write_commit(const std::set<std::size_t>& parents, const Tree& tree) {
    // Clocks stand still and go wrong.
    const unsigned step = below(8);
    time_ += step == 0 ? -500 : step == 1 ? 0 : 60;
    const std::string when = "Ada <ada@example.com> " + std::to_string(time_) + " +0000\n";
    const std::string message = "commit " + std::to_string(trees_.size());
    out_ << "commit refs/heads/all" << trees_.size() << "\nmark :" << trees_.size() + 1 << "\nauthor " << when
         << "committer " << when << "data " << message.size() << '\n'
         << message << '\n';
    for (const std::size_t parent : parents) {
      out_ << (parent == *parents.begin() ? "from :" : "merge :") << parent + 1 << '\n';
    }
    out_ << "deleteall\n";
    for (const auto& [path, contents] : tree) {
      out_ << "M 100644 inline " << path << "\ndata " << contents.size() << '\n' << contents << '\n';
    }
    out_ << '\n';
  }

  void point(const std::string& ref) {
    out_ << "reset " << ref << "\nfrom :" << 1 + below(trees_.size()) << "\n\n";
  }

  std::mt19937 random_;
  std::ostringstream out_;
  std::vector<Tree> trees_;
  long time_ = 1'704'067'200;
};

/// The key in each blob that a history can have.
std::map<std::string, unsigned> keys_by_blob() {
  TestRepo repo;
  std::map<std::string, unsigned> result;
  for (unsigned key = 1; key <= kKeys; ++key) {
    for (std::size_t lines = 0; lines < 3; ++lines) {
      result[repo.git({"hash-object", "--stdin"}, contents_with(key, lines))] = key;
    }
  }
  return result;
}

struct Commit {
  std::string id;
  long time = 0;
  std::vector<std::size_t> parents;
  std::map<std::string, std::string> files;  // path to blob
};

/// A repository as git tells it. Commits stand parents first; of those that could come next the oldest does,
/// then the one with the smallest name.
class GitView {
 public:
  GitView(TestRepo& repo, const std::map<std::string, unsigned>& key_of) : key_of_(key_of) {
    read_commits(repo);
    for (const std::string& line :
         lines_of(repo.git({"for-each-ref", "--format=%(refname) %(objectname)"}))) {
      const std::size_t space = line.find(' ');
      tips_[line.substr(0, space)] = number_.at(line.substr(space + 1));
    }
    tips_["HEAD"] = number_.at(repo.git({"rev-parse", "HEAD"}));
  }

  std::size_t size() const { return commits_.size(); }
  const Commit& commit(std::size_t number) const { return commits_[number]; }
  std::size_t number(const std::string& id) const { return number_.at(id); }
  const std::map<std::string, std::size_t>& tips() const { return tips_; }

  bool has(std::size_t number, unsigned key, const std::string& path) const {
    const auto file = commits_[number].files.find(path);
    return file != commits_[number].files.end() && key_of_.at(file->second) == key;
  }

  /// Which commits each of `from` is or descends from.
  std::set<std::size_t> ancestors(std::vector<std::size_t> from) const {
    std::set<std::size_t> seen;
    while (!from.empty()) {
      const std::size_t next = from.back();
      from.pop_back();
      if (!seen.insert(next).second) continue;
      from.insert(from.end(), commits_[next].parents.begin(), commits_[next].parents.end());
    }
    return seen;
  }

 private:
  void read_commits(TestRepo& repo) {
    std::map<std::string, Commit> known;
    std::map<std::string, Strings> parents;
    std::string names;
    for (const std::string& object : lines_of(
             repo.git({"cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"}))) {
      if (object.starts_with("commit ")) names += object.substr(7) + "\n";
    }
    for (const std::string& header :
         lines_of(repo.git({"log", "--no-walk=unsorted", "--stdin", "--format=%H %ct %P"}, names))) {
      std::istringstream words(header);
      std::string id;
      words >> id;
      Commit& commit = known[id];
      commit.id = id;
      words >> commit.time;
      for (std::string parent; words >> parent;) parents[id].push_back(parent);
    }
    read_files(repo, known);
    while (commits_.size() < known.size()) {
      const Commit* next = nullptr;
      for (const auto& [id, commit] : known) {
        const Strings& before = parents[id];
        const bool ready =
            std::all_of(before.begin(), before.end(), [&](const auto& p) { return number_.contains(p); });
        if (number_.contains(id) || !ready) continue;
        if (!next || std::tie(commit.time, commit.id) < std::tie(next->time, next->id)) next = &commit;
      }
      number_[next->id] = commits_.size();
      commits_.push_back(*next);
      for (const std::string& parent : parents[next->id])
        commits_.back().parents.push_back(number_.at(parent));
    }
  }

  static void read_files(TestRepo& repo, std::map<std::string, Commit>& known) {
    std::string asked;
    for (const auto& [id, commit] : known) {
      for (const std::string& path : kPaths) asked += id + ":" + path + "\n";
    }
    // A line for each, in the same order: "1234... blob 172", or "1234...:a.txt missing".
    const Strings answers = lines_of(repo.git({"cat-file", "--batch-check"}, asked));
    auto answer = answers.begin();
    for (auto& [id, commit] : known) {
      for (const std::string& path : kPaths) {
        if (!answer->ends_with(" missing")) commit.files[path] = answer->substr(0, answer->find(' '));
        ++answer;
      }
    }
  }

  std::vector<Commit> commits_;
  std::map<std::string, std::size_t> number_;
  std::map<std::string, std::size_t> tips_;
  const std::map<std::string, unsigned>& key_of_;
};

/// What the report should say of one key at one path, but for `removed`.
struct Expected {
  std::string introduced;
  std::string blob;
  std::string state = "unreachable";
  bool in_head = false;
  std::size_t commits = 0;
  std::set<std::string> refs;

  bool operator==(const Expected&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Expected& expected) {
  out << expected.introduced << " blob " << expected.blob << ' ' << expected.state
      << (expected.in_head ? " in HEAD" : "") << ", commits " << expected.commits << ", refs";
  for (const std::string& ref : expected.refs) out << ' ' << ref;
  return out;
}

bool is_branch(const std::string& ref) {
  return ref == "HEAD" || ref.starts_with("refs/heads/") || ref.starts_with("refs/remotes/");
}

/// One key at one path in a repository.
class Trail {
 public:
  Trail(const GitView& view, unsigned key, std::string path)
      : view_(view), key_(key), path_(std::move(path)) {}

  bool has(std::size_t commit) const { return view_.has(commit, key_, path_); }
  bool a_parent_has(std::size_t commit) const {
    const auto& parents = view_.commit(commit).parents;
    return std::any_of(parents.begin(), parents.end(), [&](std::size_t parent) { return has(parent); });
  }

  bool anywhere() const {
    for (std::size_t commit = 0; commit < view_.size(); ++commit) {
      if (has(commit)) return true;
    }
    return false;
  }

  Expected expected() const {
    Expected result;
    std::vector<std::size_t> all_tips;
    for (const auto& [ref, tip] : view_.tips()) all_tips.push_back(tip);
    const std::set<std::size_t> reachable = view_.ancestors(all_tips);
    std::size_t reachable_count = 0;
    std::size_t all_count = 0;
    std::size_t introduced = view_.size();
    for (std::size_t commit = 0; commit < view_.size(); ++commit) {
      if (!has(commit)) continue;
      ++all_count;
      if (reachable.contains(commit)) ++reachable_count;
      if (a_parent_has(commit)) continue;
      if (introduced == view_.size() || (!reachable.contains(introduced) && reachable.contains(commit))) {
        introduced = commit;
      }
    }
    result.introduced = view_.commit(introduced).id;
    result.blob = view_.commit(introduced).files.at(path_);
    result.commits = reachable_count > 0 ? reachable_count : all_count;
    if (reachable_count > 0) result.state = "history-only";
    for (const auto& [ref, tip] : view_.tips()) {
      if (is_branch(ref) && has(tip)) result.state = "live";
      for (const std::size_t commit : view_.ancestors({tip})) {
        if (has(commit)) result.refs.insert(ref);
      }
    }
    result.in_head = has(view_.tips().at("HEAD"));
    return result;
  }

  /// Why `removed` (empty: none) is wrong; nothing when it is right: a commit of HEAD's history that took the
  /// key away, and after which it did not come back there.
  std::string wrong_removal(const std::string& removed) const {
    const std::size_t head = view_.tips().at("HEAD");
    const std::set<std::size_t> before_head = view_.ancestors({head});
    const bool ever =
        std::any_of(before_head.begin(), before_head.end(), [&](std::size_t c) { return has(c); });
    if (has(head) || !ever) return removed.empty() ? "" : "nothing was removed from HEAD";
    if (removed.empty()) return "HEAD lost it, and nobody is named";
    const std::size_t remover = view_.number(removed);
    if (!before_head.contains(remover)) return "not in HEAD's history";
    if (has(remover) || !a_parent_has(remover)) return "did not remove it";
    for (const std::size_t commit : before_head) {
      if (has(commit) && view_.ancestors({commit}).contains(remover))
        return "it came back in " + view_.commit(commit).id;
    }
    return "";
  }

 private:
  const GitView& view_;
  unsigned key_;
  std::string path_;
};

Expected reported(const json& provenance) {
  Expected result;
  result.introduced = provenance.at("introduced").at("commit");
  result.blob = provenance.at("blob");
  result.state = provenance.at("state");
  result.in_head = provenance.at("in_head");
  result.commits = provenance.at("commits");
  for (const json& ref : provenance.at("refs")) result.refs.insert(ref.get<std::string>());
  return result;
}

TEST_CASE("provenance says what git says, on random histories") {
  const unsigned seed = GENERATE(range(1U, 13U));
  TestRepo repo;
  repo.git({"fast-import", "--quiet", "--force"}, HistoryMaker(seed).stream());
  // The helper branches go, and leave some commits without any ref.
  for (const std::string& ref :
       lines_of(repo.git({"for-each-ref", "--format=%(refname)", "refs/heads/all*"}))) {
    repo.git({"update-ref", "-d", ref});
  }
  static const std::map<std::string, unsigned> key_of = keys_by_blob();
  const GitView view(repo, key_of);
  const json report = scan({"history", repo.path()}).report;

  std::size_t trails = 0;
  for (unsigned key = 1; key <= kKeys; ++key) {
    const std::vector<json> found = findings_of(report, openai_project_key(key));
    for (const std::string& path : kPaths) {
      const Trail trail(view, key, path);
      const auto finding = std::find_if(found.begin(), found.end(), [&](const json& candidate) {
        return candidate.at("location").at("path") == path;
      });
      INFO("seed " << seed << ", key " << key << " at " << path);
      REQUIRE((finding != found.end()) == trail.anywhere());
      if (finding == found.end()) continue;
      ++trails;
      const json& provenance = finding->at("provenance");
      CHECK(reported(provenance) == trail.expected());
      const json removed = provenance.value("removed", json());
      CHECK(trail.wrong_removal(removed.is_null() ? "" : removed.at("commit").get<std::string>()) == "");
    }
  }
  CHECK(report.at("findings").size() == trails);
  CHECK(report.at("summary").at("commits") == view.size());
}

}  // namespace
}  // namespace keysift::test
