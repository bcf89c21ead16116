// Joins sources, detector, provenance and suppressions into one report.
#pragma once
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "audit/hit.h"
#include "audit/options.h"
#include "audit/past_files.h"
#include "audit/progress.h"
#include "audit/search.h"
#include "env/survey.h"
#include "finding/report.h"
#include "git/commit_range.h"
#include "git/object_walk.h"
#include "git/repository.h"
#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// Makes one report. Call any of the parts, in any order, then finish() once.
class Audit {
 public:
  /// `rules` outlive the audit and its report; workers raise `progress`, which was made for `options.threads`
  /// of them.
  Audit(std::span<const Rule> rules, AuditOptions options, Progress& progress);

  /// Searches a file, which findings name `shown_as`, or the files below a folder, whose names follow
  /// `shown_as`. Throws Failure when `path` cannot be read at all.
  void files(const std::filesystem::path& path, const std::string& shown_as);

  /// Searches what a file descriptor yields; findings name it `name`.
  void stream(int file, const std::string& name);

  /// Searches the whole history of a repository, and, with `env`, tells which files with secrets it has.
  /// Throws Failure when its objects cannot be listed.
  void history(const Repository& repository, bool env);

  /// Searches what the commits of a range add, and nothing else. Throws Failure when the range names no
  /// commits.
  void range(const Repository& repository, const RangeRequest& request);

  /// Searches what the next commit adds: files of the index that differ from HEAD's, and of these what was
  /// not there before, unless `whole_files`. A .env file that it adds is reported, too. Throws Failure when
  /// what is staged cannot be told.
  void staged(const Repository& repository, bool whole_files);

  /// Searches the files of a repository's work tree, and checks which of those with secrets can get out.
  void work_tree(const Repository& repository);

  /// Only checks which files with secrets can get out of a repository, and searches templates of such files;
  /// tells also those that its `history` has.
  void env(const Repository& repository, bool history);

  /// Notes something that was not searched.
  void error(const std::string& path, const Problem& problem);

  /// Takes in what was found before the scan was stopped (Stopped), as much as can be told of it: where in
  /// history something stands is not known yet. The report will be incomplete, by `cause`: `words` say why.
  void stop(Cause cause, const std::string& words);

  /// What the scans until now cost, if the detector was told to measure it.
  Profile profile() const { return search_.profile(); }

  /// The report: sorted, each secret of the history that is also in the work tree at the same path told once.
  Report finish(std::string target);

 private:
  struct Worker {
    std::string buffer;
    std::vector<Finding> named;       // files that are told for their paths
    std::vector<std::string> nested;  // repositories inside
    Summary counts;
  };

  void describe(const Repository& repository);
  void walk(const std::filesystem::path& root, const std::string& shown_as, Surveyor* surveyor);
  void check_env(const Repository& repository, const WorkTree& tree, Survey survey);
  void add_past(const Repository& repository, std::vector<PastFile> files);
  PastFileTests past_tests(bool env);
  void tell_path(const std::string& path, Origin origin, const std::optional<Provenance>& provenance,
                 std::vector<Finding>& named) const;
  const SecretFiles& secret_files();
  void read_whole(int file, std::uint64_t size, Origin origin, const std::string& name);
  void search_git_files(const Repository& repository);
  void leave_out_copies(std::size_t first, const std::vector<Finding>& told);
  void search_ref_names(const std::vector<Ref>& refs);
  void tell_shallow(const Repository& repository, const ObjectWalk& objects);
  void add_findings(const std::vector<Hit>& hits);
  BlobSink object_sink();

  AuditOptions options_;
  ReadOptions reading_;
  Progress& progress_;
  Search search_;
  std::vector<Worker> workers_;
  std::optional<SecretFiles> secret_files_;
  std::vector<const Rule*> path_rules_;  // those without a pattern
  std::uint64_t bytes_of_git_files_ = 0;
  Report report_;
};

}  // namespace keysift
