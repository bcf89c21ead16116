#include "base/stop.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string_view>

namespace keysift {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGALRM};
constexpr unsigned kGrace = 10;  // seconds in which every thread should have come by a check_stop()

std::atomic<int> asked{0};
std::atomic<bool> scanning{false};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

// A thread may be in the midst of something endless, as a library that waits for a pipe.
void give_up() {
  constexpr std::string_view kWords = "keysift: the scan cannot be ended; nothing is reported\n";
  static_cast<void>(!write(STDERR_FILENO, kWords.data(), kWords.size()));
  if (asked != SIGALRM) {
    handle(asked, SIG_DFL, 0);
    raise(asked);
  }
  _exit(2);
}

void ask(int signal) {
  const int before = errno;
  if (signal == SIGALRM && asked != 0) give_up();
  asked = signal;
  if (scanning) alarm(kGrace);
  errno = before;
}

}  // namespace

StopSignals::StopSignals(std::chrono::seconds timeout) {
  asked = 0;
  scanning = true;
  for (const int signal : kSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // What waits for input must notice: no SA_RESTART.
    if (signal == SIGALRM || before.sa_handler != SIG_IGN)
      handle(signal, ask, signal == SIGALRM ? 0 : static_cast<int>(SA_RESETHAND));
  }
  if (timeout.count() > 0) alarm(static_cast<unsigned>(timeout.count()));
}

StopSignals::~StopSignals() {
  end_timeout();
  for (const int signal : kSignals) {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler == ask) handle(signal, SIG_DFL, 0);
  }
}

void StopSignals::end_timeout() {
  scanning = false;
  alarm(0);
}

int StopSignals::received() { return asked; }

void check_stop() {
  if (asked.load(std::memory_order_relaxed) != 0) throw Stopped();
}

}  // namespace keysift
