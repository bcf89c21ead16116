// What toml++ must not be given.
#pragma once
#include <string_view>

namespace keysift {

/// Whether a key of `toml` has more than 32 parts, `a.b.c...`: each is a table in the one before, which
/// toml++ frees by recursion, so that some 100,000 overflow the stack. It bounds the depth of values itself.
bool has_deep_key(std::string_view toml);

}  // namespace keysift
