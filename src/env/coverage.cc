#include "env/coverage.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/path.h"
#include "base/path_pattern.h"
#include "env/commit_door.h"
#include "env/env_file.h"
#include "env/image_door.h"
#include "env/package_door.h"
#include "git/object_database.h"
#include "git/object_reader.h"

namespace keysift {
namespace {

constexpr unsigned kReadableByAll = 0004;

// Two stages of one Dockerfile may take a file in by the same line.
template <typename T>
void sort_once(std::vector<T>& all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

// What is known of one file with secrets before any door is looked at.
struct Candidate {
  bool present = false;
  bool tracked = false;
  bool is_read = false;          // by code, not just shown by a template
  std::optional<Place> read_by;  // the code, or the template
};

class CoverageCheck {
 public:
  CoverageCheck(CoverageRequest request, std::string& problem)
      : request_(std::move(request)),
        tree_(request_.tree),
        survey_(request_.survey),
        ignores_(request_.repository) {
    for (const auto& file : survey_.secrets) at(file.path).present = true;
    for (const auto& [file, by] : survey_.references) add_reader(file, by, true);
    for (const auto& each : survey_.templates) {
      if (auto file = request_.secret_files.shown_by(each.path)) add_reader(*file, {each.path, 0, {}}, false);
    }
    add_tracked(problem);
  }

  EnvCoverage run() {
    expect_where_ignored();
    check_commits();
    check_images();
    check_packages();
    check_variables();
    check_modes();
    leave_out_unused();
    sort_once(found_.findings);
    sort_once(found_.passages);
    return std::move(found_);
  }

 private:
  Candidate& at(const std::string& path) { return candidates_[path]; }

  void add_reader(const std::string& file, const Place& by, bool is_code) {
    auto& candidate = at(file);
    candidate.present = candidate.present || tree_.has_file(file);
    if (candidate.read_by && (candidate.is_read || !is_code)) return;
    candidate.read_by = by;
    candidate.is_read = is_code;
  }

  // Whether it is in the work tree or not.
  void add_tracked(std::string& problem) {
    std::optional<Objects> objects;
    for (const auto& entry : request_.repository.index(problem)) {
      if (!candidates_.contains(entry.path) &&
          !request_.secret_files.holds_secret(entry.path, [&] { return contents_of(entry, objects); }))
        continue;
      auto& candidate = at(entry.path);
      candidate.tracked = true;
      candidate.present = true;
    }
  }

  struct Objects {
    explicit Objects(const Repository& repository) : database(repository), reader(database) {}
    ObjectDatabase database;
    ObjectReader reader;
  };

  std::optional<std::string> contents_of(const IndexEntry& entry, std::optional<Objects>& objects) const {
    if (auto bytes = tree_.read(entry.path)) return bytes;
    if (!objects) objects.emplace(request_.repository);
    const auto object = objects->reader.read(entry.blob);
    return object ? std::optional(std::string(object->bytes)) : std::nullopt;
  }

  // Where git ignores a .env file in a folder that is packed, the team expects one there, also where it was
  // not made yet: in CI, say.
  void expect_where_ignored() {
    builds_ = image_builds(tree_, survey_.dockerfiles, survey_.compose_files);
    for (const auto& build : builds_) expect_ignored(build.context + ".env");
    for (const auto& manifest : survey_.manifests) expect_ignored(std::string(folder_of(manifest)) + ".env");
  }

  void expect_ignored(const std::string& path) {
    if (candidates_.contains(path)) return;
    const auto decision = ignores_.decide(path);
    if (!decision || decision->negated || !is_shared(*decision)) return;
    at(path).read_by = Place{decision->source, decision->line, decision->pattern};
  }

  void check_commits() {
    std::set<std::string> folders{""};
    for (const auto& [path, candidate] : candidates_) folders.emplace(folder_of(path));
    const std::vector<std::string> elsewhere(folders.begin(), folders.end());
    CommitDoor door(tree_, ignores_, elsewhere);
    for (const auto& [path, candidate] : candidates_) check_commit(door, path, candidate);
    const bool uses_env = std::any_of(candidates_.begin(), candidates_.end(), [](const auto& each) {
      return each.second.present || each.second.is_read;
    });
    if (uses_env || candidates_.contains(".env")) return;
    const auto state = door.state_of(".env", false);
    if (state.problem) close_with(add(".env", Coverage::unprepared, {}), gitignore_for(state), ".env");
  }

  void check_commit(CommitDoor& door, const std::string& path, const Candidate& candidate) {
    const auto state = door.state_of(path, candidate.tracked);
    Passage passage{path, Door::commit, {}, state.problem.has_value(), state.rule, {}, {}, {}};
    if (state.problem) {
      const bool expected = !candidate.present && *state.problem == Coverage::not_ignored;
      const auto coverage = !candidate.present && !candidate.is_read ? Coverage::unprepared
                            : expected                               ? Coverage::expected
                                                                     : *state.problem;
      auto& finding = add(path, coverage, candidate);
      if (!state.rule.path.empty()) finding.cause = state.rule;
      finding.detail = state.detail;
      if (*state.problem != Coverage::tracked_ignored) close_with(finding, gitignore_for(state), path);
    }
    found_.passages.push_back(std::move(passage));
  }

  std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const auto& [path, candidate] : candidates_) all.push_back(path);
    return all;
  }

