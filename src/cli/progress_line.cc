#include "cli/progress_line.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>

#include "base/text.h"

namespace keysift {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr auto kInterval = std::chrono::milliseconds(100);

std::string line(const Progress::Snapshot& now, double seconds) {
  std::string text = counted(now.blobs, "object");
  if (now.expected > 0) text += " of " + std::to_string(now.expected);
  const auto rate = static_cast<unsigned long long>(static_cast<double>(now.bytes) / seconds);
  return text + ", " + human_bytes(now.bytes) + ", " + human_bytes(rate) + "/s, " +
         std::to_string(now.matches) + (now.matches == 1 ? " match" : " matches");
}

void watch(const std::stop_token& stop, const Progress& progress) {
  std::mutex guard;
  std::condition_variable_any alarm;
  const auto start = Clock::now();
  bool shown = false;
  std::unique_lock lock(guard);
  for (auto pause = kPatience; !alarm.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); });
       pause = kInterval) {
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    std::fprintf(stderr, "\r\x1b[K%s", line(progress.now(), elapsed.count()).c_str());
    shown = true;
  }
  if (shown) std::fputs("\r\x1b[K", stderr);
}

}  // namespace

ProgressLine::ProgressLine(const Progress& progress, bool wanted) {
  if (wanted && isatty(STDERR_FILENO) != 0) watcher_ = std::jthread(watch, std::cref(progress));
}

}  // namespace keysift
