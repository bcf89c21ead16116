#include "base/emergency.h"

#include <cxxabi.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>
#include <typeinfo>

namespace keysift {
namespace {

// What a signal handler may read: no std::string.
std::array<char, PATH_MAX> unfinished{};
std::atomic<bool> has_unfinished{false};

constexpr std::string_view kOutOfMemory = "keysift: out of memory; try fewer threads: --threads 1\n";
constexpr std::string_view kPageLost =
    "keysift: a pack or an index became shorter while it was read, or its disk has an error; nothing is "
    "reported; try again\n";

// Only calls that a signal handler may make.
[[noreturn]] void end(std::string_view words) noexcept {
  static std::atomic_flag ending = ATOMIC_FLAG_INIT;
  while (ending.test_and_set()) pause();  // another thread says it
  static_cast<void>(!write(STDERR_FILENO, words.data(), words.size()));
  if (has_unfinished) unlink(unfinished.data());
  _exit(2);
}

std::terminate_handler usual_terminate = nullptr;
std::atomic<bool> exit_is_emergency{false};

void terminate() {
  const auto* exception = abi::__cxa_current_exception_type();
  if (exception == nullptr || *exception == typeid(std::bad_alloc)) end_out_of_memory();
  usual_terminate();
}

void lose_page(int signal, siginfo_t* info, void*) {
  if (info->si_code == BUS_ADRERR) end(kPageLost);
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigaction(signal, &usual, nullptr);
  raise(signal);
}

}  // namespace

void end_out_of_memory() noexcept { end(kOutOfMemory); }

ExitIsEmergency::ExitIsEmergency() {
  exit_is_emergency = true;
  std::atexit([] {
    if (exit_is_emergency) end_out_of_memory();
  });
}

ExitIsEmergency::~ExitIsEmergency() { exit_is_emergency = false; }

void prepare_for_emergencies() {
  std::set_new_handler(end_out_of_memory);
  usual_terminate = std::set_terminate(terminate);
  struct sigaction action {};
  action.sa_sigaction = lose_page;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, nullptr);
  signal(SIGXFSZ, SIG_IGN);
}

void remove_in_emergency(const char* path) {
  has_unfinished = false;
  if (path == nullptr || std::strlen(path) >= unfinished.size()) return;
  std::strcpy(unfinished.data(), path);
  has_unfinished = true;
}

}  // namespace keysift
