#include "git/pack_walk.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>

#include "base/parallel.h"
#include "base/stop.h"
#include "git/delta.h"
#include "git/inflate.h"

namespace keysift {
namespace {

constexpr auto kNone = PackForest::kNone;

// Memory for one object. It is not cleared: every byte is written before it is read.
struct Buffer {
  std::unique_ptr<char[]> memory;
  std::size_t capacity = 0;
  std::size_t size = 0;

  std::string_view bytes() const { return {memory.get(), size}; }
};

// An object and the deltas made from it that are still to be done.
struct Family {
  const WalkedPack* pack = nullptr;
  std::uint32_t next = kNone;  // the next child
  std::uint32_t end = kNone;   // and the one before which to stop
  ObjectType type = ObjectType::blob;
  Reach reach;  // of changes to the base
  Buffer base;
};

// Some roots, or some orphans, of one pack.
struct Batch {
  const WalkedPack* pack = nullptr;
  bool orphans = false;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Batch> batches_of(std::span<const WalkedPack> packs) {
  constexpr std::size_t kBatch = 16;
  std::vector<Batch> batches;
  for (const auto& pack : packs) {
    for (const bool orphans : {false, true}) {
      const auto count = orphans ? pack.forest->orphans().size() : pack.forest->roots().size();
      for (std::size_t begin = 0; begin < count; begin += kBatch) {
        batches.push_back({&pack, orphans, begin, std::min(begin + kBatch, count)});
      }
    }
  }
  return batches;
}

// Work that a busy worker gave away, for workers that have run out of batches.
class Exchange {
 public:
  explicit Exchange(unsigned workers) : workers_(workers) {}

  // Whether somebody waits for more than there is. Cheap: asked for every object.
  bool wants_more() const { return hungry_.load(std::memory_order_relaxed) > 0; }

  void give(Family family) {
    const std::lock_guard lock(guard_);
    families_.push_back(std::move(family));
    update();
    changed_.notify_one();
  }

  // Waits for work; nothing when no worker has any left.
  std::optional<Family> take() {
    std::unique_lock lock(guard_);
    ++waiting_;
    update();
    if (waiting_ == workers_ && families_.empty()) over_ = true;
    if (over_) changed_.notify_all();
    changed_.wait(lock, [&] { return over_ || !families_.empty(); });
    if (families_.empty()) return std::nullopt;
    auto family = std::move(families_.back());
    families_.pop_back();
    --waiting_;
    update();
    return family;
  }

  // Ends the walk, because a worker failed.
  void abandon() {
    const std::lock_guard lock(guard_);
    families_.clear();
    over_ = true;
    changed_.notify_all();
  }

 private:
  void update() {
    hungry_.store(static_cast<int>(waiting_) - static_cast<int>(families_.size()), std::memory_order_relaxed);
  }

  std::mutex guard_;
  std::condition_variable changed_;
  std::vector<Family> families_;
  std::atomic<int> hungry_{0};
  unsigned workers_;
  unsigned waiting_ = 0;
  bool over_ = false;
};

class Worker {
 public:
  Worker(unsigned number, const PackWalkLimits& limits, Exchange& exchange, const BaseFinder& find_base,
         const ObjectVisitor& visit)
      : number_(number),
        memory_(limits.memory / limits.workers),
        part_(limits.part),
        exchange_(exchange),
        find_base_(find_base),
        visit_(visit) {}

  void run(const Batch& batch) {
    for (auto i = batch.begin; i < batch.end; ++i) {
      if (batch.orphans) {
        start_at_orphan(*batch.pack, batch.pack->forest->orphans()[i]);
      } else {
        start_at_root(*batch.pack, batch.pack->forest->roots()[i]);
      }
    }
  }

  // Does all that stands on the family's base. A stack instead of recursion: chains can be of any length.
  void run(Family first) {
    enter(std::move(first));
    while (!families_.empty()) {
      if (exchange_.wants_more()) share();
      auto& family = families_.back();
      if (family.next == family.end) {
        leave();
      } else if (family.base.memory == nullptr) {
        decline(*family.pack, std::exchange(family.next, following(family, 1)));
      } else {
        next_child();
      }
    }
  }

