// Showing people where a secret stands, without showing it.
#pragma once
#include <span>
#include <string_view>

#include "base/range.h"
#include "detect/detector.h"
#include "finding/finding.h"

namespace keysift {

/// What stands before and after a secret in its line, which is in `bytes`; what `others`, which are in
/// order, and `keys` cover is masked.
Excerpt excerpt_of(std::string_view bytes, Range secret, std::span<const Match> others,
                   std::span<const Range> keys);

}  // namespace keysift
