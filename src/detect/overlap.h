// Which of several matches of the same bytes stay.
#pragma once
#include <string_view>
#include <vector>

#include "detect/match.h"

namespace keysift {

/// Of matches that overlap, but for those of gitleaks' rules, drops all but those of rules that name a
/// provider (what one of them doubts is no key of somebody else), then the surest, then what is in one line,
/// then the longest, then the least encoded, then the one whose rule comes first. Puts them in order.
void resolve_overlaps(std::vector<Match>& matches);

/// Of matches in `bytes`, in order: one of a rule of gitleaks whose id says that it is generic gives way to
/// others in the same line; at their paths only (Match::gives_way_to), if they ask for any.
void drop_generic(std::string_view bytes, std::vector<Match>& matches);

}  // namespace keysift
