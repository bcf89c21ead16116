#include "git/provenance.h"

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "git/object_walk.h"
#include "git/own_configuration.h"
#include "git/tree_links.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;

// A repository whose commits have names that tests can say.
class Story {
 public:
  /// Commits the work tree as `name`.
  void commit(const std::string& name) {
    repo_.git({"add", "--all"});
    repo_.git({"commit", "--quiet", "--allow-empty", "--message", name});
    names_[repo_.git({"rev-parse", "HEAD"})] = name;
  }

  void merge(const std::string& name, const std::string& branch, const std::string& strategy = "ours") {
    repo_.git({"merge", "--quiet", "--no-ff", "--no-commit", "-s", strategy, branch});
    commit(name);
  }

  void write(const std::string& path, const std::string& text) { repo_.write(path, text); }
  void remove(const std::string& path) { std::filesystem::remove_all(repo_.path() / path); }
  std::string git(const Strings& arguments) { return repo_.git(arguments); }
  const std::filesystem::path& path() const { return repo_.path(); }

  Oid blob(const std::string& text) {
    const auto hash = run({"git", "hash-object", "--stdin"}, repo_.path(), text, clean_environment()).out;
    return Oid::from_hex(hash);
  }

  CommitGraph graph() {
    std::vector<CommitHeader> headers;
    std::istringstream commits(repo_.git({"rev-list", "--all", "--reflog", "HEAD"}));
    for (std::string hex; std::getline(commits, hex);) {
      headers.push_back(parse_commit(Oid::from_hex(hex), repo_.git({"cat-file", "commit", hex})).value());
    }
    return CommitGraph(headers);
  }

  /// A line for each appearance of the blobs that hold `texts`, which all are the same thing unless `apart`.
  Strings trace(const Strings& texts, bool apart = false) {
    forget_user_configuration();
    const auto repository = Repository::open(repo_.path());
    const auto commits = graph();
    std::vector<std::string> broken;
    const ObjectDatabase database(repository);
    ObjectReader objects(database);
    const auto tips = tips_of(objects, commits, repository.refs(broken));
    std::vector<Oid> blobs;
    for (const auto& text : texts) blobs.push_back(blob(text));
    const auto links =
        read_tree_links(ObjectWalk(database, 2), ObjectWalkOptions{}, blobs, {},
                        [](const std::string&, const Problem&, unsigned) { FAIL("an error"); });
    std::vector<Sought> sought;
    for (const auto& id : blobs)
      sought.push_back({id, apart ? static_cast<std::uint32_t>(sought.size()) : 0});
    Strings lines;
    for (const auto& found : keysift::trace(commits, tips, sought, links))
      lines.push_back(line(commits, found));
    return lines;
  }

 private:
  std::string name(const CommitGraph& commits, CommitIndex commit) {
    return names_.at(commits.id(commit).hex());
  }

  std::string line(const CommitGraph& commits, const Appearance& found) {
    std::string text =
        std::to_string(found.thing) + " " + found.path + ": +" + name(commits, found.introduced);
    if (found.removed) text += " -" + name(commits, *found.removed);
    text += " x" + std::to_string(found.commits);
    if (found.in_head) text += " head";
    if (found.at_tip) text += " tip";
    if (!found.reachable) text += " unreachable";
    for (const auto& ref : found.refs) text += " " + ref.substr(ref.rfind('/') + 1);
    return text;
  }

  TestRepo repo_;
  std::map<std::string, std::string> names_;
};

TEST_CASE("a thing that came, stayed and went") {
  Story story;
  story.write("other", "1");
  story.commit("start");
  story.write("a/b/key", "K");
  story.commit("add");
  story.write("other", "2");
  story.commit("between");
  CHECK(story.trace({"K"}) == Strings{"0 a/b/key: +add x2 head tip HEAD main"});
  story.remove("a");
  story.commit("remove");
  story.write("other", "3");
  story.commit("after");
  CHECK(story.trace({"K"}) == Strings{"0 a/b/key: +add -remove x2 HEAD main"});
}

