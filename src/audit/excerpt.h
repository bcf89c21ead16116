// Showing people where a secret stands, without showing it.
#pragma once
#include <span>
#include <string_view>

#include "detect/detector.h"
#include "finding/finding.h"

namespace keysift {

/// What stands before and after `match` in its line, which is in `bytes`; what `others` cover is masked.
Excerpt excerpt_of(std::string_view bytes, const Match& match, std::span<const Match> others);

}  // namespace keysift
