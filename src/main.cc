// keysift: finds leaked API keys.
#include <cstdio>
#include <exception>

#include "base/failure.h"
#include "cli/commands.h"
#include "cli/options.h"

int main(int argc, char** argv) {
  constexpr int kWrong = 2;
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
