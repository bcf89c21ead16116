// Turning what was found in a repository's objects into findings with a history.
#pragma once
#include <functional>
#include <string>
#include <string_view>
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

/// Which files are asked for by what they are called: by their names, and, if that is not enough, by what
/// their blobs hold. Workers ask at the same time for names.
struct PastFileTests {
  NameTest name;  ///< whether a file of this name may be one; empty: none is asked for
  std::function<bool(std::string_view path)> path;
  std::function<bool(std::string_view name, std::string_view bytes)> contents;
};

/// A file that commits have, or had.
struct PastFile {
  std::string path;  ///< from the repository's root on; raw bytes
  Provenance provenance;
};

/// What became of what was found.
struct PlacedHistory {
  std::vector<Finding> findings;
  std::vector<PastFile> files;  ///< sorted by path
};

/// One finding for each rule, secret and path that the hits have in history: where the introducing commit has
/// it. A hit in no commit is placed by the index, or stands without a path. And each file for which the tests
/// hold, once for each path. Broken refs, and objects that a ref's history lacks, are added to `errors`.
PlacedHistory history_findings(const SearchedHistory& searched, HistorySummary history,
                               const std::vector<Hit>& hits, const PastFileTests& tests,
                               std::vector<ScanError>& errors);

}  // namespace keysift
