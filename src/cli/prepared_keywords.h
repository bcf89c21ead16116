// What was made of the built-in rules when keysift was built.
#pragma once
#include <string_view>

namespace keysift {

/// Detector::prepared() of the built-in rules, all of them. It fits the processor it was made on, and those
/// like it.
std::string_view prepared_keywords();

}  // namespace keysift
