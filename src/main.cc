// keysift: finds leaked API keys.
#include <cstdio>
#include <exception>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/failure.h"
#include "cli/commands.h"
#include "cli/options.h"

namespace {

// Memory is used again rather than given back at once: that, and getting it again, took a tenth of the time
// of looking at ten commits, and a twentieth of a whole history's.
void keep_memory() {
#ifdef __GLIBC__
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kWrong = 2;
  keep_memory();
  try {
    const auto options = keysift::parse_options(argc, argv);
    if (!options) return 0;
    switch (options->command) {
      case keysift::Command::rules_list:
      case keysift::Command::rules_show:
      case keysift::Command::rules_test:
        return keysift::run_rules(*options);
      default:
        return keysift::run_scan(*options);
    }
  } catch (const keysift::Failure& failure) {
    std::fprintf(stderr, "keysift: %s\n", failure.what());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "keysift: out of memory; try fewer threads: --threads 1\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keysift: %s\n", error.what());
  }
  return kWrong;
}
