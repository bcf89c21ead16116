#include "git/pack_forest.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "git/pack_builder.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

// A name of our own for an entry: no entry's contents matter here.
Oid named(unsigned number) {
  Oid id;
  id.bytes[0] = static_cast<std::uint8_t>(number * 37);
  id.bytes[1] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[2] = static_cast<std::uint8_t>(number);
  return id;
}

// The forest of a pack, told by names.
class Forest {
 public:
  explicit Forest(const PackBuilder& builder, unsigned workers = 1)
      : pack_(builder.write(dir_.path())), forest_(pack_, workers) {}

  std::vector<Oid> roots() const {
    std::vector<Oid> ids;
    for (const auto node : forest_.roots()) ids.push_back(id(node));
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  std::vector<Oid> broken() const {
    std::vector<Oid> ids;
    for (const auto object : forest_.broken()) ids.push_back(pack_.id(object));
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  std::vector<std::pair<Oid, Oid>> orphans() const {
    std::vector<std::pair<Oid, Oid>> ids;
    for (const auto& orphan : forest_.orphans()) ids.emplace_back(id(orphan.node), orphan.base);
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  // Pairs of child and base, sorted.
  std::vector<std::pair<Oid, Oid>> deltas() const {
    std::vector<std::pair<Oid, Oid>> ids;
    for (std::uint32_t base = 0; base < forest_.size(); ++base) {
      for (auto child = forest_.node(base).child; child != PackForest::kNone;
           child = forest_.node(child).sibling)
        ids.emplace_back(id(child), id(base));
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }

 private:
  Oid id(std::uint32_t node) const { return pack_.id(forest_.node(node).object); }

  TempDir dir_;
  Pack pack_;
  PackForest forest_;
};

using Ids = std::vector<Oid>;
using Pairs = std::vector<std::pair<Oid, Oid>>;

std::uint64_t add_whole(PackBuilder& builder, unsigned number) {
  return builder.add_entry(named(number), 3, 1, {}, deflated("x"));
}

TEST_CASE("an empty pack makes an empty forest") {
  const Forest forest{PackBuilder()};
  CHECK(forest.roots().empty());
  CHECK(forest.broken().empty());
}

TEST_CASE("deltas hang from their bases, however they name them, and with any number of workers") {
  std::mt19937_64 random(1);
  PackBuilder builder;
  std::vector<std::uint64_t> offsets;
  Ids roots;
  Pairs deltas;
  for (unsigned number = 0; number < 1000; ++number) {
    const auto base = number == 0 ? 0U : static_cast<unsigned>(random() % number);
    const auto later = number + static_cast<unsigned>(random() % (1000 - number));
    const auto way = number == 0 ? 0 : random() % 4;
    if (way == 0) {
      offsets.push_back(add_whole(builder, number));
      roots.push_back(named(number));
    } else if (way == 1 && later > number && later % 4 == 0) {
      // A ref delta may stand before its base; every such base is whole.
      offsets.push_back(builder.add_ref_delta(named(number), named(1000 + later), "delta"));
      deltas.emplace_back(named(number), named(1000 + later));
    } else if (way == 2) {
      offsets.push_back(builder.add_ref_delta(named(number), named(base), "delta"));
      deltas.emplace_back(named(number), named(base));
    } else {
      offsets.push_back(builder.add_offset_delta(named(number), offsets[base], "delta"));
      deltas.emplace_back(named(number), named(base));
    }
  }
  for (unsigned number = 1000; number < 2000; number += 4) {
    add_whole(builder, number);
    roots.push_back(named(number));
  }
  std::sort(roots.begin(), roots.end());
  std::sort(deltas.begin(), deltas.end());
  for (const unsigned workers : {1U, 2U, 5U}) {
    const Forest forest(builder, workers);
    CHECK(forest.roots() == roots);
    CHECK(forest.deltas() == deltas);
    CHECK(forest.orphans().empty());
    CHECK(forest.broken().empty());
  }
}

TEST_CASE("a delta whose base is elsewhere is an orphan, and what stands on it is not broken") {
  PackBuilder builder;
  const auto orphan = builder.add_ref_delta(named(1), named(99), "delta");
  builder.add_offset_delta(named(2), orphan, "delta");
  const Forest forest(builder);
  CHECK(forest.orphans() == Pairs{{named(1), named(99)}});
  CHECK(forest.deltas() == Pairs{{named(2), named(1)}});
  CHECK(forest.broken().empty());
}

TEST_CASE("deltas that stand on themselves are broken") {
  PackBuilder builder;
  add_whole(builder, 1);
  builder.add_ref_delta(named(2), named(2), "itself");
  builder.add_ref_delta(named(3), named(4), "two in a circle");
  const auto four = builder.add_ref_delta(named(4), named(3), "two in a circle");
  builder.add_offset_delta(named(5), four, "stands on a circle");
  const Forest forest(builder);
  CHECK(forest.roots() == Ids{named(1)});
  CHECK(forest.orphans().empty());
  Ids broken{named(2), named(3), named(4), named(5)};
  std::sort(broken.begin(), broken.end());
  CHECK(forest.broken() == broken);
}

TEST_CASE("a broken header costs the entry and what stands on it") {
  PackBuilder builder;
  const auto good = add_whole(builder, 1);
  const auto bad = builder.add_entry(named(2), 5, 1, {}, deflated("x"));
  const auto child = builder.add_offset_delta(named(3), bad, "delta");
  builder.add_offset_delta(named(4), child, "delta");
  builder.add_offset_delta(named(5), good, "delta");
  const Forest forest(builder);
  CHECK(forest.roots() == Ids{named(1)});
  CHECK(forest.deltas().size() == 3);
  Ids broken{named(2), named(3), named(4)};
  std::sort(broken.begin(), broken.end());
  CHECK(forest.broken() == broken);
}

TEST_CASE("a base must be where an entry starts") {
  PackBuilder builder;
  const auto first = add_whole(builder, 1);
  builder.add_offset_delta(named(2), first + 1, "into the middle of an entry");
  builder.add_offset_delta(named(3), 0, "the pack's own header");
  builder.add_offset_delta(named(4), 11, "the pack's own header");
  const Forest forest(builder);
  Ids broken{named(2), named(3), named(4)};
  std::sort(broken.begin(), broken.end());
  CHECK(forest.broken() == broken);
}

TEST_CASE("an index that points outside the pack costs the objects that it does so for") {
  PackBuilder builder;
  add_whole(builder, 1);
  builder.claim(named(2), 0);
  builder.claim(named(3), builder.end());
  builder.claim(named(4), 0x7fffffff);
  builder.claim(named(5), 1ULL << 62);
  builder.add_ref_delta(named(6), named(2), "its base is nowhere");
  const Forest forest(builder);
  CHECK(forest.roots() == Ids{named(1)});
  // What was the end when it was claimed is where the ref delta starts: one entry with two names.
  CHECK(forest.orphans() == Pairs{{named(3), named(2)}, {named(6), named(2)}});
  Ids broken{named(2), named(4), named(5)};
  std::sort(broken.begin(), broken.end());
  CHECK(forest.broken() == broken);
}

TEST_CASE("two names for one entry are two objects") {
  PackBuilder builder;
  const auto offset = add_whole(builder, 1);
  builder.claim(named(2), offset);
  const Forest forest(builder);
  Ids both{named(1), named(2)};
  std::sort(both.begin(), both.end());
  CHECK(forest.roots() == both);
}

}  // namespace
}  // namespace keysift::test
