// Walking packs: every entry is inflated once, every delta applied once, bases before what stands on them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "git/object.h"
#include "git/pack_forest.h"

namespace keysift {

/// A pack to walk.
struct WalkedPack {
  const PackForest* forest = nullptr;
  std::vector<bool> skip;  ///< by number: objects that another pack hands on; empty: none
};

/// What a walk may use.
struct PackWalkLimits {
  unsigned workers = 1;
  std::size_t memory = 0;             ///< bytes of objects in memory, over all workers
  ObjectPart part = ObjectPart::all;  ///< leave out other objects
};

/// Finds an object that deltas of a pack are made from and that is not in it; it is used before the worker's
/// next call.
using BaseFinder = std::function<std::optional<Object>(const Oid& base, unsigned worker)>;

/// Hands on every object of `packs` that can be read within the limits. Returns the names of the others:
/// broken ones, of whatever part, those that stand on them, and those that need more memory than `limits`
/// allow.
std::vector<Oid> walk_packs(std::span<const WalkedPack> packs, PackWalkLimits limits,
                            const BaseFinder& find_base, const ObjectVisitor& visit);

}  // namespace keysift
