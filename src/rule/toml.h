// TOML, read by toml++.
#pragma once
#define TOML_EXCEPTIONS 1
// Its assertions do not hold for all that is no TOML, such as "[[[", which it refuses a little later.
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace keysift {

/// The table that `text` is; `file` names it in messages. Throws Failure, "file:line: ...", for what is no
/// TOML, and for a key of more names than people nest: toml++ calls itself for each, until the stack is full.
toml::table parse_toml(std::string_view text, const std::string& file);

}  // namespace keysift
