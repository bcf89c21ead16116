// Turning what was found in a repository's objects into findings with a history.
#pragma once
#include <vector>

#include "audit/hit.h"
#include "audit/past_files.h"
#include "finding/report.h"
#include "git/repository.h"
#include "source/history.h"

namespace keysift {

/// All refs of a repository. Broken ones are added to `errors`.
std::vector<Ref> refs_of(const Repository& repository, const ObjectWalk& objects,
                         std::vector<ScanError>& errors);

/// A repository whose history has been searched, and what a second look at it may use.
struct SearchedHistory {
  const Repository& repository;
  const ObjectWalk& objects;
  const std::vector<Ref>& refs;
  ObjectWalkOptions walk;
};

/// What became of what was found.
struct PlacedHistory {
  std::vector<Finding> findings;
  std::vector<PastFile> files;  ///< sorted by path
};

/// One finding for each rule, secret and path that the hits have in history: where the introducing commit has
/// it. A hit in no commit is placed by the index, or stands without a path. And each file for which the tests
/// hold, once for each path. Objects that a ref's history lacks are added to `errors`.
PlacedHistory history_findings(const SearchedHistory& searched, HistorySummary history,
                               const std::vector<Hit>& hits, const PastFileTests& tests,
                               std::vector<ScanError>& errors);

}  // namespace keysift
