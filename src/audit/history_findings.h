// Turning what was found in a repository's objects into findings with a history.
#pragma once
#include <vector>

#include "audit/hit.h"
#include "finding/report.h"
#include "git/repository.h"
#include "source/history.h"

namespace keysift {

/// A repository whose history has been searched, and what a second look at it may use.
struct SearchedHistory {
  const Repository& repository;
  const ObjectWalk& objects;
  ObjectWalkOptions walk;
};

/// One finding for each rule, secret and path that the hits have in history: where the introducing commit has
/// it. A hit in no commit is placed by the index, or stands without a path. Broken refs, and objects that a
/// ref's history lacks, are added to `errors`.
std::vector<Finding> history_findings(const SearchedHistory& searched, HistorySummary history,
                                      const std::vector<Hit>& hits, std::vector<ScanError>& errors);

}  // namespace keysift
