// One report of several.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "report/saved.h"

namespace keysift {

/// One report of what several tell, which come with their files' names; a repository whose name another has,
/// too, is told apart by its file.
SavedReport joined(std::vector<std::pair<std::string, SavedReport>> reports);

}  // namespace keysift
