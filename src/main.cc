// keysift: finds leaked API keys.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "base/emergency.h"
#include "base/failure.h"
#include "base/sandbox.h"
#include "base/stop.h"
#include "cli/commands.h"
#include "cli/confine.h"
#include "cli/options.h"

namespace {

// Memory is used again rather than given back at once: that, and getting it again, took a tenth of the time
// of looking at ten commits, and a twentieth of a whole history's. The first of it comes in huge pages where
// the system has some: by 4 KiB at a time it took a third of the ten commits' time on a virtual machine.
void keep_memory() {
#ifdef __GLIBC__
  constexpr std::size_t kFirst = 128 << 20;
  constexpr std::uintptr_t kHugePage = 2 << 20;
  mallopt(M_TRIM_THRESHOLD, 2 * kFirst);
  mallopt(M_MMAP_THRESHOLD, 8 << 20);  // above what a piece of a file takes
  mallopt(M_TOP_PAD, kFirst);
  const auto end = reinterpret_cast<std::uintptr_t>(sbrk(0));
  const auto huge = (end / kHugePage + 2) * kHugePage;
  // Makes the heap grow to kFirst beyond `huge`, and what is used of it begin there: a page that was touched
  // keeps those around it small.
  static void* volatile untouched = std::malloc(huge - end);  // no operator new: that may end us
  if (untouched != nullptr) madvise(reinterpret_cast<void*>(huge), kFirst - kHugePage, MADV_HUGEPAGE);
  mallopt(M_TOP_PAD, 1 << 20);
#endif
}

// Before static objects are made: they need memory, too.
[[gnu::constructor(101)]] void prepare() { keysift::prepare_for_emergencies(); }

int run(const keysift::Options& options) {
  switch (options.command) {
    case keysift::Command::rules_list:
    case keysift::Command::rules_show:
    case keysift::Command::rules_test:
    case keysift::Command::rules_import:
      return keysift::run_rules(options);
    case keysift::Command::allow:
      return keysift::run_allow(options);
    case keysift::Command::report:
    case keysift::Command::merge:
      return keysift::run_report(options);
    case keysift::Command::hook_install:
    case keysift::Command::hook_remove:
      return keysift::run_hook(options);
    case keysift::Command::env:
      if (!options.env.generate.empty()) return keysift::run_generate(options);
      return keysift::run_scan(options);
    default:
      return keysift::run_scan(options);
  }
}

// What was printed may still be in a buffer.
void check_printed() {
  const bool flushed = static_cast<bool>(std::cout.flush()) && std::fflush(stdout) == 0;
  if (!flushed || std::ferror(stdout) != 0) throw keysift::Failure("cannot write to standard output");
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kWrong = 2;
  if (!keysift::kSanitized) keysift::keep_memory_private();
  keep_memory();
  const keysift::ExitIsEmergency guard;
  try {
    const auto options = keysift::parse_options(argc, argv);
    if (!options) {
      check_printed();
      return 0;
    }
    keysift::confine(*options);
    const int status = run(*options);
    check_printed();
    return status;
  } catch (const keysift::Failure& failure) {
    std::fprintf(stderr, "keysift: %s\n", failure.what());
  } catch (const keysift::Stopped&) {
    std::fprintf(stderr, "keysift: stopped\n");
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "keysift: out of memory; try fewer threads: --threads 1\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keysift: %s\n", error.what());
  }
  return kWrong;
}
