// Reading reports back with other people's parsers.
#pragma once
#include <string>

#include "support/support.h"

namespace keysift::test {

/// Runs a Python program on `input`.
inline Outcome python(const std::string& program, const std::string& input,
                      const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> command{"/usr/bin/python3", "-c", program};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command, ".", input);
}

}  // namespace keysift::test
