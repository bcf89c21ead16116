// What `keysift history --range` and its like find: what the commits of a range add, worked out from what git
// tells of each commit.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <tuple>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

constexpr unsigned kKeys = 3;
const Strings kPaths = {"a.txt", "b.txt", "d/a.txt", "d/e/f.txt"};

/// A key, and one of three versions of the file around it.
std::string contents_with(unsigned key, std::size_t lines) {
  return std::string(lines, '\n') + openai_project_key(key) + "\n";
}

/// A random history for git fast-import, where keys come, go, move and come back, through merges, octopus
/// merges and criss-crosses, from several roots. A tag c0, c1 ... on each commit; main is the last.
class HistoryMaker {
 public:
  explicit HistoryMaker(unsigned seed) : random_(seed) {
    const unsigned count = 10 + below(14);
    for (unsigned commit = 0; commit < count; ++commit) add_commit();
    out_ << "reset refs/heads/main\nfrom :" << count << "\n\n";
  }

  std::string stream() const { return out_.str(); }
  std::string some_commit() { return "c" + std::to_string(below(trees_.size())); }

 private:
  using Tree = std::map<std::string, std::string>;  // path to contents

  unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }

  void add_commit() {
    const auto parents = pick_parents();
    Tree tree;
    for (const auto parent : parents) {
      for (const auto& file : trees_[parent]) {
        if (parents.size() == 1 || below(3) != 0) tree.insert(file);  // a merge keeps some, drops some
      }
    }
    if (parents.size() < 2 || below(4) == 0) change(tree);
    write_commit(parents, tree);
    trees_.push_back(tree);
  }

  std::set<std::size_t> pick_parents() {
    std::set<std::size_t> parents;
    if (trees_.empty() || below(12) == 0) return parents;
    const unsigned kind = below(10);
    const std::size_t wanted = kind < 6 ? 1 : kind < 9 ? 2 : 3;
    for (std::size_t i = 0; i < wanted; ++i)
      parents.insert(trees_.size() - 1 - below(std::min<std::size_t>(trees_.size(), 5)));
    return parents;
  }

  void change(Tree& tree) {
    const auto& path = kPaths[below(kPaths.size())];
    if (below(4) == 0) {
      tree.erase(path);
    } else if (const auto file = tree.find(path); file != tree.end() && below(3) == 0) {
      const auto contents = file->second;
      tree.erase(file);
      tree[kPaths[below(kPaths.size())]] = contents;
    } else {
      tree[path] = contents_with(1 + below(kKeys), below(3));
    }
  }

  void write_commit(const std::set<std::size_t>& parents, const Tree& tree) {
    time_ += 60 * below(3);
    out_ << "commit refs/tags/c" << trees_.size() << "\nmark :" << trees_.size() + 1
         << "\ncommitter C <c@example.com> " << time_ << " +0000\ndata 0\n";
    for (const auto parent : parents)
      out_ << (parent == *parents.begin() ? "from :" : "merge :") << parent + 1 << '\n';
    out_ << "deleteall\n";
    for (const auto& [path, contents] : tree)
      out_ << "M 100644 inline " << path << "\ndata " << contents.size() << '\n' << contents << '\n';
    out_ << '\n';
  }

  std::mt19937 random_;
  std::ostringstream out_;
  std::vector<Tree> trees_;
  long time_ = 1'704'067'200;
};

struct Commit {
  long time = 0;
  Strings parents;
  std::map<std::string, std::string> files;  // path to blob
};

/// A repository as git tells it.
class GitView {
 public:
  explicit GitView(TestRepo& repo) : repo_(repo) {
    for (unsigned key = 1; key <= kKeys; ++key) {
      for (std::size_t lines = 0; lines < 3; ++lines)
        key_of_[repo.git({"hash-object", "--stdin"}, contents_with(key, lines))] = key;
    }
    for (const auto& line : lines_of(repo.git({"log", "--all", "--format=%H %ct %P"}))) {
      std::istringstream words(line);
      std::string id;
      words >> id;
      auto& commit = commits_[id];
      words >> commit.time;
      for (std::string parent; words >> parent;) commit.parents.push_back(parent);
    }
    std::string asked;
    for (const auto& [id, commit] : commits_) {
      for (const auto& path : kPaths) asked += id + ":" + path + "\n";
    }
    // A line for each, in the same order: "1234... blob 172", or "1234...:a.txt missing".
    const auto answers = lines_of(repo.git({"cat-file", "--batch-check"}, asked));
    auto answer = answers.begin();
    for (auto& [id, commit] : commits_) {
      for (const auto& path : kPaths) {
        if (!answer->ends_with(" missing")) commit.files[path] = answer->substr(0, answer->find(' '));
        ++answer;
      }
    }
  }

