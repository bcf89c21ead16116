// What was made of the built-in rules when keysift was built (cli/prepare.cc).
#pragma once
#include <string_view>

namespace keysift {

/// bytes_of() the built-in rules, all of them.
std::string_view prepared_rules();

/// Detector::prepared() of these rules. It fits the processor it was made on, and those like it.
std::string_view prepared_keywords();

}  // namespace keysift
