// Turning what was found in a range of commits into findings with a history.
#pragma once
#include <functional>
#include <vector>

#include "audit/hit.h"
#include "finding/finding.h"
#include "git/commit_range.h"
#include "git/object.h"
#include "git/object_database.h"
#include "git/repository.h"
#include "source/blob.h"

namespace keysift {

/// What a blob holds.
using ThingsIn = std::function<Things(const Object& blob)>;

/// One finding for each rule, secret and path that a commit of the range has while none of its parents does.
/// `things_in` is asked for blobs that are not among the hits: those that were replaced, and those at the
/// range's end. What of these cannot be read goes to `on_error`.
std::vector<Finding> range_findings(const Repository& repository, const ObjectDatabase& database,
                                    const CommitRange& range, unsigned threads, const std::vector<Hit>& hits,
                                    const ThingsIn& things_in, const ErrorSink& on_error);

}  // namespace keysift