  void check_images() { take(image_passages(tree_, builds_, paths()), Coverage::in_image); }

  void check_packages() {
    std::vector<PackageFile> files;
    for (const auto& [path, candidate] : candidates_) files.push_back({path, candidate.tracked});
    take(package_passages(tree_, survey_.manifests, files), Coverage::in_package);
  }

  void take(std::vector<Passage> passages, Coverage coverage) {
    for (const auto& passage : passages) {
      if (!passage.open) continue;
      auto& finding = add(passage.file, coverage, candidates_.at(passage.file));
      finding.cause = passage.by;
      finding.detail = passage.into;
      finding.ignore_file = passage.ignore_file;
      finding.pattern = passage.pattern;
      finding.advice = passage.advice;
    }
    std::move(passages.begin(), passages.end(), std::back_inserter(found_.passages));
  }

  void check_variables() {
    const auto add_all = [&](std::vector<EnvFinding> findings) {
      std::move(findings.begin(), findings.end(), std::back_inserter(found_.findings));
    };
    add_all(image_variables(tree_, survey_.dockerfiles, request_.is_key));
    const auto check = [&](const std::string& path) {
      if (const auto bytes = tree_.read(path))
        add_all(public_variables(path, *bytes, request_.secret_files, request_.is_key));
    };
    for (const auto& file : survey_.secrets) check(file.path);
    for (const auto& file : survey_.templates) check(file.path);
  }

  // What git tracks is in everybody's hands anyway.
  void check_modes() {
    for (const auto& file : survey_.secrets) {
      if (file.tracked) continue;
      const auto mode = tree_.mode(file.path);
      if (mode && (*mode & kReadableByAll) != 0) add(file.path, Coverage::readable, at(file.path));
    }
  }

  // The last rule that fits wins, and those of the nearest file come last.
  static std::string gitignore_for(const CommitState& state) {
    const bool is_taken_back = state.rule.text.starts_with('!') && !state.rule.path.starts_with('/');
    return is_taken_back ? state.rule.path : ".gitignore";
  }

  static void close_with(EnvFinding& finding, std::string file, std::string_view path) {
    finding.ignore_file = std::move(file);
    finding.pattern = pattern_of(name_of(path));
  }

  // A file that is neither there nor read is of interest only where it would get out.
  void leave_out_unused() {
    std::set<std::string> open;
    for (const auto& passage : found_.passages) {
      if (passage.open) open.insert(passage.file);
    }
    std::erase_if(found_.passages, [&](const Passage& passage) {
      const auto& candidate = candidates_.at(passage.file);
      return !candidate.present && !candidate.is_read && !open.contains(passage.file);
    });
  }

  EnvFinding& add(const std::string& path, Coverage coverage, const Candidate& candidate) {
    auto& finding = found_.findings.emplace_back();
    finding.path = path;
    finding.coverage = coverage;
    finding.present = candidate.present;
    finding.read_by = candidate.read_by;
    return finding;
  }

  CoverageRequest request_;
  const WorkTree& tree_;
  const Survey& survey_;
  Ignores ignores_;
  std::map<std::string, Candidate> candidates_;
  std::vector<ImageBuild> builds_;
  EnvCoverage found_;
};

}  // namespace

EnvCoverage env_coverage(CoverageRequest request, std::string& problem) {
  return CoverageCheck(std::move(request), problem).run();
}

}  // namespace keysift
