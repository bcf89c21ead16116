// The one exception type: what the user asked for cannot be done.
#pragma once
#include <stdexcept>
#include <string>

namespace keysift {

/// The command, a rule or the configuration is wrong. `what()` is one line for the user: what is wrong,
/// where (file:line if there is one), and what would be right. The process then exits with 2.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The system failed, or refused: what was asked for may be there all the same.
class SystemFailure : public Failure {
 public:
  using Failure::Failure;
};

}  // namespace keysift