  const Commit& commit(const std::string& id) const { return commits_.at(id); }
  std::string id(const std::string& revision) { return repo_.git({"rev-parse", revision + "^{commit}"}); }

  bool has(const std::string& commit, unsigned key, const std::string& path) const {
    const auto& files = commits_.at(commit).files;
    const auto file = files.find(path);
    return file != files.end() && key_of_.at(file->second) == key;
  }

  /// What git rev-list says, parents first; of those that could come next the oldest, then the one with the
  /// smallest name.
  Strings oldest_first(Strings arguments) const {
    arguments.insert(arguments.begin(), "rev-list");
    const auto listed = lines_of(repo_.git(arguments));
    std::set<std::string> left(listed.begin(), listed.end());
    Strings order;
    while (!left.empty()) {
      std::string next;
      for (const auto& id : left) {
        const auto waits = [&](const auto& parent) { return left.contains(parent); };
        const auto& parents = commit(id).parents;
        if (std::any_of(parents.begin(), parents.end(), waits)) continue;
        if (next.empty() || std::tie(commit(id).time, id) < std::tie(commit(next).time, next)) next = id;
      }
      left.erase(next);
      order.push_back(next);
    }
    return order;
  }

 private:
  TestRepo& repo_;
  std::map<std::string, unsigned> key_of_;
  std::map<std::string, Commit> commits_;
};

/// A line for each finding that there should be.
std::set<std::string> expected_findings(const GitView& view, const Strings& commits, const std::string& head,
                                        const Strings& tips) {
  std::set<std::string> expected;
  for (unsigned key = 1; key <= kKeys; ++key) {
    for (const auto& path : kPaths) {
      Strings adders;
      for (const auto& id : commits) {
        const auto& parents = view.commit(id).parents;
        const auto had = [&](const auto& parent) { return view.has(parent, key, path); };
        if (view.has(id, key, path) && std::none_of(parents.begin(), parents.end(), had))
          adders.push_back(id);
      }
      if (adders.empty()) continue;
      const auto has = [&](const auto& tip) { return view.has(tip, key, path); };
      const bool live = has(head) || std::any_of(tips.begin(), tips.end(), has);
      expected.insert("key " + std::to_string(key) + " at " + path + " by " + adders.front() + " in " +
                      view.commit(adders.front()).files.at(path) + (live ? " live" : " history-only") +
                      (has(head) ? " in HEAD" : "") + " x" + std::to_string(adders.size()));
    }
  }
  return expected;
}

std::set<std::string> reported_findings(const json& report) {
  std::set<std::string> reported;
  for (unsigned key = 1; key <= kKeys; ++key) {
    for (const auto& finding : findings_of(report, openai_project_key(key))) {
      const auto& provenance = finding.at("provenance");
      CHECK(provenance.at("removed").is_null());
      reported.insert(
          "key " + std::to_string(key) + " at " + finding.at("location").at("path").get<std::string>() +
          " by " + provenance.at("introduced").at("commit").get<std::string>() + " in " +
          provenance.at("blob").get<std::string>() + " " + provenance.at("state").get<std::string>() +
          (provenance.at("in_head") ? " in HEAD" : "") + " x" +
          std::to_string(provenance.at("commits").get<unsigned>()));
    }
  }
  return reported;
}