  // What another worker gave away.
  void run_given(Family family) {
    used_ += family.base.capacity;
    run(std::move(family));
  }

  std::vector<Oid> declined;

 private:
  void start_at_root(const WalkedPack& pack, std::uint32_t index) {
    check_stop();
    const auto& node = pack.forest->node(index);
    if (!belongs(object_type(node.kind), part_)) return;
    pack.forest->prefetch(node);
    if (node.child == kNone && skipped(pack, node)) return;
    auto object = inflate(pack, node);
    if (!object) return decline(pack, index);
    Family family{&pack, node.child, kNone, object_type(node.kind), {}, std::move(*object)};
    family.reach = hand_on(pack, node, family.type, family.base.bytes(), {});
    run(std::move(family));
  }

  void start_at_orphan(const WalkedPack& pack, const PackForest::Orphan& orphan) {
    auto base = find_base_(orphan.base, number_);
    if (base && !belongs(base->type, part_)) return;
    auto room = base ? take(base->bytes.size()) : std::nullopt;
    if (!room) return decline(pack, orphan.node);
    std::memcpy(room->memory.get(), base->bytes.data(), base->bytes.size());
    run(Family{&pack, orphan.node, kNone, base->type, unknown(), std::move(*room)});
  }

  void next_child() {
    check_stop();
    auto& family = families_.back();
    const auto& pack = *family.pack;
    const auto index = family.next;
    const auto& node = pack.forest->node(index);
    family.next = node.sibling;
    pack.forest->prefetch(node);
    if (node.child == kNone && skipped(pack, node)) return;
    auto object = apply(family, node);
    if (!object) return decline(pack, index);
    auto reach = hand_on(pack, node, family.type, object->bytes(), {fresh_, &family.reach});
    Family below{&pack, node.child, kNone, family.type, std::move(reach), std::move(*object)};
    // The last child needs its base no more: a long chain takes the memory of two objects.
    if (family.next == family.end) leave();
    enter(std::move(below));
  }

  bool skipped(const WalkedPack& pack, const PackForest::Node& node) const {
    return !pack.skip.empty() && pack.skip[node.object];
  }

  static Reach unknown() {
    Reach reach;
    reach.anywhere = true;
    return reach;
  }

  // What another pack hands on may have held something, for all we know.
  Reach hand_on(const WalkedPack& pack, const PackForest::Node& node, ObjectType type, std::string_view bytes,
                Fresh fresh) const {
    fresh.is_last = node.child == kNone;
    return skipped(pack, node) ? unknown()
                               : visit_({pack.forest->pack().id(node.object), type, bytes, fresh}, number_);
  }

  std::optional<Buffer> inflate(const WalkedPack& pack, const PackForest::Node& node) {
    auto object = take(node.size);
    if (object &&
        !inflater_.inflate(pack.forest->pack().stream(node.data), object->memory.get(), node.size)) {
      release(std::move(*object));
      return std::nullopt;
    }
    return object;
  }

  std::optional<Buffer> apply(const Family& family, const PackForest::Node& node) {
    auto delta = inflate(*family.pack, node);
    if (!delta) return std::nullopt;
    const auto size = delta_result_size(delta->bytes(), family.base.size);
    auto object = size ? take(*size) : std::nullopt;
    fresh_.clear();
    if (object && !apply_delta(family.base.bytes(), delta->bytes(), object->memory.get(), *size, fresh_)) {
      release(std::move(*object));
      object.reset();
    }
    release(std::move(*delta));
    return object;
  }

  // Room for an object; nothing if it is more than this worker may use.
  std::optional<Buffer> take(std::uint64_t size) {
    if (size > memory_) return std::nullopt;
    Buffer buffer;
    if (!spare_.empty()) {
      buffer = std::move(spare_.back());
      spare_.pop_back();
    }
    const auto room = size + Inflater::kRoom;
    if (buffer.capacity < room || buffer.memory == nullptr) {
      used_ -= buffer.capacity;
      buffer = {};
      buffer.capacity = room + size / 4;
      used_ += buffer.capacity;
      make_room();
      buffer.memory.reset(new char[buffer.capacity]);
    }
    buffer.size = size;
    return buffer;
  }

