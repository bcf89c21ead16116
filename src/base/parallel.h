// Running one function on several threads.
#pragma once
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/failure.h"

namespace keysift {

/// Calls `work(worker)` once for each worker in [0, workers), each on a thread of its own, and waits for all.
/// The first exception that a worker threw is thrown again here, after all have ended. Throws Failure when
/// the system does not let that many threads run; then nothing was called.
template <typename Work>
void parallel(unsigned workers, Work&& work) {
  enum class Start { wait, go, stay };
  std::atomic start{Start::wait};  // workers may wait for each other: all go, or none
  const auto decide = [&](Start decision) {
    start = decision;
    start.notify_all();
  };
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
    threads.reserve(workers);
    try {
      for (unsigned worker = 1; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
          start.wait(Start::wait);
          if (start == Start::go) run(worker);
        });
      }
    } catch (const std::system_error& error) {
      decide(Start::stay);
      throw Failure("cannot start " + std::to_string(workers) + " threads (" + error.code().message() +
                    "); try fewer: --threads 1");
    }
    decide(Start::go);
    run(0);
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace keysift
