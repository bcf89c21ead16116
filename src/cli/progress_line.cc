#include "cli/progress_line.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>

#include "base/text.h"
#include "cli/terminal.h"
#include "report/layout.h"

namespace keysift {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr auto kInterval = std::chrono::milliseconds(100);

using Seconds = std::chrono::duration<double>;

// The scan as it was when it became known how much there is to do.
struct Start {
  std::uint64_t blobs = 0;
  Seconds at{};
};

// ", about 12 s left"; nothing until there is something to go by.
std::string time_left(const Progress::Snapshot& now, Seconds elapsed, const Start& start) {
  const auto done = now.blobs - start.blobs;
  if (now.expected <= now.blobs || done == 0 || elapsed - start.at < kPatience) return {};
  const auto each = (elapsed - start.at) / static_cast<double>(done);
  const auto left = std::ceil((each * static_cast<double>(now.expected - now.blobs)).count());
  return ", about " + std::to_string(static_cast<std::uint64_t>(left)) + " s left";
}

std::string line(const Progress::Snapshot& now, Seconds elapsed, const Start& start) {
  std::string text = counted(now.blobs, "object");
  if (now.expected > 0) text += " of " + std::to_string(now.expected);
  const auto rate = static_cast<unsigned long long>(static_cast<double>(now.bytes) / elapsed.count());
  return text + ", " + human_bytes(now.bytes) + ", " + human_bytes(rate) + "/s, " +
         std::to_string(now.matches) + (now.matches == 1 ? " match" : " matches") +
         time_left(now, elapsed, start);
}

void watch(const std::stop_token& stop, const Progress& progress) {
  std::mutex guard;
  std::condition_variable_any alarm;
  const auto begin = Clock::now();
  Start start;
  bool shown = false;
  std::unique_lock lock(guard);
  for (auto pause = kPatience; !alarm.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); });
       pause = kInterval) {
    const Seconds elapsed = Clock::now() - begin;
    const auto now = progress.now();
    if (now.expected == 0) start = {now.blobs, elapsed};
    // A line that is broken in two could not be taken back.
    const auto room = terminal_width(STDERR_FILENO) - 1;
    std::fprintf(stderr, "\r\x1b[K%s", cut(line(now, elapsed, start), room).c_str());
    shown = true;
  }
  if (shown) std::fputs("\r\x1b[K", stderr);
}

}  // namespace

ProgressLine::ProgressLine(const Progress& progress, bool wanted) {
  if (wanted && isatty(STDERR_FILENO) != 0) watcher_ = std::jthread(watch, std::cref(progress));
}

}  // namespace keysift
