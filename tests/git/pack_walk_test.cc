#include "git/pack_walk.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "detect/detector.h"
#include "detect/oracle.h"
#include "git/generated.h"
#include "git/pack_builder.h"
#include "git/walked.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using Names = std::vector<std::string>;

// A pack with one good blob before, and one good delta behind, whatever a test puts between them.
class HandMade {
 public:
  static constexpr char kFirst[] = "first of all";

  PackBuilder builder;
  std::uint64_t first = builder.add(ObjectType::blob, kFirst);

  // What the walk says of the pack, less the two good ones, which must have been handed on.
  Walked outcome() {
    const std::string last = std::string(kFirst) + ", last";
    const auto last_id = name_of(ObjectType::blob, last);
    builder.add_offset_delta(last_id, first, delta_header(12, 18) + copy(0, 12) + insert(", last"));
    builder.write(repo_.path() / ".git/objects/pack");
    auto all = walked(repo_.path());
    for (const auto& line :
         {name_of(ObjectType::blob, kFirst).hex() + " blob 12", last_id.hex() + " blob 18"}) {
      const auto at = std::find(all.objects.begin(), all.objects.end(), line);
      if (at == all.objects.end()) throw std::runtime_error("lost a good object");
      all.objects.erase(at);
    }
    return all;
  }

  // The names of what is told as broken when nothing else is handed on.
  Names broken() {
    const auto all = outcome();
    CHECK(all.objects == Names());
    Names names;
    for (const auto& [name, message] : all.errors) {
      CHECK(message.starts_with("object cannot be read ("));
      names.push_back(name);
    }
    return names;
  }

 private:
  TestRepo repo_;
};

Oid named(char digit) { return Oid::from_hex(std::string(40, digit)); }
std::string hex(char digit) { return std::string(40, digit); }

TEST_CASE("sizes that lie cost their entry") {
  HandMade pack;
  const std::uint64_t kHuge = std::uint64_t{1} << 59;
  unsigned digit = 0;
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{11},
                                   std::uint64_t{100'000}, std::uint64_t{1} << 33, kHuge}) {
    pack.builder.add_entry(named("012345"[digit++]), 3, size, {}, deflated("ten bytes."));
  }
  CHECK(pack.broken() == Names{hex('0'), hex('1'), hex('2'), hex('3'), hex('4'), hex('5')});
}

TEST_CASE("deltas whose sizes lie cost themselves and what stands on them") {
  HandMade pack;
  const auto add = [&](char digit, std::uint64_t base, const std::string& delta) {
    return pack.builder.add_offset_delta(named(digit), base, delta);
  };
  add('1', pack.first, delta_header(11, 4) + copy(0, 4));                     // another base
  add('2', pack.first, delta_header(12, 5) + copy(0, 4));                     // a result that is larger
  const auto three = add('3', pack.first, delta_header(12, 3) + copy(0, 4));  // or smaller
  add('4', pack.first, delta_header(12, 1ULL << 60) + copy(0, 4));            // or huge
  add('5', pack.first, delta_header(12, 1ULL << 33) + copy(0, 4));
  add('6', three, delta_header(3, 3) + copy(0, 3));
  add('7', pack.first, "");
  add('8', pack.first, "\x0c");
  CHECK(pack.broken() ==
        Names{hex('1'), hex('2'), hex('3'), hex('4'), hex('5'), hex('6'), hex('7'), hex('8')});
}

TEST_CASE("instructions that leave their bounds cost their entry") {
  HandMade pack;
  const auto add = [&](char digit, const std::string& instructions) {
    pack.builder.add_offset_delta(named(digit), pack.first, delta_header(12, 4) + instructions);
  };
  add('1', copy(9, 4));                         // past the base
  add('2', copy(0xfffffff0, 4));                // far behind it
  add('3', "\x04two");                          // past the delta
  add('4', std::string(1, '\0') + copy(0, 4));  // reserved
  add('5', copy(0, 4) + insert("and more"));    // past the result
  add('6', copy(0, 0xffffff));                  // far past it
  add('7', "\xff");                             // without operands
  CHECK(pack.broken() == Names{hex('1'), hex('2'), hex('3'), hex('4'), hex('5'), hex('6'), hex('7')});
}

