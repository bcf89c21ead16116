// How far a scan has come, for whoever watches it from another thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <vector>

namespace keysift {

/// Counters that workers raise and a watcher reads. Each worker has a cache line of its own, so that counting
/// costs nothing.
class Progress {
 public:
  explicit Progress(unsigned workers) : counters_(workers) {}

  /// What has been done by now.
  struct Snapshot {
    std::uint64_t blobs = 0;
    std::uint64_t bytes = 0;
    std::uint64_t matches = 0;
    std::uint64_t expected = 0;  ///< what `blobs` will be when the history is read; 0 if that is not known
  };

  Snapshot now() const {
    Snapshot sum;
    for (const auto& counter : counters_) {
      sum.blobs += counter.blobs.load(std::memory_order_relaxed);
      sum.bytes += counter.bytes.load(std::memory_order_relaxed);
      sum.matches += counter.matches.load(std::memory_order_relaxed);
    }
    sum.expected = expected_.load(std::memory_order_relaxed);
    return sum;
  }

  /// That many objects of a history come next. No worker counts meanwhile.
  void expect(std::uint64_t objects) { expected_.store(now().blobs + objects, std::memory_order_relaxed); }

  void count(unsigned worker, std::uint64_t blobs, std::uint64_t bytes, std::uint64_t matches) {
    auto& counter = counters_[worker];
    raise(counter.blobs, blobs);
    raise(counter.bytes, bytes);
    raise(counter.matches, matches);
  }

 private:
  struct alignas(64) Counter {
    std::atomic<std::uint64_t> blobs{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> matches{0};
  };

  // Only its own worker writes a counter, so no locked addition is needed.
  static void raise(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  std::vector<Counter> counters_;
  std::atomic<std::uint64_t> expected_{0};
};

}  // namespace keysift