  void release(Buffer buffer) { spare_.push_back(std::move(buffer)); }

  // Over the budget: first what nobody uses goes, then the bases that are needed last. Their other children
  // are declined later.
  void make_room() {
    while (used_ > memory_ && !spare_.empty()) {
      used_ -= spare_.back().capacity;
      spare_.pop_back();
    }
    for (std::size_t i = 0; used_ > memory_ && i + 1 < families_.size(); ++i) {
      used_ -= families_[i].base.capacity;
      families_[i].base = {};
    }
  }

  void enter(Family family) {
    if (family.next == family.end) return release(std::move(family.base));
    families_.push_back(std::move(family));
  }

  void leave() {
    if (families_.back().base.memory != nullptr) release(std::move(families_.back().base));
    families_.pop_back();
  }

  // The child `steps` after the next one, or the end.
  static std::uint32_t following(const Family& family, std::size_t steps) {
    auto child = family.next;
    for (; steps > 0 && child != family.end; --steps) child = family.pack->forest->node(child).sibling;
    return child;
  }

  // Gives away children of the outermost base that has any, for they stand for the most work: all of them, or
  // half of those of the base in hand.
  void share() {
    for (auto& family : families_) {
      if (family.next == family.end || family.base.memory == nullptr) continue;
      auto from = family.next;
      if (&family == &families_.back()) {
        std::size_t children = 0;
        for (auto child = family.next; child != family.end; child = family.pack->forest->node(child).sibling)
          ++children;
        from = following(family, (children + 1) / 2);
        if (from == family.end) return;
      }
      Family given{family.pack, from, std::exchange(family.end, from), family.type, family.reach, {}};
      given.base = {std::make_unique<char[]>(family.base.size), family.base.size, family.base.size};
      std::memcpy(given.base.memory.get(), family.base.memory.get(), family.base.size);
      exchange_.give(std::move(given));
      return;
    }
  }

  // Leaves an entry, and all that stands on it, to somebody else.
  void decline(const WalkedPack& pack, std::uint32_t index) {
    std::vector<std::uint32_t> waiting{index};
    while (!waiting.empty()) {
      const auto& node = pack.forest->node(waiting.back());
      waiting.pop_back();
      if (!skipped(pack, node)) declined.push_back(pack.forest->pack().id(node.object));
      for (auto child = node.child; child != kNone; child = pack.forest->node(child).sibling)
        waiting.push_back(child);
    }
  }

  unsigned number_;
  std::size_t memory_;
  ObjectPart part_;
  Exchange& exchange_;
  const BaseFinder& find_base_;
  const ObjectVisitor& visit_;
  Inflater inflater_;
  std::vector<Family> families_;  // from the root of the delta tree down
  std::vector<Buffer> spare_;
  std::size_t used_ = 0;           // capacity of all buffers in families_, in spare_ and in hand
  std::vector<FreshRange> fresh_;  // of the object last made
};

}  // namespace

std::vector<Oid> walk_packs(std::span<const WalkedPack> packs, PackWalkLimits limits,
                            const BaseFinder& find_base, const ObjectVisitor& visit) {
  const auto batches = batches_of(packs);
  std::atomic<std::size_t> next{0};
  Exchange exchange(limits.workers);
  std::vector<std::vector<Oid>> declined(limits.workers);
  parallel(limits.workers, [&](unsigned number) {
    try {
      Worker worker(number, limits, exchange, find_base, visit);
      for (auto batch = next.fetch_add(1); batch < batches.size(); batch = next.fetch_add(1))
        worker.run(batches[batch]);
      while (auto family = exchange.take()) worker.run_given(std::move(*family));
      declined[number] = std::move(worker.declined);
    } catch (...) {
      next = batches.size();
      exchange.abandon();
      throw;
    }
  });
  std::vector<Oid> all;
  for (const auto& each : declined) all.insert(all.end(), each.begin(), each.end());
  for (const auto& pack : packs) {
    for (const auto object : pack.forest->broken()) {
      if (pack.skip.empty() || !pack.skip[object]) all.push_back(pack.forest->pack().id(object));
    }
  }
  return all;
}

}  // namespace keysift