TEST_CASE("bodies that are no zlib streams cost their entry") {
  HandMade pack;
  const auto stream = deflated("ten bytes.");
  auto flipped = stream;
  flipped[5] = static_cast<char>(flipped[5] ^ 4);
  auto checksum = stream;
  checksum.back() = static_cast<char>(checksum.back() ^ 1);
  pack.builder.add_entry(named('1'), 3, 10, {}, "no zlib stream");
  pack.builder.add_entry(named('2'), 3, 10, {}, flipped);
  pack.builder.add_entry(named('3'), 3, 10, {}, checksum);
  pack.builder.add_entry(named('4'), 3, 10, {}, stream.substr(0, 7));
  pack.builder.add_entry(named('5'), 6, 10, distance(pack.builder.end() - pack.first), "no zlib stream");
  CHECK(pack.broken() == Names{hex('1'), hex('2'), hex('3'), hex('4'), hex('5')});
}

TEST_CASE("a stream that gives far more than it claims is stopped") {
  HandMade pack;
  pack.builder.add_entry(named('1'), 3, 1000, {}, deflated(std::string(20'000'000, '\0')));
  CHECK(pack.broken() == Names{hex('1')});
}

TEST_CASE("a stream that gives a thousand times its size is read") {
  HandMade pack;
  const std::string zeros(50'000'000, '\0');
  pack.builder.add(ObjectType::blob, zeros);
  const auto outcome = pack.outcome();
  CHECK(outcome.objects == Names{name_of(ObjectType::blob, zeros).hex() + " blob 50000000"});
  CHECK(outcome.errors.empty());
}

TEST_CASE("deltas on themselves, in circles, or on nothing are told as broken") {
  HandMade pack;
  const auto delta = delta_header(12, 4) + copy(0, 4);
  pack.builder.add_ref_delta(named('1'), named('1'), delta);
  pack.builder.add_ref_delta(named('2'), named('3'), delta);
  const auto three = pack.builder.add_ref_delta(named('3'), named('2'), delta);
  pack.builder.add_offset_delta(named('4'), three, delta);
  pack.builder.add_ref_delta(named('5'), named('f'), delta);                      // no such object
  pack.builder.add_offset_delta(named('6'), 0, delta);                            // the pack's header
  pack.builder.add_offset_delta(named('7'), pack.first + 1, delta);               // the midst of an entry
  pack.builder.add_entry(named('8'), 6, 3, distance(0), deflated(delta));         // itself
  pack.builder.add_entry(named('9'), 6, 3, distance(1U << 30), deflated(delta));  // before the pack
  CHECK(pack.broken() ==
        Names{hex('1'), hex('2'), hex('3'), hex('4'), hex('5'), hex('6'), hex('7'), hex('8'), hex('9')});
}

TEST_CASE("an index that points outside the pack, or into its checksum") {
  HandMade pack;
  pack.builder.claim(named('1'), 3);
  pack.builder.claim(named('2'), 0x7fffffff);
  pack.builder.claim(named('3'), 1ULL << 40);
  pack.builder.claim(named('4'), 1ULL << 63);
  CHECK(pack.broken() == Names{hex('1'), hex('2'), hex('3'), hex('4')});
}

TEST_CASE("a ref delta's base may be loose or in another pack") {
  TestRepo repo;
  const std::string loose = "this base is loose";
  const std::string packed = "this base is in another pack";
  repo.git({"hash-object", "-w", "--stdin"}, loose);
  PackBuilder other;
  other.add(ObjectType::blob, packed);
  other.write(repo.path() / ".git/objects/pack", "other");
  PackBuilder builder;
  Names expected;
  for (const auto& base : {loose, packed}) {
    expected.push_back(name_of(ObjectType::blob, base).hex() + " blob " + std::to_string(base.size()));
    const auto child = base.substr(0, 4);
    const auto child_id = name_of(ObjectType::blob, child + base);
    const auto at =
        builder.add_ref_delta(child_id, name_of(ObjectType::blob, base),
                              delta_header(base.size(), base.size() + 4) + copy(0, 4) + copy(0, base.size()));
    const auto grandchild_id = name_of(ObjectType::blob, base.substr(8));
    builder.add_offset_delta(grandchild_id, at,
                             delta_header(base.size() + 4, base.size() - 8) + copy(12, base.size() - 8));
    expected.push_back(grandchild_id.hex() + " blob " + std::to_string(base.size() - 8));
    expected.push_back(child_id.hex() + " blob " + std::to_string(base.size() + 4));
  }
  builder.write(repo.path() / ".git/objects/pack");
  std::sort(expected.begin(), expected.end());
  const auto outcome = walked(repo.path());
  CHECK(outcome.errors.empty());
  CHECK(outcome.objects == expected);
}

