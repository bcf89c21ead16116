// Which of what is staged is new.
#pragma once
#include <vector>

#include "audit/hit.h"
#include "audit/range_findings.h"
#include "git/object_database.h"
#include "git/staged.h"
#include "source/blob.h"

namespace keysift {

/// Those of `hits` in staged files that the commit adds. What a file held before, or a file that the commit
/// deletes (it may have been renamed), is not new; of more places than before, those in lines that are new
/// come first. `things_in` is asked for what was replaced or deleted; what of these cannot be read goes to
/// `on_error`.
std::vector<Hit> new_hits(std::vector<Hit> hits, const StagedChanges& changes, const ObjectDatabase& database,
                          const ThingsIn& things_in, const ErrorSink& on_error);

}  // namespace keysift