TEST_CASE("a range's findings are what its commits add, on random histories") {
  const unsigned seed = GENERATE(Catch::Generators::range(1U, 8U));
  HistoryMaker maker(seed);
  TestRepo repo;
  repo.git({"fast-import", "--quiet", "--force"}, maker.stream());
  GitView view(repo);
  const auto head = view.id("HEAD");
  const auto check = [&](const Strings& options, const Strings& rev_list, const Strings& tips) {
    Strings words = {"history", repo.path()};
    words.insert(words.end(), options.begin(), options.end());
    std::string shown;
    for (const auto& word : options) shown += " " + word;
    INFO("seed " << seed << shown);
    const auto commits = view.oldest_first(rev_list);
    const auto [exit_code, report] = scan(words);
    const auto expected = expected_findings(view, commits, head, tips);
    CHECK(reported_findings(report) == expected);
    CHECK(report.at("findings").size() == expected.size());
    CHECK(report.at("summary").at("commits") == commits.size());
    CHECK(report.at("errors") == json::array());
    CHECK(exit_code == (expected.empty() ? 0 : 1));
  };
  for (unsigned round = 0; round < 3; ++round) {
    const auto a = maker.some_commit();
    const auto b = maker.some_commit();
    check({"--range", a + ".." + b}, {a + ".." + b}, {view.id(b)});
    check({"--range", a + "..." + b}, {a + "..." + b}, {view.id(a), view.id(b)});
    check({"--range", a + ".."}, {a + "..HEAD"}, {head});
    check({"--branch", b}, {b}, {view.id(b)});
    check({"--max-commits", "3"}, {"--max-count=3", "HEAD"}, {head});
    check({"--since", "2024-01-01T00:05"}, {"--since=1704067500", "HEAD"}, {head});
    check({"--range", a + ".." + b, "--max-commits", "2", "--threads", "2"}, {"--max-count=2", a + ".." + b},
          {view.id(b)});
  }
}

Scan range_of(const TestRepo& repo, const std::string& range, Strings more = {}) {
  more.insert(more.begin(), {"history", repo.path(), "--range", range});
  return scan(more);
}

TEST_CASE("a range knows what came before it") {
  TestRepo repo;
  const auto old_key = openai_project_key(1);
  const auto new_key = openai_project_key(2);
  repo.write("config", old_key + "\n");
  repo.commit_all("start");
  repo.write("config", "# edited\n" + old_key + "\n" + new_key + "\n");
  const auto added = repo.commit_all("add a key beside the old one");
  repo.write("config", "# nothing\n");
  repo.commit_all("take both away");

  const auto [exit_code, report] = range_of(repo, "HEAD~2..HEAD");
  CHECK(exit_code == 1);
  CHECK(places(report) ==
        std::vector<Place>{{"config", 3, 1, 1 + new_key.size(), "openai-project-key", "history"}});
  const auto provenance = finding_of(report, new_key).at("provenance");
  CHECK(provenance.at("state") == "history-only");
  CHECK(provenance.at("in_head") == false);
  CHECK(provenance.at("introduced").at("commit") == added);
  CHECK(provenance.at("introduced").at("summary") == "add a key beside the old one");
  CHECK(provenance.at("removed").is_null());
  CHECK(provenance.at("refs") == json{"refs/heads/main"});
  CHECK(provenance.at("blob") == repo.git({"rev-parse", added + ":config"}));
  CHECK(report.at("summary").at("commits") == 2);
  CHECK(report.at("summary").at("objects") == 2);

  CHECK(range_of(repo, "HEAD~1..HEAD").exit_code == 0);
  CHECK(range_of(repo, "HEAD..HEAD").exit_code == 0);
  const auto all = scan({"history", repo.path(), "--branch", "main"}).report;
  CHECK(findings_of(all, old_key).size() == 1);
  CHECK(findings_of(all, new_key).size() == 1);
}

TEST_CASE("a merge adds what none of its parents has") {
  TestRepo repo;
  const auto left = openai_project_key(1);
  const auto right = openai_project_key(2);
  const auto evil = openai_project_key(3);
  repo.write("f", "start\n");
  repo.commit_all("start");
  repo.git({"checkout", "--quiet", "-b", "side"});
  repo.write("f", "start\n" + right + "\n");
  repo.commit_all("right");
  repo.git({"checkout", "--quiet", "main"});
  repo.write("f", left + "\nstart\n");
  repo.commit_all("left");
  repo.git({"merge", "--quiet", "--no-commit", "-s", "ours", "side"});
  repo.write("f", left + "\nstart\n" + right + "\n");
  repo.write("g", evil + "\n");
  const auto merge = repo.commit_all("merge");

  const auto only_merge = scan({"history", repo.path(), "--max-commits", "1"}).report;
  CHECK(places(only_merge) ==
        std::vector<Place>{{"g", 1, 1, 1 + evil.size(), "openai-project-key", "history"}});
  CHECK(finding_of(only_merge, evil).at("provenance").at("introduced").at("commit") == merge);
  CHECK(range_of(repo, "HEAD^1..HEAD").report.at("findings").size() == 2);
  CHECK(range_of(repo, "HEAD^2..HEAD").report.at("findings").size() == 2);
}