// A tree of deltas, from a seed: objects and how they are made from each other.
class DeltaTree {
 public:
  DeltaTree(unsigned seed, int count, const std::function<std::string(std::mt19937_64&)>& more)
      : random_(seed) {
    for (int i = 0; i < count; ++i) {
      if (i % 25 == 0) {
        add_whole(prose(200, random_) + more(random_) + prose(200, random_));
      } else {
        add_delta(below(objects_.size() - 1 - objects_.size() / 2) + objects_.size() / 2, more);
      }
    }
  }

  const PackBuilder& builder() const { return builder_; }

  const std::map<Oid, std::string>& contents() const { return contents_; }

 private:
  struct Made {
    std::uint64_t offset = 0;
    std::string bytes;
  };

  std::size_t below(std::size_t limit) {
    return limit == 0 ? 0 : static_cast<std::size_t>(random_() % limit);
  }

  void add_whole(const std::string& bytes) {
    if (!contents_.emplace(name_of(ObjectType::blob, bytes), bytes).second) return;
    objects_.push_back({builder_.add(ObjectType::blob, bytes), bytes});
  }

  // Copies of most of the base, in order or not, with small gaps; inserts of a few bytes.
  void add_delta(std::size_t number, const std::function<std::string(std::mt19937_64&)>& more) {
    const auto base = objects_[number];
    std::string bytes;
    std::string instructions;
    for (std::size_t at = below(4) == 0 ? below(40) : 0; at < base.bytes.size();) {
      const auto size = 1 + below(base.bytes.size() - at);
      instructions += copy(at, size);
      bytes += base.bytes.substr(at, size);
      at += size + (below(2) == 0 ? below(12) : 0);
      if (below(3) == 0) {
        const auto text = more(random_).substr(0, 1 + below(60));
        if (!text.empty()) instructions += insert(text);
        bytes += text;
      }
      if (below(6) == 0) break;
    }
    if (bytes.size() < 100 || !contents_.emplace(name_of(ObjectType::blob, bytes), bytes).second) return;
    const auto offset =
        builder_.add_offset_delta(name_of(ObjectType::blob, bytes), base.offset,
                                  delta_header(base.bytes.size(), bytes.size()) + instructions);
    objects_.push_back({offset, bytes});
  }

  std::mt19937_64 random_;
  PackBuilder builder_;
  std::vector<Made> objects_;
  std::map<Oid, std::string> contents_;
};

std::optional<Object> no_base(const Oid&, unsigned) { return std::nullopt; }

TEST_CASE("a search of what a delta brings finds what a search of all finds") {
  const auto rules = all_rules();
  const Detector detector(rules);
  std::vector<Detector::Scratch> scratches;
  for (unsigned i = 0; i < 4; ++i) scratches.emplace_back(detector);
  const auto more = [&](std::mt19937_64& random) {
    return random() % 3 == 0 ? haystack(rules, random, 1) : "";
  };
  std::size_t partly = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const TempDir dir;
    const DeltaTree tree(seed, 300, more);
    const Pack pack(tree.builder().write(dir.path()));
    for (const unsigned workers : {1U, 4U}) {
      const PackForest forest(pack, workers);
      const WalkedPack walked_pack{&forest, {}};
      std::mutex guard;
      std::map<Oid, std::vector<Found>> found;
      const auto visit = [&](const Object& object, unsigned worker) {
        auto& scratch = scratches[worker];
        auto matches = found_in(detector.scan(object.bytes, scratch, {}, object.fresh));
        const std::lock_guard lock(guard);
        if (object.fresh.known() != nullptr) partly += !matches.empty();
        found.emplace(object.id, std::move(matches));
        return scratch.reach();
      };
      PackWalkLimits limits;
      limits.workers = workers;
      limits.memory = 64 << 20;
      CHECK(walk_packs({&walked_pack, 1}, limits, no_base, visit).empty());
      REQUIRE(found.size() == tree.contents().size());
      for (const auto& [id, bytes] : tree.contents()) {
        INFO("seed " << seed << ", " << workers << " workers, object " << id.hex());
        REQUIRE(found.at(id) == found_in(detector.scan(bytes, scratches[0])));
      }
    }
  }
  CHECK(partly > 100);
}

