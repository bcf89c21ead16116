// Running one function on several threads.
#pragma once
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace keysift {

/// Calls `work(worker)` once for each worker in [0, workers), each on a thread of its own, and waits for all.
/// The first exception that a worker threw is thrown again here, after all have ended.
template <typename Work>
void parallel(unsigned workers, Work&& work) {
  std::exception_ptr first;
  std::mutex guard;
  const auto run = [&](unsigned worker) {
    try {
      work(worker);
    } catch (...) {
      const std::lock_guard lock(guard);
      if (!first) first = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned worker = 1; worker < workers; ++worker) threads.emplace_back(run, worker);
    run(0);
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace keysift
