#include "git/tree_links.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "git/delta.h"
#include "git/pack_builder.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

using Random = std::mt19937_64;

// One of so many objects.
Oid object_id(std::uint64_t number) {
  Oid id;
  for (std::size_t i = 0; i < Oid::kSize; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(number * 0x9e3779b97f4a7c15U >> (i % 8 * 8));
  return id;
}

std::string entry(Random& random) {
  static constexpr std::array<std::string_view, 5> kModes = {"100644", "100755", "40000", "120000", "160000"};
  const auto id = object_id(random() % 64);
  std::string name(1 + random() % 9, static_cast<char>('a' + random() % 4));
  return std::string(kModes.at(random() % 10 == 0 ? 2 : random() % kModes.size())) + " " +
         (random() % 8 == 0 ? ".env" : name) + '\0' +
         std::string(reinterpret_cast<const char*>(id.bytes.data()), Oid::kSize);
}

std::string some_entries(std::size_t count, Random& random) {
  std::string entries;
  for (; count > 0; --count) entries += entry(random);
  return entries;
}

// Where an entry begins, mostly.
std::size_t place_in(std::string_view tree, Random& random) {
  std::size_t place = 0;
  TreeEntries entries(tree);
  TreeEntry entry;
  for (auto left = random() % 150; left > 0 && entries.next(entry); --left) place = entries.position();
  return std::min(tree.size(), place + (random() % 4 == 0 ? random() % 30 : 0));
}

// A delta that makes another tree of one: of copies and of what is put between them.
std::string some_delta(std::string_view tree, Random& random) {
  std::string instructions;
  std::size_t size = 0;
  std::size_t from = random() % 8 == 0 ? place_in(tree, random) : 0;
  for (auto left = 1 + random() % 4; left > 0; --left) {
    const auto to = random() % 3 == 0 ? tree.size() : place_in(tree, random);
    if (to > from) {
      instructions += copy(from, to - from);
      size += to - from;
    }
    auto fresh = some_entries(random() % 3, random);
    if (random() % 5 == 0) fresh = fresh.substr(0, random() % 40);
    for (std::size_t at = 0; at < fresh.size(); at += 127) instructions += insert(fresh.substr(at, 127));
    size += fresh.size();
    from = random() % 3 == 0 ? place_in(tree, random) : std::min(tree.size(), to + random() % 40);
  }
  return delta_header(tree.size(), size) + instructions;
}

// An object's links, in words.
std::vector<std::string> links_of(const TreeLinks& links, const Oid& tree) {
  std::vector<std::string> words;
  const auto number = links.find(tree);
  if (!number) return words;
  for (const auto each : links.entries_of(*number)) {
    const auto& [name, object] = links.entries()[each];
    words.push_back(links.name(name) + " " + links.id(object).hex());
  }
  return words;
}

}  // namespace

TEST_CASE("links of a tree are the same whether all of it is read or what is fresh in it") {
  Random random(1);
  std::vector<Oid> wanted;
  for (unsigned i = 0; i < 6; ++i) wanted.push_back(object_id(i));
  TreeLinks::Maker by_fresh(wanted, 2, {".env"});
  TreeLinks::Maker by_all(wanted, 2, {".env"});
  std::vector<Oid> trees;
  std::size_t carried = 0;
  for (unsigned chain = 0; chain < 300; ++chain) {
    std::string tree = some_entries(random() % 200, random);
    unsigned worker = 0;
    Reach reach;
    std::vector<FreshRange> fresh;
    for (unsigned i = 0; i < 12; ++i) {
      trees.push_back(object_id(1000 + trees.size()));
      const Object object{trees.back(), ObjectType::tree, tree, {fresh, &reach}};
      auto next = by_fresh.add(object, worker);
      by_all.add({trees.back(), ObjectType::tree, tree, {}}, 0);
      reach = std::move(next);
      carried += reach.noted.size();
      if (random() % 8 == 0) worker = 1 - worker;  // was given away
      const auto delta = some_delta(tree, random);
      std::string made(*delta_result_size(delta, tree.size()), '\0');
      fresh.clear();
      REQUIRE(apply_delta(tree, delta, made.data(), made.size(), fresh));
      tree = std::move(made);
    }
  }
  CHECK(carried > 10'000);
  const auto all = by_all.finish();
  const auto links = by_fresh.finish();
  std::size_t count = 0;
  for (const auto& tree : trees) {
    const auto expected = links_of(all, tree);
    count += expected.size();
    if (links_of(links, tree) != expected) FAIL(tree.hex());
  }
  CHECK(count > 50'000);
}

}  // namespace keysift::test