TEST_CASE("what does not fit into memory is declined, and nothing else") {
  const TempDir dir;
  PackBuilder builder;
  std::mt19937_64 random(1);
  const auto small = prose(1000, random);
  const auto large = prose(200'000, random);
  builder.add(ObjectType::blob, small);
  const auto base = builder.add(ObjectType::blob, large);
  const auto child = large.substr(0, 100);
  builder.add_offset_delta(name_of(ObjectType::blob, child), base, delta_header(200'000, 100) + copy(0, 100));
  const Pack pack(builder.write(dir.path()));
  const PackForest forest(pack, 1);
  const WalkedPack walked_pack{&forest, {}};
  std::vector<Oid> seen;
  const auto visit = [&](const Object& object, unsigned) {
    seen.push_back(object.id);
    return Reach();
  };
  PackWalkLimits limits;
  limits.memory = 100'000;
  auto declined = walk_packs({&walked_pack, 1}, limits, no_base, visit);
  std::sort(declined.begin(), declined.end());
  std::vector<Oid> expected{name_of(ObjectType::blob, large), name_of(ObjectType::blob, child)};
  std::sort(expected.begin(), expected.end());
  CHECK(declined == expected);
  CHECK(seen == std::vector<Oid>{name_of(ObjectType::blob, small)});
}

TEST_CASE("little memory: each object is handed on or declined, never both") {
  const auto nothing = [](std::mt19937_64&) { return std::string(); };
  for (const std::size_t memory :
       {std::size_t{500}, std::size_t{2000}, std::size_t{10'000}, std::size_t{40'000}}) {
    const TempDir dir;
    const DeltaTree tree(7, 2000, nothing);
    const Pack pack(tree.builder().write(dir.path()));
    for (const unsigned workers : {1U, 3U}) {
      const PackForest forest(pack, workers);
      const WalkedPack walked_pack{&forest, {}};
      std::mutex guard;
      std::vector<Oid> all;
      bool equal = true;
      const auto visit = [&](const Object& object, unsigned) {
        const std::lock_guard lock(guard);
        all.push_back(object.id);
        equal = equal && object.bytes == tree.contents().at(object.id);
        return Reach();
      };
      PackWalkLimits limits;
      limits.workers = workers;
      limits.memory = memory;
      const auto declined = walk_packs({&walked_pack, 1}, limits, no_base, visit);
      all.insert(all.end(), declined.begin(), declined.end());
      std::sort(all.begin(), all.end());
      std::vector<Oid> expected;
      for (const auto& [id, bytes] : tree.contents()) expected.push_back(id);
      INFO(memory << " bytes, " << workers << " workers");
      CHECK(equal);
      CHECK(all == expected);
    }
  }
}

TEST_CASE("one root with very many deltas is shared among workers") {
  const TempDir dir;
  PackBuilder builder;
  std::mt19937_64 random(1);
  const auto text = prose(100, random);
  const auto base = builder.add(ObjectType::blob, text);
  for (int i = 0; i < 20'000; ++i) {
    const auto more = std::to_string(i);
    builder.add_offset_delta(name_of(ObjectType::blob, text + more), base,
                             delta_header(100, 100 + more.size()) + copy(0, 100) + insert(more));
  }
  const Pack pack(builder.write(dir.path()));
  const PackForest forest(pack, 2);
  const WalkedPack walked_pack{&forest, {}};
  std::atomic<std::size_t> seen{0};
  std::atomic<std::size_t> by_second{0};
  const auto visit = [&](const Object& object, unsigned worker) {
    ++seen;
    by_second += worker;
    if (name_of(object.type, object.bytes) != object.id) ++seen;
    return Reach();
  };
  PackWalkLimits limits;
  limits.workers = 2;
  limits.memory = 1 << 20;
  CHECK(walk_packs({&walked_pack, 1}, limits, no_base, visit).empty());
  CHECK(seen == 20'001);
}

TEST_CASE("what a visitor throws ends the walk and comes out of it") {
  const TempDir dir;
  const DeltaTree tree(3, 500, [](std::mt19937_64&) { return std::string(); });
  const Pack pack(tree.builder().write(dir.path()));
  for (const unsigned workers : {1U, 2U, 4U}) {
    const PackForest forest(pack, workers);
    const WalkedPack walked_pack{&forest, {}};
    std::atomic<int> seen{0};
    const auto visit = [&](const Object&, unsigned) {
      if (++seen == 100) throw std::runtime_error("enough");
      return Reach();
    };
    PackWalkLimits limits;
    limits.workers = workers;
    limits.memory = 1 << 20;
    CHECK_THROWS_WITH(walk_packs({&walked_pack, 1}, limits, no_base, visit), "enough");
  }
}

}  // namespace
}  // namespace keysift::test
