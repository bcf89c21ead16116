// Telling a key from what only looks like one.
#pragma once
#include <cstddef>
#include <string_view>

#include "rule/rule.h"

namespace keysift {

/// Shannon entropy of the bytes of `text`, in bits per byte (0 to 8).
double entropy(std::string_view text);

/// Whether `secret` is written to show where a key goes: one character over and over, "your-key-here",
/// "example" ...
bool is_placeholder(std::string_view secret);

/// Whether a match of `rule` in `bytes` stands: random enough, no placeholder, on none of the rule's
/// allowlists (whose paths are not looked at: see path_admitted).
bool is_credible(const Rule& rule, std::string_view bytes, const Pattern::Span& match);

/// Whether `rule` may find something at `path`: its own `path` is found in it, and no allowlist's is.
bool path_admitted(const Rule& rule, std::string_view path);

}  // namespace keysift
