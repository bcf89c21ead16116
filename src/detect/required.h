// Rules that ask for a match of another one near theirs.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/match.h"
#include "rule/rule.h"

namespace keysift {

/// Drops those of the matches in `bytes` that lack what their rule requires near them: matches of others of
/// `rules`, of which the first `most` are looked at.
void drop_lonely(std::string_view bytes, std::span<const Rule> rules, std::uint64_t most,
                 std::vector<Match>& matches);

}  // namespace keysift