TEST_CASE("versions of a file that hold one thing are one appearance, of two things two") {
  Story story;
  story.write("key", "K1");
  story.commit("first");
  story.write("key", "K2");
  story.commit("second");
  story.write("key", "none");
  story.commit("third");
  CHECK(story.trace({"K1", "K2"}) == Strings{"0 key: +first -third x2 HEAD main"});
  CHECK(story.trace({"K1", "K2"}, true) ==
        Strings{"0 key: +first -second x1 HEAD main", "1 key: +second -third x1 HEAD main"});
}

TEST_CASE("each path has a history of its own") {
  Story story;
  story.write("old", "K");
  story.commit("add");
  story.git({"mv", "old", "new"});
  story.commit("move");
  story.write("copy", "K");
  story.commit("copy");
  CHECK(story.trace({"K"}) == Strings{"0 copy: +copy x1 head tip HEAD main",
                                      "0 new: +move x2 head tip HEAD main",
                                      "0 old: +add -move x1 HEAD main"});
}

TEST_CASE("what was removed, came back and was removed again was removed last") {
  Story story;
  story.write("key", "K");
  story.commit("add");
  story.remove("key");
  story.commit("remove");
  story.write("key", "K");
  story.commit("again");
  CHECK(story.trace({"K"}) == Strings{"0 key: +add x2 head tip HEAD main"});
  story.remove("key");
  story.commit("remove-again");
  CHECK(story.trace({"K"}) == Strings{"0 key: +add -remove-again x2 HEAD main"});
}

TEST_CASE("a merge that takes the side without the thing did not remove it, the side did") {
  Story story;
  story.write("key", "K");
  story.commit("add");
  story.git({"checkout", "--quiet", "-b", "side"});
  story.remove("key");
  story.commit("remove-on-side");
  story.git({"checkout", "--quiet", "main"});
  story.write("other", "1");
  story.commit("go-on");
  story.merge("merge", "side", "ort");
  CHECK(story.trace({"K"}) == Strings{"0 key: +add -remove-on-side x2 HEAD main side"});
}

TEST_CASE("a merge that drops what both sides have removed it") {
  Story story;
  story.write("key", "K");
  story.commit("add");
  story.git({"checkout", "--quiet", "-b", "side"});
  story.write("a", "1");
  story.commit("on-side");
  story.git({"checkout", "--quiet", "main"});
  story.write("b", "1");
  story.commit("on-main");
  story.git({"merge", "--quiet", "--no-ff", "--no-commit", "side"});
  story.remove("key");
  story.commit("merge");
  CHECK(story.trace({"K"}) == Strings{"0 key: +add -merge x3 tip HEAD main side"});
}

TEST_CASE("a thing that a merge left out, and that no side removed, was removed by the merge") {
  Story story;
  story.write("other", "1");
  story.commit("start");
  story.git({"checkout", "--quiet", "-b", "side"});
  story.write("key", "K");
  story.commit("add-on-side");
  story.git({"checkout", "--quiet", "main"});
  story.merge("merge", "side", "ours");
  CHECK(story.trace({"K"}) == Strings{"0 key: +add-on-side -merge x1 tip HEAD main side"});
}

TEST_CASE("a thing that only a merge brought in") {
  Story story;
  story.write("other", "1");
  story.commit("start");
  story.git({"checkout", "--quiet", "-b", "side"});
  story.write("a", "1");
  story.commit("on-side");
  story.git({"checkout", "--quiet", "main"});
  story.write("b", "1");
  story.commit("on-main");
  story.git({"merge", "--quiet", "--no-ff", "--no-commit", "side"});
  story.write("key", "K");
  story.commit("merge");
  CHECK(story.trace({"K"}) == Strings{"0 key: +merge x1 head tip HEAD main"});
}

TEST_CASE("a thing that HEAD never had was not removed") {
  Story story;
  story.write("other", "1");
  story.commit("start");
  story.git({"checkout", "--quiet", "-b", "side"});
  story.write("key", "K");
  story.commit("add");
  story.remove("key");
  story.commit("remove");
  story.git({"tag", "there", "HEAD~1"});
  story.git({"checkout", "--quiet", "main"});
  CHECK(story.trace({"K"}) == Strings{"0 key: +add x1 side there"});
}