TEST_CASE("messages and names of files, folders and submodules belong to a range") {
  TestRepo repo;
  const auto in_message = openai_project_key(1);
  const auto in_file = openai_legacy_key(2);
  const auto in_folder = openai_legacy_key(3);
  repo.write("old/" + openai_legacy_key(4), "text");
  repo.commit_all("before: " + openai_project_key(5));
  repo.write("old/other", "text");
  repo.write("a/b/x-" + in_file + ".txt", "text");
  repo.write("c/" + in_folder + "/z", "text");
  const auto commit = repo.commit_all("subject\n\nthe key is " + in_message);

  const auto report = range_of(repo, "HEAD~1..", {"--reveal"}).report;
  CHECK(
      places(report) ==
      std::vector<Place>{{"", 3, 12, 12 + in_message.size(), "openai-project-key", "commit-message"},
                         {"a/b/x-" + in_file + ".txt", 1, 7, 7 + in_file.size(), "openai-legacy-key", "path"},
                         {"c/" + in_folder, 1, 3, 3 + in_folder.size(), "openai-legacy-key", "path"}});
  for (const auto& key : {in_message, in_file, in_folder}) {
    CHECK(finding_of(report, key).at("provenance").at("introduced").at("commit") == commit);
    CHECK(finding_of(report, key).at("provenance").at("commits") == 1);
  }
  CHECK(finding_of(report, in_message).at("provenance").at("state") == "history-only");
  CHECK(finding_of(report, in_message).at("provenance").at("blob") == commit);
  CHECK(finding_of(report, in_file).at("provenance").at("state") == "live");
  CHECK(finding_of(report, in_file).at("provenance").at("blob") == repo.git({"rev-parse", "HEAD:a/b"}));

  // The whole history says the same of them.
  const auto whole = places(scan({"history", repo.path(), "--reveal"}).report);
  for (const auto& place : places(report)) CHECK(std::find(whole.begin(), whole.end(), place) != whole.end());
}

TEST_CASE("findings of a range have the fingerprints that those of the history have") {
  TestRepo repo;
  repo.write("f", "1");
  repo.commit_all("start");
  repo.write("f", openai_project_key());
  repo.commit_all("key");
  CHECK(finding_of(range_of(repo, "HEAD~1..").report, openai_project_key()).at("fingerprint") ==
        finding_of(scan({"history", repo.path()}).report, openai_project_key()).at("fingerprint"));
  const TempDir dir;
  dir.write("baseline.json", scan({"history", repo.path()}).report.dump());
  const auto suppressed = range_of(repo, "HEAD~1..", {"--baseline", (dir.path() / "baseline.json").native()});
  CHECK(suppressed.exit_code == 0);
  CHECK(suppressed.report.at("summary").at("suppressed") == 1);
}

TEST_CASE("a shallow clone's last commit adds all that it has") {
  TestRepo origin;
  const auto key = openai_project_key();
  origin.write("key", key);
  origin.commit_all("1");
  for (const char* text : {"2", "3"}) {
    origin.write("f", text);
    origin.commit_all(text);
  }
  TestRepo clone;
  clone.git({"fetch", "--quiet", "--depth=2", "file://" + origin.path().native(), "main"});
  clone.git({"reset", "--quiet", "--hard", "FETCH_HEAD"});
  CHECK(range_of(clone, "HEAD~1..").exit_code == 0);
  const auto [exit_code, report] = scan({"history", clone.path(), "--max-commits", "5"});
  CHECK(exit_code == 1);
  CHECK(report.at("errors") == json::array());
  CHECK(finding_of(report, key).at("provenance").at("introduced").at("commit") ==
        clone.git({"rev-parse", "HEAD~1"}));
  const auto outcome = keysift({"history", clone.path(), "--range", "HEAD~2..HEAD"});
  CHECK(outcome.exit_code == 2);
  CHECK(contains(outcome.err, "this clone is shallow"));
  CHECK(contains(outcome.err, "fetch-depth: 0"));
}

void remove_object(const TestRepo& repo, const std::string& id) {
  fs::remove(repo.path() / ".git" / "objects" / id.substr(0, 2) / id.substr(2));
}

