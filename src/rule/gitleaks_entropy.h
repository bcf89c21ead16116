// Randomness as gitleaks counts it.
#pragma once
#include <string_view>

namespace keysift {

/// How many bits a character of `text` has, as gitleaks takes it: each has a share of all bytes.
double gitleaks_entropy(std::string_view text);

}  // namespace keysift