TEST_CASE("commits that no ref reaches count only where there is no other") {
  Story story;
  story.write("other", "1");
  story.commit("start");
  story.write("key", "K");
  story.commit("dropped");
  story.git({"reset", "--quiet", "--hard", "HEAD~1"});
  CHECK(story.trace({"K"}) == Strings{"0 key: +dropped x1 unreachable"});
  story.write("key", "K");
  story.commit("kept");
  story.write("other", "2");
  story.commit("later");
  CHECK(story.trace({"K"}) == Strings{"0 key: +kept x2 head tip HEAD main"});
}

TEST_CASE("where two branches introduced one thing, the older commit did") {
  Story story;
  story.write("other", "1");
  story.commit("start");
  story.git({"checkout", "--quiet", "-b", "side"});
  story.write("key", "K");
  story.commit("older");
  story.git({"checkout", "--quiet", "main"});
  story.write("key", "K");
  story.write("more", "1");
  story.commit("younger");
  CHECK(story.trace({"K"}) == Strings{"0 key: +older x2 head tip HEAD main side"});
}

TEST_CASE("what is in no tree has no history") {
  Story story;
  story.write("other", "1");
  story.commit("start");
  CHECK(story.trace({"K"}).empty());
  CHECK(story.trace({}).empty());
}

TEST_CASE("refs to tags, to tags of tags, and to what is no commit") {
  Story story;
  story.write("other", "1");
  story.commit("start");
  story.git({"tag", "--annotate", "--message=x", "one"});
  story.git({"tag", "--annotate", "--message=x", "two", "one"});
  story.git({"tag", "tree", "HEAD^{tree}"});
  story.git({"tag", "blob", "HEAD:other"});
  forget_user_configuration();
  const auto repository = Repository::open(story.path());
  const auto graph = story.graph();
  std::vector<std::string> broken;
  auto refs = repository.refs(broken);
  refs.push_back({"refs/heads/missing", Oid::from_hex(std::string(40, '1'))});
  Strings names;
  const ObjectDatabase database(repository);
  ObjectReader objects(database);
  for (const auto& tip : tips_of(objects, graph, refs)) {
    CHECK(tip.commit == 0);
    names.push_back(tip.ref);
  }
  CHECK(names == Strings{"HEAD", "refs/heads/main", "refs/tags/one", "refs/tags/two"});
}

TEST_CASE("the refs that reach each of many commits") {
  std::vector<CommitHeader> headers;
  const auto id = [](std::uint32_t number) {
    Oid oid;
    oid.bytes[0] = static_cast<std::uint8_t>(number);
    return oid;
  };
  for (std::uint32_t i = 0; i < 200; ++i) {
    headers.push_back({id(i), {}, {}, i});
    if (i > 0) headers.back().parents.push_back(id(i - 1));
  }
  const CommitGraph graph(headers);
  const std::vector<Tip> tips = {{"HEAD", 150}, {"refs/heads/a", 199}, {"refs/heads/b", 50}};
  std::vector<std::vector<CommitIndex>> sets;
  for (CommitIndex commit = 0; commit < 200; ++commit) sets.push_back({commit});
  sets.push_back({});
  sets.push_back({199, 40});
  const auto found = refs_reaching(graph, tips, sets);
  REQUIRE(found.size() == 202);
  for (CommitIndex commit = 0; commit < 200; ++commit) {
    Strings expected;
    for (const auto& tip : tips) {
      if (tip.commit >= commit) expected.push_back(tip.ref);
    }
    INFO(commit);
    CHECK(found[commit] == SharedStrings(expected));
  }
  CHECK(found[200].empty());
  CHECK(found[201] == SharedStrings{"HEAD", "refs/heads/a", "refs/heads/b"});
}

}  // namespace
}  // namespace keysift::test