TEST_CASE("an object that is missing is told, and the rest searched") {
  TestRepo repo;
  repo.write("f", "1");
  repo.commit_all("start");
  const auto key = openai_project_key();
  repo.write("key", key);
  repo.write("lost/file", "lost");
  repo.write("other/file", "other");
  repo.commit_all("second");
  const auto blob = repo.git({"rev-parse", "HEAD:other/file"});
  const auto tree = repo.git({"rev-parse", "HEAD:lost"});
  remove_object(repo, blob);
  remove_object(repo, tree);
  const auto [exit_code, report] = range_of(repo, "HEAD~1..");
  CHECK(exit_code == 1);
  CHECK(findings_of(report, key).size() == 1);
  std::set<std::string> told;
  for (const auto& error : report.at("errors")) told.insert(error.at("path").get<std::string>());
  CHECK(told == std::set<std::string>{blob, tree});
  CHECK(report.at("errors").size() == 2);
}

// Ten folders in each of ten, twelve levels deep: a million million paths of one blob.
TEST_CASE("trees that share their subtrees over and over do not take forever") {
  for (const auto& contents : {std::string("text"), openai_project_key()}) {
    TestRepo repo;
    repo.write("f", "1");
    repo.commit_all("start");
    auto below = "100644 blob " + repo.git({"hash-object", "-w", "--stdin"}, contents);
    for (unsigned level = 0; level < 12; ++level) {
      std::string entries;
      for (unsigned i = 0; i < 10; ++i) entries += below + "\tn" + std::to_string(i) + "\n";
      below = "040000 tree " + repo.git({"mktree"}, entries);
    }
    const auto commit = repo.git({"commit-tree", "-p", "HEAD", "-m", "bomb", below.substr(12)});
    const auto [exit_code, report] = range_of(repo, "HEAD.." + commit);
    const bool leaks = contents != "text";
    CHECK(exit_code == (leaks ? 1 : 0));
    CHECK(report.at("summary").at("objects") == 1);
    CHECK(report.at("findings").size() == (leaks ? 16 : 0));
    CHECK(report.at("errors").size() == (leaks ? 1 : 0));
  }
}

TEST_CASE("with --reachable-only it leaves out what no ref reaches") {
  TestRepo repo;
  const auto dropped = openai_project_key(1);
  const auto deleted = openai_project_key(2);
  repo.write("f", deleted);
  repo.commit_all("start");
  repo.write("f", "nothing");
  repo.commit_all("deleted");
  repo.write("f", dropped);
  repo.commit_all("amended: " + openai_project_key(3));
  repo.write("f", "nothing else");
  repo.git({"commit", "--quiet", "--all", "--amend", "--message", "clean"});
  CHECK(scan({"history", repo.path()}).report.at("findings").size() == 3);
  for (const char* command : {"history", "scan"}) {
    const auto report = scan({command, repo.path(), "--reachable-only"}).report;
    CHECK(report.at("findings").size() == 1);
    CHECK(findings_of(report, deleted).size() == 1);
  }
}

TEST_CASE("history --commits finds what --range does for the commits that git rev-list prints") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    HistoryMaker maker(seed);
    TestRepo repo;
    repo.git({"fast-import", "--quiet"}, maker.stream());
    const auto range = maker.some_commit() + ".." + maker.some_commit();
    const auto list = repo.git({"rev-list", range});
    const auto listed = scan({"history", repo.path(), "--commits", "-"}, ".", list);
    const auto [exit_code, report] = range_of(repo, range);
    CHECK(listed.exit_code == exit_code);
    CHECK(places(listed.report) == places(report));
    CHECK(listed.report.at("summary").at("commits") == report.at("summary").at("commits"));
    CHECK(listed.report.at("errors") == json::array());
  }
}

TEST_CASE("history --commits searches the listed commits only, each once") {
  TestRepo repo;
  Strings commits;
  for (unsigned number = 0; number < 4; ++number) {
    repo.write("f" + std::to_string(number), openai_project_key(number));
    commits.push_back(repo.commit_all("commit"));
  }
  TempDir dir;
  dir.write("list", commits[2] + "\n" + commits[0] + "\n" + commits[2]);  // no newline at the end
  const auto [exit_code, report] = scan({"history", repo.path(), "--commits", dir.path() / "list"});
  CHECK(exit_code == 1);
  CHECK(report.at("summary").at("commits") == 2);
  CHECK(report.at("findings").size() == 2);
  for (const unsigned number : {0U, 2U}) {
    const auto provenance = finding_of(report, openai_project_key(number)).at("provenance");
    CHECK(provenance.at("introduced").at("commit") == commits[number]);
    CHECK(provenance.at("commits") == 1);
  }
  dir.write("empty", "");
  const auto nothing = scan({"history", repo.path(), "--commits", dir.path() / "empty"});
  CHECK(nothing.exit_code == 0);
  CHECK(nothing.report.at("summary").at("commits") == 0);
}

