// One finding in one sentence, for the formats that have no room for more.
#pragma once
#include <string>
#include <string_view>

#include "finding/finding.h"
#include "report/mask.h"

namespace keysift {

/// What was found, how sure it is, since when it is there, and what to do first. `where` follows what was
/// found, as in " in a.txt"; it may be empty, and then the sentence holds nothing that a repository's author
/// wrote. Valid UTF-8; a rule's description may hold control characters.
std::string finding_message(const Finding& finding, const Mask& mask, std::string_view where);

/// " in config.py, line 12", for finding_message(). Printable.
std::string where_words(const Finding& finding, const Mask& mask);

}  // namespace keysift
