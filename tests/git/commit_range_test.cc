// Ranges against `git rev-list`, on random histories with merges, octopus merges, criss-crosses and several
// roots.
#include "git/commit_range.h"

#include <algorithm>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/failure.h"
#include "git/own_configuration.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;

constexpr long kStart = 1'704'067'200;

/// A repository with a tag c0, c1 ... on each commit. Parents have smaller numbers.
class RandomHistory {
 public:
  RandomHistory(unsigned seed, bool clocks_go_right) : random_(seed) {
    std::ostringstream out;
    count_ = 10 + below(30);
    for (unsigned commit = 0; commit < count_; ++commit) {
      time_ += clocks_go_right ? below(3) * 60 : static_cast<long>(below(4000)) - 1500;
      out << "commit refs/tags/c" << commit << "\nmark :" << commit + 1 << "\ncommitter C <c@example.com> "
          << time_ << " +0000\ndata 0\n";
      bool first = true;
      for (const auto parent : parents_of(commit)) {
        out << (first ? "from :" : "merge :") << parent + 1 << '\n';
        first = false;
      }
      out << "M 100644 inline f\ndata 3\n" << commit % 10 << "x\n\n";
    }
    out << "reset refs/heads/main\nfrom :" << count_ << "\n\n";
    repo_.git({"fast-import", "--quiet", "--force"}, out.str());
  }

  std::string some_commit() { return "c" + std::to_string(below(count_)); }
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  long last_time() const { return time_; }
  TestRepo& repo() { return repo_; }

  Strings git(Strings arguments) {
    arguments.insert(arguments.begin(), "rev-list");
    return lines_of(repo_.git(arguments));
  }

 private:
  std::set<unsigned> parents_of(unsigned commit) {
    std::set<unsigned> parents;
    if (commit == 0 || below(12) == 0) return parents;  // another root
    const unsigned kind = below(10);
    const unsigned wanted = kind < 6 ? 1 : kind < 9 ? 2 : 4;
    for (unsigned i = 0; i < wanted; ++i) parents.insert(commit - 1 - below(std::min(commit, 6U)));
    return parents;
  }

  std::mt19937 random_;
  unsigned count_ = 0;
  long time_ = kStart;
  TestRepo repo_;
};

/// What commits_in() finds, in its order. No commit may be unreadable.
Strings ours(const std::filesystem::path& path, const RangeRequest& request) {
  forget_user_configuration();
  const auto repository = Repository::open(path);
  Strings commits;
  const auto range = commits_in(repository, ObjectDatabase(repository), request,
                                [](const std::string& object, const Problem& problem, unsigned) {
                                  FAIL(object << ": " << problem.message);
                                });
  for (const auto& commit : range.commits) {
    commits.push_back(commit.header.id.hex());
    CHECK(commit.tip < range.tips.size());
  }
  return commits;
}

RangeRequest range(const std::string& text) {
  RangeRequest request;
  request.range = text;
  return request;
}

TEST_CASE("ranges are what git rev-list says, in its order") {
  const unsigned seed = GENERATE(Catch::Generators::range(1U, 13U));
  RandomHistory history(seed, true);
  const auto path = history.repo().path();
  for (unsigned round = 0; round < 6; ++round) {
    const auto a = history.some_commit();
    const auto b = history.some_commit();
    const auto number = 1 + history.below(6);
    const auto most = "--max-count=" + std::to_string(number);
    const long when = kStart + (history.last_time() - kStart) * static_cast<long>(history.below(10)) / 10;
    const auto since = "--since=" + std::to_string(when);
    INFO("seed " << seed << ", " << a << " and " << b << ", " << most << ", " << since);
    CHECK(ours(path, range(a + ".." + b)) == history.git({a + ".." + b}));
    CHECK(ours(path, range(a + "..")) == history.git({a + ".."}));
    CHECK(ours(path, range(".." + b)) == history.git({".." + b}));
    CHECK(ours(path, range(a + "..." + b)) == history.git({a + "..." + b}));

    auto request = range(a + ".." + b);
    request.max_commits = number;
    CHECK(ours(path, request) == history.git({a + ".." + b, most}));
    request.since = when;
    CHECK(ours(path, request) == history.git({a + ".." + b, most, since}));
    request.max_commits.reset();
    CHECK(ours(path, request) == history.git({a + ".." + b, since}));

    RangeRequest branch;
    branch.branch = b;
    CHECK(ours(path, branch) == history.git({b}));
    branch.since = when;
    CHECK(ours(path, branch) == history.git({b, since}));
    RangeRequest newest;
    newest.max_commits = number;
    CHECK(ours(path, newest) == history.git({"HEAD", most}));
  }
}