TEST_CASE("history --commits of a shallow clone: its last commit adds all that it has") {
  TestRepo origin;
  origin.write("key", openai_project_key());
  origin.commit_all("1");
  origin.write("f", "2");
  origin.commit_all("2");
  TestRepo clone;
  clone.git({"fetch", "--quiet", "--depth=1", "file://" + origin.path().native(), "main"});
  const auto list = clone.git({"rev-list", "FETCH_HEAD"});
  const auto [exit_code, report] = scan({"history", clone.path(), "--commits", "-"}, ".", list);
  CHECK(exit_code == 1);
  CHECK(report.at("errors") == json::array());
}

TEST_CASE("history --commits comes back from a commit that names itself its parent") {
  TestRepo repo;
  repo.write("key", openai_project_key());
  repo.commit_all("start");
  const std::string name(40, 'e');
  const auto forged =
      repo.git({"hash-object", "-t", "commit", "-w", "--stdin"},
               "tree " + repo.git({"rev-parse", "HEAD^{tree}"}) + "\nparent " + name +
                   "\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n" + openai_project_key(2) + "\n");
  const auto objects = repo.path() / ".git/objects";
  fs::create_directories(objects / "ee");
  fs::rename(objects / forged.substr(0, 2) / forged.substr(2), objects / "ee" / name.substr(2));
  const auto [exit_code, report] = scan({"history", repo.path(), "--commits", "-"}, ".", name);
  CHECK(exit_code == 1);
  CHECK(findings_of(report, openai_project_key(2)).size() == 1);
}

TEST_CASE("a list of commits that cannot be is said in one line") {
  TestRepo repo;
  repo.write("f", "1");
  const auto commit = repo.commit_all("start");
  const auto blob = repo.git({"rev-parse", "HEAD:f"});
  const std::string missing(40, 'e');
  struct Case {
    std::string list;
    std::string words;
    Strings arguments;
  };
  const Case cases[] = {
      {commit + "\nHEAD\n", "<stdin>:2: 'HEAD' is no commit's name", {}},
      {commit + "\n\n", "<stdin>:2: '' is no commit's name", {}},
      {commit + "0\n", "<stdin>:1: ", {}},
      {commit + "\r\n", "<stdin>:1: ", {}},
      {commit.substr(1) + "\n", "<stdin>:1: ", {}},
      {"\x1b[31m", "'\\x1b[31m'", {}},
      {missing, "--commits: " + missing + " cannot be read (it is missing)", {}},
      {blob, "--commits: " + blob + " is no commit", {}},
      {commit, "--range", {"--range", "HEAD..HEAD"}},
      {commit, "--branch", {"--branch", "HEAD"}},
      {commit, "--since", {"--since", "2024-01-01"}},
      {commit, "--max-commits", {"--max-commits", "3"}},
  };
  for (const Case& bad : cases) {
    Strings words = {"history", repo.path(), "--commits", "-"};
    words.insert(words.end(), bad.arguments.begin(), bad.arguments.end());
    const auto outcome = keysift(words, ".", bad.list);
    INFO(bad.words << " -> " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, bad.words));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }
  CHECK(contains(keysift({"history", repo.path(), "--commits", "/nowhere"}).err, "cannot read /nowhere"));
}

