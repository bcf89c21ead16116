#include "git/pack_forest.h"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "base/parallel.h"
#include "base/range.h"

namespace keysift {
namespace {

// The share of [0, size) that falls to one of `workers`.
Range share(std::size_t size, unsigned workers, unsigned worker) {
  return {size * worker / workers, size * (worker + 1) / workers};
}

struct Place {
  std::uint64_t offset = 0;
  std::uint32_t object = 0;
};

bool by_offset(const Place& a, const Place& b) { return a.offset < b.offset; }

}  // namespace

// The places where objects start, sorted through a table with about as many buckets as there are objects:
// that costs two passes (a comparison sort took a third of the time before the walk), and the table finds an
// offset's node afterwards.
class PackForest::Offsets {
 public:
  // Objects without a usable offset go to `broken`.
  Offsets(const Pack& pack, unsigned workers, std::vector<std::uint32_t>& broken) {
    while (pack.end() >> shift_ > pack.size()) ++shift_;
    first_.assign((pack.end() >> shift_) + 2, 0);
    for (std::uint32_t object = 0; object < pack.size(); ++object) {
      if (const auto offset = pack.offset(object)) {
        ++first_[(*offset >> shift_) + 1];
      } else {
        broken.push_back(object);
      }
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    places_.resize(first_.back());
    auto next = first_;
    for (std::uint32_t object = 0; object < pack.size(); ++object) {
      if (const auto offset = pack.offset(object)) places_[next[*offset >> shift_]++] = {*offset, object};
    }
    parallel(workers, [&](unsigned worker) {
      const auto own = share(first_.size() - 1, workers, worker);
      for (auto bucket = own.begin; bucket < own.end; ++bucket) {
        std::sort(at(first_[bucket]), at(first_[bucket + 1]), by_offset);
      }
    });
  }

  std::size_t size() const { return places_.size(); }
  const Place& operator[](std::size_t node) const { return places_[node]; }

  // The node that starts at `offset`, or kNone.
  std::uint32_t find(std::uint64_t offset) const {
    const auto bucket = offset >> shift_;
    if (bucket + 1 >= first_.size()) return kNone;
    const auto end = places_.begin() + first_[bucket + 1];
    const auto found = std::lower_bound(places_.begin() + first_[bucket], end, Place{offset, 0}, by_offset);
    if (found == end || found->offset != offset) return kNone;
    return static_cast<std::uint32_t>(found - places_.begin());
  }

 private:
  std::vector<Place>::iterator at(std::uint32_t node) { return places_.begin() + node; }

  unsigned shift_ = 0;
  std::vector<std::uint32_t> first_;  // by offset >> shift_: the first node there or later
  std::vector<Place> places_;
};

// What one worker finds in the headers of its share.
struct PackForest::Headers {
  std::vector<std::uint32_t> roots;
  std::vector<Orphan> orphans;
  bool doubtful = false;  // some entries may not be reachable from any root
};

PackForest::PackForest(const Pack& pack, unsigned workers) : pack_(&pack), names_(pack) {
  const Offsets offsets(pack, workers, broken_);
  nodes_.resize(offsets.size());
  std::vector<Headers> found(workers);
  parallel(workers, [&](unsigned worker) {
    const auto own = share(nodes_.size(), workers, worker);
    constexpr std::size_t kAhead = 12;  // waiting for headers was up to half of reading them
    for (auto node = own.begin; node < own.end; ++node) {
      if (node + kAhead < own.end) pack.prefetch_entry(offsets[node + kAhead].offset);
      read_header(static_cast<std::uint32_t>(node), offsets, found[worker]);
    }
  });
  bool doubtful = false;
  for (const auto& each : found) {
    roots_.insert(roots_.end(), each.roots.begin(), each.roots.end());
    orphans_.insert(orphans_.end(), each.orphans.begin(), each.orphans.end());
    doubtful = doubtful || each.doubtful;
  }
  // What is large keeps a worker longest, and nobody can help with what it holds: an archive at the end of a
  // walk of curl's history was a twentieth of it.
  constexpr std::size_t kLarge = std::size_t{1} << 20;
  std::stable_partition(roots_.begin(), roots_.end(),
                        [&](std::uint32_t root) { return nodes_[root].size >= kLarge; });
  if (doubtful) find_unreachable();
  std::sort(broken_.begin(), broken_.end());
}

void PackForest::read_header(std::uint32_t index, const Offsets& offsets, Headers& found) {
  auto& node = nodes_[index];
  node.object = offsets[index].object;
  const auto entry = pack_->entry(offsets[index].offset);
  if (!entry) {
    found.doubtful = true;
    return;
  }
  node.data = entry->data;
  node.size = entry->size;
  node.kind = entry->kind;
  if (entry->kind == PackKind::offset_delta) {
    const auto base = offsets.find(entry->base_offset);
    found.doubtful = found.doubtful || base == kNone;
    if (base != kNone) add_child(base, index);
  } else if (entry->kind == PackKind::ref_delta) {
    found.doubtful = true;
    const auto number = names_.find(entry->base_id);
    const auto offset = number ? pack_->offset(*number) : std::nullopt;
    const auto base = offset ? offsets.find(*offset) : kNone;
    if (base == kNone) {
      found.orphans.push_back({index, entry->base_id});
    } else {
      add_child(base, index);
    }
  } else {
    found.roots.push_back(index);
  }
}

// Several workers may add children to one base. Their order makes no difference.
void PackForest::add_child(std::uint32_t base, std::uint32_t child) {
  nodes_[child].sibling = std::atomic_ref(nodes_[base].child).exchange(child, std::memory_order_relaxed);
}

// Offset deltas point backwards, so only ref deltas can go in circles, and only a broken header breaks a
// chain.
void PackForest::find_unreachable() {
  std::vector<bool> reached(nodes_.size(), false);
  std::vector<std::uint32_t> waiting(roots_);
  for (const auto& orphan : orphans_) waiting.push_back(orphan.node);
  while (!waiting.empty()) {
    const auto node = waiting.back();
    waiting.pop_back();
    reached[node] = true;
    for (auto child = nodes_[node].child; child != kNone; child = nodes_[child].sibling)
      waiting.push_back(child);
  }
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    if (!reached[node]) broken_.push_back(nodes_[node].object);
  }
}

}  // namespace keysift
