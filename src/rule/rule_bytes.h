// Rules as bytes: those in the binary are read from TOML when it is built, not whenever it starts.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rule/rule.h"

namespace keysift {

/// All there is to know of the rules, what was told of their patterns included, for rules_of() of the same
/// build.
std::string bytes_of(std::span<const Rule> rules);

/// The rules that bytes_of() was given. The bytes are trusted.
std::vector<Rule> rules_of(std::string_view bytes);

}  // namespace keysift