TEST_CASE("git's environment says where the repository is, and where more objects are") {
  TestRepo repo;
  repo.write("f", "1");
  repo.commit_all("start");
  TestRepo other;
  other.git({"fetch", "--quiet", repo.path(), "main"});
  other.git({"reset", "--quiet", "--hard", "FETCH_HEAD"});
  other.write("key", openai_project_key());
  const auto commit = other.commit_all("key");
  const auto objects = (other.path() / ".git/objects").native();
  const auto run_with = [&](std::map<std::string, std::string> environment, const Strings& options) {
    environment.merge(clean_environment());
    environment["GIT_DIR"] = repo.path() / ".git";
    Strings words = {KEYSIFT_BINARY, "history"};
    words.insert(words.end(), options.begin(), options.end());
    return run(words, other.path(), commit, environment);
  };
  CHECK(run_with({}, {"--max-commits", "9"}).exit_code == 0);
  CHECK(run_with({}, {"--commits", "-"}).exit_code == 2);
  CHECK(run_with({}, {other.path()}).exit_code == 1);
  for (const char* name :
       {"GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH", "GIT_ALTERNATE_OBJECT_DIRECTORIES"}) {
    INFO(name);
    CHECK(run_with({{name, objects}}, {"--commits", "-"}).exit_code == 1);
    CHECK(run_with({{name, objects}}, {"--range", "main.." + commit}).exit_code == 1);
    CHECK(run_with({{name, objects}}, {"--branch", commit}).exit_code == 1);
  }
  CHECK(run_with({{"GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nowhere:\"" + objects + "\""}}, {"--commits", "-"})
            .exit_code == 1);
}

TEST_CASE("where there is no commit yet, none is found") {
  TestRepo repo;
  for (const auto& which : {Strings{"--since", "2024-05-01"}, Strings{"--max-commits", "3"}}) {
    const auto nothing = keysift({"history", ".", which[0], which[1]}, repo.path());
    CHECK(nothing.exit_code == 0);
    CHECK(nothing.err.empty());
    CHECK(contains(nothing.out, "No keys found"));
  }
  repo.write("a.txt", openai_project_key() + "\n");
  repo.commit_all("start");
  repo.git({"symbolic-ref", "HEAD", "refs/heads/other"});  // there are commits, but HEAD has none
  CHECK(keysift({"history", ".", "--since", "2024-05-01"}, repo.path()).exit_code == 2);
}

TEST_CASE("a range that cannot be is said in one line") {
  TestRepo repo;
  repo.write("f", "1");
  repo.commit_all("start");
  repo.git({"branch", "side"});
  const std::string missing(40, 'e');
  const auto blob = repo.git({"rev-parse", "HEAD:f"});
  TestRepo empty;
  struct Case {
    Strings arguments;
    std::string words;
  };
  const Case cases[] = {
      {{"--range", "HEAD"}, "'HEAD' is not A..B or A...B"},
      {{"--range", ".."}, "'..' is not A..B or A...B"},
      {{"--range", "..."}, "'...' is not A..B or A...B"},
      {{"--range", "nowhere..HEAD"}, "'nowhere' is no revision of this repository"},
      {{"--range", "HEAD..nowhere"}, "'nowhere' is no revision of this repository"},
      {{"--range", "HEAD~7..HEAD"}, "git fetch --deepen=N, or fetch-depth: 0"},
      {{"--range", missing + "..HEAD"}, "'" + missing + "' is no revision"},
      {{"--range", blob + "..HEAD"}, "'" + blob + "' leads to no commit"},
      {{"--range", "HEAD...side..side"}, "'side..side' is no revision"},
      {{"--range", "\x1b[31m..HEAD"}, "\\x1b[31m"},
      {{"--branch", "nowhere"}, "--branch: 'nowhere' is no revision"},
      {{"--branch", "side", "--range", "HEAD..side"}, "--range"},
      {{"--since", "yesterday"}, "--since: 'yesterday' is no date"},
      {{"--since", "2024-02-30"}, "'2024-02-30' is no date"},
      {{"--since", ""}, "--since"},
      {{"--range", ""}, "--range"},
      {{"--branch", ""}, "--branch"},
      {{"--max-commits", "0"}, "--max-commits"},
      {{"--max-commits", "-1"}, "--max-commits"},
      {{"--max-commits", "many"}, "--max-commits"},
  };
  for (const Case& bad : cases) {
    Strings words = {"history", repo.path()};
    words.insert(words.end(), bad.arguments.begin(), bad.arguments.end());
    const auto outcome = keysift(words);
    INFO(bad.arguments[0] << ' ' << bad.arguments[1] << " -> " << outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("keysift: "));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(contains(outcome.err, bad.words));
  }
  CHECK(keysift({"history", empty.path(), "--branch", "main"}).exit_code == 2);
  CHECK(keysift({"history", empty.path(), "--range", "HEAD..HEAD"}).exit_code == 2);
  CHECK(keysift({"files", repo.path(), "--range", "HEAD~1.."}).exit_code == 2);
}

}  // namespace
}  // namespace keysift::test