// Git's own answer is a guess then, too.
TEST_CASE("where clocks went wrong, nothing that belongs to a range is left out") {
  const unsigned seed = GENERATE(Catch::Generators::range(1U, 13U));
  RandomHistory history(seed, false);
  const auto path = history.repo().path();
  for (unsigned round = 0; round < 6; ++round) {
    const auto a = history.some_commit();
    const auto b = history.some_commit();
    INFO("seed " << seed << ", " << a << " and " << b);
    const auto from_a = history.git({a});
    const auto from_b = history.git({b});
    const std::set<std::string> in_a(from_a.begin(), from_a.end());
    std::set<std::string> expected;
    for (const auto& commit : from_b) {
      if (!in_a.contains(commit)) expected.insert(commit);
    }
    const auto found = ours(path, range(a + ".." + b));
    CHECK(std::set<std::string>(found.begin(), found.end()) == expected);
    const auto when = "--since=" + std::to_string(kStart);
    RangeRequest since;
    since.branch = b;
    since.since = kStart;
    CHECK(ours(path, since) == history.git({b, when}));
  }
}

TEST_CASE("a range's tips carry the names of their refs") {
  TestRepo repo;
  repo.write("f", "1");
  const auto first = repo.commit_all("first");
  repo.git({"branch", "side"});
  repo.write("f", "2");
  const auto second = repo.commit_all("second");
  repo.git({"tag", "--annotate", "--message", "annotated", "v1"});
  forget_user_configuration();
  const auto repository = Repository::open(repo.path());
  const auto tips = [&](const RangeRequest& request) {
    Strings names;
    for (const auto& tip : commits_in(repository, ObjectDatabase(repository), request, {}).tips) {
      names.push_back(tip.ref + " " + tip.commit.hex());
    }
    return names;
  };
  CHECK(tips(range("side..main")) == Strings{"refs/heads/main " + second});
  CHECK(tips(range("side..")) == Strings{"refs/heads/main " + second});
  CHECK(tips(range("side...v1")) == Strings{"refs/heads/side " + first, "refs/tags/v1 " + second});
  CHECK(tips(range("HEAD~1.." + second)) == Strings{" " + second});
  repo.git({"checkout", "--quiet", "--detach"});
  CHECK(tips(range("side..")) == Strings{"HEAD " + second});
  RangeRequest branch;
  branch.branch = "side";
  CHECK(tips(branch) == Strings{"refs/heads/side " + first});
  const auto sides = commits_in(repository, ObjectDatabase(repository), range("main...side"), {});
  REQUIRE(sides.commits.size() == 1);
  CHECK(sides.tips[sides.commits[0].tip].ref == "refs/heads/main");
  const auto other_way = commits_in(repository, ObjectDatabase(repository), range("side...main"), {});
  REQUIRE(other_way.commits.size() == 1);
  CHECK(other_way.tips[other_way.commits[0].tip].ref == "refs/heads/main");
}

