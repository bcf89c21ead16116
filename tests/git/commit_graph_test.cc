#include "git/commit_graph.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

Oid id_of(std::uint32_t number) {
  Oid id;
  // The numbers come in no order that the names would keep.
  const std::uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15;
  std::memcpy(id.bytes.data(), &mixed, sizeof mixed);
  return id;
}

// A history in which parents have smaller numbers, and dates that now and then lie.
std::vector<CommitHeader> random_history(std::mt19937_64& random, std::uint32_t count) {
  std::vector<CommitHeader> headers;
  for (std::uint32_t i = 0; i < count; ++i) {
    CommitHeader header{id_of(i), id_of(1000 + i % 7), {}, static_cast<std::int64_t>(random() % 20)};
    for (auto parents = i == 0 ? 0 : random() % 4; parents > 0; --parents) {
      header.parents.push_back(
          id_of(static_cast<std::uint32_t>(random() % i)));  // perhaps the same one twice
    }
    headers.push_back(header);
  }
  return headers;
}

// The promised order, worked out the slow way.
std::vector<std::string> expected_order(const std::vector<CommitHeader>& headers) {
  std::set<Oid> known;
  for (const auto& header : headers) known.insert(header.id);
  std::set<Oid> done;
  std::vector<std::string> order;
  for (;;) {
    const CommitHeader* next = nullptr;
    for (const auto& header : headers) {
      const auto met = [&](const Oid& parent) { return done.contains(parent) || !known.contains(parent); };
      if (done.contains(header.id) || !std::all_of(header.parents.begin(), header.parents.end(), met))
        continue;
      if (!next || std::tie(header.time, header.id) < std::tie(next->time, next->id)) next = &header;
    }
    if (!next) return order;
    done.insert(next->id);
    order.push_back(next->id.hex());
  }
}

std::vector<std::string> order_of(const CommitGraph& graph) {
  std::vector<std::string> order;
  for (CommitIndex commit = 0; commit < graph.size(); ++commit) order.push_back(graph.id(commit).hex());
  return order;
}

TEST_CASE("commits are numbered parents first, then by age and name, in whatever order they come") {
  std::mt19937_64 random(1);
  for (unsigned round = 0; round < 100; ++round) {
    auto headers = random_history(random, 1 + round % 40);
    const auto expected = expected_order(headers);
    REQUIRE(expected.size() == headers.size());
    for (unsigned again = 0; again < 3; ++again) {
      std::shuffle(headers.begin(), headers.end(), random);
      const CommitGraph graph(headers);
      INFO("round " << round);
      REQUIRE(order_of(graph) == expected);
      for (const auto& header : headers) {
        const auto commit = graph.find(header.id);
        REQUIRE(commit);
        CHECK(graph.id(*commit) == header.id);
        CHECK(graph.tree(*commit) == header.tree);
        std::vector<Oid> parents;
        for (const auto parent : graph.parents(*commit)) {
          CHECK(parent < *commit);
          parents.push_back(graph.id(parent));
        }
        CHECK(parents == header.parents);
      }
    }
  }
}

TEST_CASE("parents that are not there are left out") {
  const CommitGraph graph({{id_of(1), {}, {id_of(7), id_of(0)}, 5}, {id_of(0), {}, {id_of(8)}, 9}});
  REQUIRE(graph.size() == 2);
  CHECK(graph.id(0) == id_of(0));
  CHECK(graph.parents(0).empty());
  REQUIRE(graph.parents(1).size() == 1);
  CHECK(graph.parents(1)[0] == 0);
  CHECK_FALSE(graph.find(id_of(7)));
}

TEST_CASE("commits in a circle are left out, and those after them") {
  const CommitGraph graph({{id_of(0), {}, {}, 0},
                           {id_of(1), {}, {id_of(2)}, 0},
                           {id_of(2), {}, {id_of(1), id_of(0)}, 0},
                           {id_of(3), {}, {id_of(2)}, 0},
                           {id_of(4), {}, {id_of(4)}, 0},
                           {id_of(5), {}, {id_of(0)}, 0}});
  CHECK(order_of(graph) == std::vector<std::string>{id_of(0).hex(), id_of(5).hex()});
  CHECK_FALSE(graph.find(id_of(2)));
}

TEST_CASE("an empty graph") {
  const CommitGraph graph({});
  CHECK(graph.size() == 0);
  CHECK(graph.reachable_from({}).empty());
}

TEST_CASE("what some tips reach") {
  std::mt19937_64 random(2);
  for (unsigned round = 0; round < 50; ++round) {
    const CommitGraph graph(random_history(random, 30));
    std::vector<CommitIndex> tips;
    for (auto count = random() % 4; count > 0; --count)
      tips.push_back(static_cast<CommitIndex>(random() % 30));
    std::set<CommitIndex> expected;
    for (auto open = tips; !open.empty();) {
      const auto commit = open.back();
      open.pop_back();
      if (!expected.insert(commit).second) continue;
      open.insert(open.end(), graph.parents(commit).begin(), graph.parents(commit).end());
    }
    const auto reached = graph.reachable_from(tips);
    REQUIRE(reached.size() == 30);
    for (CommitIndex commit = 0; commit < 30; ++commit) CHECK(reached[commit] == expected.contains(commit));
  }
}

TEST_CASE("the header of a real commit") {
  TestRepo repo;
  repo.write("a", "1");
  const auto first = repo.commit_all("first");
  repo.git({"checkout", "--quiet", "-b", "side"});
  repo.write("b", "1");
  const auto second = repo.commit_all("second");
  repo.git({"checkout", "--quiet", "main"});
  repo.git({"merge", "--quiet", "--no-ff", "--message=merge", "side"});
  const auto id = Oid::from_hex(repo.git({"rev-parse", "HEAD"}));
  const auto header = parse_commit(id, repo.git({"cat-file", "commit", "HEAD"}));
  REQUIRE(header);
  CHECK(header->id == id);
  CHECK(header->tree.hex() == repo.git({"rev-parse", "HEAD^{tree}"}));
  CHECK(header->parents == std::vector<Oid>{Oid::from_hex(first), Oid::from_hex(second)});
  CHECK(std::to_string(header->time) == repo.git({"log", "-1", "--format=%ct"}));
}

TEST_CASE("a commit's header is read as far as it makes sense") {
  const std::string tree = "tree 0123456789012345678901234567890123456789\n";
  CHECK_FALSE(parse_commit({}, ""));
  CHECK_FALSE(parse_commit({}, "author A <a> 1 +0000\n"));
  CHECK_FALSE(parse_commit({}, "\n" + tree));
  CHECK(parse_commit({}, tree)->time == 0);
  CHECK(parse_commit({}, tree + "committer nobody\n")->time == 0);
  CHECK(parse_commit({}, tree + "committer C <c> x\n")->time == 0);
  CHECK(parse_commit({}, tree + "committer C <c> -5 +0000\n")->time == -5);
  CHECK(parse_commit({}, tree + "committer C <c>> 7 +0000\n")->time == 7);
  // Only the header counts.
  CHECK(parse_commit({}, tree + "\ncommitter C <c> 7 +0000\n")->time == 0);
  CHECK(parse_commit({}, tree + "\nparent 0123456789012345678901234567890123456789\n")->parents.empty());
  CHECK(parse_commit({}, "tree short\n")->tree == Oid{});
}

}  // namespace
}  // namespace keysift::test