TEST_CASE("a revision is what git says, loose or packed") {
  TestRepo repo;
  repo.write("f", "1");
  repo.commit_all("first");
  repo.git({"switch", "--quiet", "--create", "side"});
  repo.write("g", "2");
  repo.commit_all("aside");
  repo.git({"switch", "--quiet", "main"});
  repo.write("f", "3");
  repo.commit_all("third");
  repo.git({"merge", "--quiet", "--message", "merged", "side"});
  repo.git({"tag", "--annotate", "--message", "annotated", "v1", "HEAD~1"});
  const bool packed = GENERATE(false, true);
  if (packed) repo.git({"repack", "-a", "-d", "-f", "--quiet"});
  forget_user_configuration();
  const auto repository = Repository::open(repo.path());
  const ObjectDatabase database(repository);
  const auto head = repo.git({"rev-parse", "HEAD"});
  for (const auto& revision : Strings{"HEAD", "main", "heads/side", "@", head, head.substr(0, 9), "HEAD~2",
                                      "HEAD^2", "main^2~1", "v1", "v1^{}", "v1^{commit}~1", ":/aside",
                                      "HEAD^{/third}", repo.git({"rev-parse", "v1"}).substr(0, 10)}) {
    INFO(revision << (packed ? ", packed" : ", loose"));
    RangeRequest request;
    request.branch = revision;
    const auto range = commits_in(repository, database, request, {});
    CHECK(range.tips.at(0).commit.hex() == repo.git({"rev-list", "-1", revision}));
  }
  for (const auto& revision : Strings{"nothing", "HEAD~9", "HEAD^3", std::string(40, '7'), "77777777"}) {
    INFO(revision);
    CHECK_THROWS_AS(commits_in(repository, database, range(revision + "..HEAD"), {}), Failure);
  }
}

TEST_CASE("a shallow clone's boundary has no parents, and is no error") {
  TestRepo origin;
  for (const char* text : {"1", "2", "3", "4"}) {
    origin.write("f", text);
    origin.commit_all(text);
  }
  TestRepo clone;
  clone.git({"fetch", "--quiet", "--depth=2", "file://" + origin.path().native(), "main"});
  clone.git({"reset", "--quiet", "--hard", "FETCH_HEAD"});
  RangeRequest all;
  all.branch = "HEAD";
  CHECK(ours(clone.path(), all) == lines_of(clone.git({"rev-list", "HEAD"})));
  CHECK(ours(clone.path(), range("HEAD~1..HEAD")).size() == 1);
}

TEST_CASE("a commit that is missing is told, and the rest found") {
  TestRepo repo;
  repo.write("f", "1");
  repo.commit_all("first");
  repo.write("f", "2");
  const auto second = repo.commit_all("second");
  repo.write("f", "3");
  const auto third = repo.commit_all("third");
  std::filesystem::remove(repo.path() / ".git" / "objects" / second.substr(0, 2) / second.substr(2));
  forget_user_configuration();
  const auto repository = Repository::open(repo.path());
  Strings missing;
  RangeRequest all;
  all.branch = "main";
  const auto found =
      commits_in(repository, ObjectDatabase(repository), all,
                 [&](const std::string& object, const Problem&, unsigned) { missing.push_back(object); });
  REQUIRE(found.commits.size() == 1);
  CHECK(found.commits[0].header.id.hex() == third);
  CHECK(found.commits[0].header.parents.empty());
  CHECK(missing == Strings{second});
}

TEST_CASE("what a shallow clone lacks of a range is told") {
  const unsigned seed = GENERATE(Catch::Generators::range(1U, 7U));
  RandomHistory history(seed, true);
  forget_user_configuration();
  for (const char* depth : {"--depth=1", "--depth=2", "--depth=3", "--depth=5"}) {
    TestRepo clone;
    clone.git({"fetch", "--quiet", "--no-tags", depth, "file://" + history.repo().path().native(), "main"});
    clone.git({"reset", "--quiet", "--hard", "FETCH_HEAD"});
    const auto repository = Repository::open(clone.path());
    for (const auto& base : lines_of(clone.git({"rev-list", "HEAD"}))) {
      std::set<std::string> found;
      bool told = false;
      const auto commits =
          commits_in(repository, ObjectDatabase(repository), range(base + ".."),
                     [&](const std::string&, const Problem& problem, unsigned) {
                       CHECK(problem.message.starts_with("the clone is shallow and ends with"));
                       told = true;
                     });
      for (const auto& commit : commits.commits) found.insert(commit.header.id.hex());
      const auto whole = history.git({base + "..main"});
      const bool lacks =
          std::any_of(whole.begin(), whole.end(), [&](auto& id) { return !found.contains(id); });
      INFO("seed " << seed << ", " << depth << ", " << base);
      CHECK((told || !lacks));
    }
  }
}

}  // namespace
}  // namespace keysift::test
