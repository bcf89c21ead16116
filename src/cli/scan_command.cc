#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "audit/audit.h"
#include "base/failure.h"
#include "base/file.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/allowing_files.h"
#include "cli/ci_range.h"
#include "cli/commands.h"
#include "cli/configuration.h"
#include "cli/outputs.h"
#include "cli/prepared.h"
#include "cli/progress_line.h"
#include "cli/terminal.h"
#include "env/fix.h"
#include "finding/baseline.h"
#include "finding/exposure.h"
#include "git/repository.h"
#include "git/untrack.h"
#include "report/baseline.h"
#include "report/explanation.h"
#include "report/replacements.h"

namespace keysift {
namespace {

std::filesystem::path repository_root(const std::string& path) {
  if (const auto root = Repository::root_of(path)) return *root;
  if (!std::filesystem::exists(path))
    throw Failure("cannot read " + printable(path) + ": No such file or directory");
  throw Failure(printable(path) + " is in no git repository; to search its files: keysift files " +
                printable(path));
}

// Whether a folder has something in place of the .git of a repository. An empty folder hides nothing.
bool is_broken_repository(const std::filesystem::path& folder) {
  std::error_code error;
  const auto dot_git = folder / ".git";
  const auto status = std::filesystem::symlink_status(dot_git, error);
  return std::filesystem::exists(status) &&
         !(is_directory(status) && std::filesystem::is_empty(dot_git, error));
}

bool is_within(const std::filesystem::path& path, const std::filesystem::path& folder) {
  std::error_code error;
  const auto below =
      std::filesystem::canonical(path, error).lexically_relative(std::filesystem::canonical(folder, error));
  return !error && !below.empty() && *below.begin() != "..";
}

// A repository whole, or, where there is none, the files.
void audit_all(Audit& audit, const std::string& path) {
  const auto root = std::filesystem::is_directory(path) ? Repository::root_of(path) : std::nullopt;
  if (!root) {
    if (is_broken_repository(path))
      audit.error(".git",
                  {"it is no repository that can be read; its history was not searched", Cause::broken});
    return audit.files(path, std::filesystem::is_directory(path) ? "" : path);
  }
  std::optional<Repository> repository;
  try {
    repository.emplace(Repository::open(*root));
  } catch (const Failure& failure) {
    audit.error(*root, std::string(failure.what()) + "; its history was not searched");
    return audit.files(path, "");
  }
  if (repository->work_tree()) {
    audit.work_tree(*repository);
  } else if (!is_within(path, *root)) {
    audit.files(path, "");  // its .git leads to a repository elsewhere, which is not about these files
  }
  audit.history(*repository, true);
}

// One folder's files are named from there; of several, as the user named each.
void audit_files(Audit& audit, const Options& options) {
  const auto& paths = options.paths;
  for (const auto& path : paths) {
    if (path == "-") {
      audit.stream(STDIN_FILENO,
                   options.input_name.empty() ? std::string(kStandardInput) : options.input_name);
    } else if (!std::filesystem::is_directory(path)) {
      audit.files(path, path);
    } else {
      audit.files(path, paths.size() == 1 ? "" : path + (path.ends_with('/') ? "" : "/"));
    }
  }
}

// `request` with the commits that this run of a CI system is about.
RangeRequest ci_request(const Repository& repository, RangeRequest request) {
  const ObjectDatabase database(repository);
  CiRun run;
  run.variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  run.contents = [](const std::string& path) { return read_file(path); };
  run.has_commit = [&](const std::string& revision) { return has_commit(repository, database, revision); };
  run.shallow = !repository.shallow_boundary().empty();
  request.range = ci_range(run);
  if (request.range.empty()) request.branch = "HEAD";
  return request;
}

std::vector<Oid> read_commit_list(const std::filesystem::path& file) {
  if (file == "-") return parse_commit_list(read_all(STDIN_FILENO, "standard input"), "<stdin>");
  return parse_commit_list(read_file(file), printable(file.native()));
}

void audit_history(Audit& audit, const Options& options) {
  const auto repository = Repository::open(repository_root(options.paths.front()));
  auto range = options.range;
  if (!options.commits.empty()) range.commits = read_commit_list(options.commits);
  if (range.range == "ci") range = ci_request(repository, std::move(range));
  if (range.empty()) return audit.history(repository, false);
  audit.range(repository, range);
}

// The one path that is scanned. Standard input that has a name belongs to the current folder.
std::filesystem::path scanned_path(const Options& options) {
  if (!options.input_name.empty()) return ".";
  return options.paths.size() == 1 ? options.paths.front() : "-";
}

// The root of what is scanned, where the files lie that say what is allowed.
std::filesystem::path root_of(const std::filesystem::path& path) {
  const auto root = std::filesystem::is_directory(path) ? Repository::root_of(path) : std::nullopt;
  return root.value_or(path);
}

// The folder that the paths of findings begin in.
std::filesystem::path folder_of_names(const Options& options) {
  if (options.command != Command::files) return root_of(scanned_path(options));
  const auto& paths = options.paths;
  return paths.size() == 1 && std::filesystem::is_directory(paths.front()) ? paths.front() : ".";
}

// Throws Failure when a file that will hold keys would lie in what is scanned, or in any repository, as a
// linked work tree is: the next `git add .` would take it.
void check_outside(const std::filesystem::path& file, const Options& options) {
  if (file.empty()) return;
  check_writable(file);
  const auto folder = std::filesystem::canonical(file.parent_path().empty() ? "." : file.parent_path());
  if (is_within(folder, root_of(scanned_path(options))) || Repository::root_of(folder))
    throw Failure(
        "--write-replacements: " + printable(file.native()) +
        " would lie in a repository, and it will hold the keys; name a file outside, such as ../keys.txt");
}

// Whether a push is being checked. A file in the work tree came with an earlier one, and is not its server's
// word.
bool is_quarantine() { return std::getenv("GIT_QUARANTINE_PATH") != nullptr; }

// The files of what is scanned that say what is allowed, or those of a commit of its repository.
AllowingFiles allowing_files(const Options& options) {
  const auto path = scanned_path(options);
  const auto& from = options.config_from;
  if (!from.empty() && from != kNowhere &&
      !(std::filesystem::is_directory(path) && Repository::root_of(path))) {
    const auto what = options.paths.size() > 1 ? "several paths are" : printable(path.native()) + " is";
    throw Failure(
        "--config-from: " + what +
        " no folder of a git repository, where a commit could be read; elsewhere: --config-from none");
  }
  return {root_of(path), from};
}

// What is in force. What came with an earlier push is not its server's word.
Configuration configuration_of(const Options& options) {
  const auto files = allowing_files(options);
  return read_configuration(options, files.in_folder() && is_quarantine() ? nullptr : &files);
}

bool is_bare(const std::filesystem::path& root) {
  try {
    return !Repository::open(root).work_tree();
  } catch (const Failure&) {
    return false;  // a plain folder, or what the audit will complain of
  }
}

// The paths of `files FOLDER` begin in the folder; those of the ignore file's entries, in its root.
std::string folder_below(const std::filesystem::path& root, const Options& options) {
  if (options.command != Command::files || !options.input_name.empty()) return {};
  std::error_code error;
  const auto here = std::filesystem::canonical(scanned_path(options), error);
  const auto below = here.lexically_relative(std::filesystem::canonical(root, error));
  return error || below == "." ? "" : below.native() + "/";
}

// What the ignore files allow.
void read_ignores(const Options& options, const AllowingFiles& files, AuditOptions& audit) {
  const auto root = root_of(scanned_path(options));
  if (files.in_folder() && (is_quarantine() || is_bare(root))) return;
  const std::string name(kIgnoreFile);
  if (const auto bytes = files.read(name))
    audit.ignores = IgnoreList(*bytes, files.place(name), folder_below(root, options));
  if (const auto bytes = files.read(std::string(kGitleaksIgnoreFile)))
    audit.gitleaks_ignores = GitleaksIgnores(*bytes, folder_below(root, options));
}

// gitleaks goes on after a line that is wrong in its ignore file, and so do we.
void tell_wrong_lines(const Options& options, const std::vector<std::size_t>& lines) {
  if (lines.empty()) return;
  const auto place = allowing_files(options).place(std::string(kGitleaksIgnoreFile));
  const auto others = lines.size() - 1;
  std::fprintf(
      stderr, "keysift: %s:%zu: neither FILE:RULE:LINE nor COMMIT:FILE:RULE:LINE; it allows nothing%s\n",
      place.c_str(), lines.front(), others > 0 ? (", like " + counted(others, "other line")).c_str() : "");
}

// What the baseline lists, and for which commands all that it and the ignore file may name is looked at.
void read_suppressions(const Options& options, AuditOptions& audit) {
  if (!options.baseline.empty())
    audit.baseline = read_baseline(options.baseline, folder_below(root_of(scanned_path(options)), options));
  const auto files = allowing_files(options);
  read_ignores(options, files, audit);
  audit.marks = files.in_folder();
  audit.config_from = options.config_from;
  audit.config_commit = files.commit();
  const bool all_findings =
      options.rule_ids.empty() && !options.reachable_only && options.min_confidence != Confidence::high;
  audit.tell_unknown = all_findings && options.command == Command::scan;
  audit.tell_fixed = audit.tell_unknown || (all_findings && options.command == Command::history &&
                                            options.range.empty() && options.commits.empty());
}

void perform(Audit& audit, const Options& options) {
  switch (options.command) {
    case Command::files:
      return audit_files(audit, options);
    case Command::history:
      return audit_history(audit, options);
    case Command::staged:
      return audit.staged(Repository::open(repository_root(options.paths.front())), options.whole_files);
    case Command::env:
      return audit.env(Repository::open(repository_root(options.paths.front())), options.env.history);
    default:
      return audit_all(audit, options.paths.front());
  }
}

void perform_until_stopped(Audit& audit, const Options& options) {
  try {
    perform(audit, options);
  } catch (const Stopped&) {
    const int signal = StopSignals::received();
    if (signal == SIGALRM) {
      audit.stop(Cause::timeout, "the time was up (--timeout); the rest was not searched");
    } else {
      const auto* name = signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
      audit.stop(Cause::stopped, "stopped by " + std::string(name) + "; the rest was not searched");
    }
  }
  StopSignals::end_timeout();
}

// A .env file that gets out counts as a finding of high confidence. What a baseline was made of is known from
// then on.
int exit_status(const Report& report, const Options& options) {
  const auto fail_on = options.write_baseline.empty() ? options.fail_on : std::nullopt;
  const auto counts = [&](const Finding& finding) { return finding.confidence >= *fail_on; };
  const auto is_problem = [](const EnvFinding& finding) { return finding.is_problem(); };
  if (fail_on && (std::any_of(report.findings.begin(), report.findings.end(), counts) ||
                  std::any_of(report.env.begin(), report.env.end(), is_problem)))
    return 1;
  return report.errors.empty() ? 0 : 3;
}

// What was scanned, for people. GIT_DIR is git's word for the repository that a hook runs in.
std::string target_of(const Options& options) {
  if (options.paths.size() > 1) return "several paths";
  const char* git_dir = std::getenv("GIT_DIR");
  const auto& path = options.paths.front();
  return git_dir != nullptr && path == git_dir ? "." : path;
}

}  // namespace

ScanCost measure_scan(const std::vector<Rule>& rules, const std::string& path, unsigned threads) {
  AuditOptions options;
  options.threads = threads;
  options.detector.prepared = prepared_keywords();
  options.detector.profile = true;
  Progress progress(threads);
  const auto start = std::clock();
  Audit audit(rules, std::move(options), progress);
  audit_all(audit, path);
  audit.finish(path);
  return {audit.profile(), static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC};
}

namespace {

Report audited(const Options& options, const Configuration& configuration, Outputs* outputs) {
  AuditOptions audit_options;
  audit_options.allowlists = configuration.allowlists;
  audit_options.config = configuration.name;
  audit_options.rules_changed = configuration.rules_changed;
  audit_options.env_files = configuration.env_files;
  audit_options.env_templates = configuration.env_templates;
  audit_options.threads = options.threads;
  audit_options.memory = options.memory_mib << 20;
  audit_options.ignored = options.ignored;
  audit_options.limits = options.limits;
  audit_options.detector = {.decode_depth = options.decode_depth,
                            .prepared = prepared_keywords(),
                            .explain = options.explain,
                            .least = options.min_confidence,
                            .matches = options.limits.matches,
                            .decode_ratio = options.limits.decode_ratio};
  if (!configuration.has_built_in) audit_options.other_rules = prepared_rules();
  audit_options.tell_nested = options.command == Command::scan;
  audit_options.reachable_only = options.reachable_only;
  audit_options.min_confidence = options.min_confidence;
  read_suppressions(options, audit_options);
  if (outputs != nullptr) tell_wrong_lines(options, audit_options.gitleaks_ignores.wrong_lines());
  if (outputs != nullptr && outputs->begin_early())
    audit_options.on_found = [outputs](const Report& found) { outputs->tell(found); };
  Progress progress(options.threads);
  Audit audit(configuration.rules, std::move(audit_options), progress);
  {
    const ProgressLine line(progress, !options.quiet);
    perform_until_stopped(audit, options);
  }
  return audit.finish(target_of(options));
}

// Adds the lines that close doors, and, if asked, takes out of the index what should not be in it.
void close_doors(const Options& options, const Configuration& configuration) {
  auto without_history = options;
  without_history.env.history = false;
  const auto report = audited(without_history, configuration, nullptr);
  const auto repository = Repository::open(repository_root(options.paths.front()));
  const auto work_tree = repository.work_tree();
  if (!work_tree) throw Failure("--fix: a bare repository has no ignore files; commit them from a clone");
  const auto edits = edits_for(WorkTree(*work_tree), report.env);
  if (options.env.diff) {
    std::fputs(unified_diff(edits).c_str(), stdout);
    return;
  }
  write_edits(*work_tree, edits);
  for (const auto& edit : edits)
    for (const auto& line : edit.lines)
      std::fprintf(stderr, "keysift: added %s to %s\n", printable(line).c_str(),
                   printable(edit.path).c_str());
  if (!options.env.untrack) return;
  std::vector<std::string> tracked;
  for (const auto& finding : report.env)
    if (finding.is_in_git() && finding.allowed_by.empty()) tracked.push_back(finding.path);
  untrack(repository, tracked);
  for (const auto& path : tracked)
    std::fprintf(stderr, "keysift: git does not track %s any more; commit that\n", printable(path).c_str());
}

// For whoever waits for this process: it ends as a signal would have ended it.
int end_by(int signal, int status) {
  if (signal == 0 || signal == SIGALRM) return status;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  return status;
}

int scan_until_stopped(const Options& options) {
  const auto started = time_of_report();
  const auto start = std::chrono::steady_clock::now();
  Outputs outputs(options);
  if (!options.write_baseline.empty()) check_writable(options.write_baseline);
  check_outside(options.write_replacements, options);
  const auto configuration = configuration_of(options);
  if (options.env.fix || options.env.diff) close_doors(options, configuration);
  if (options.env.diff) return 0;
  const auto report = audited(options, configuration, &outputs);
  Style style{.reveal = options.reveal, .started = started, .ended = time_of_report()};
  if (std::getenv("SOURCE_DATE_EPOCH") == nullptr)
    style.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (stdout_has_links()) style.folder_uri = folder_uri(folder_of_names(options));
  outputs.write(report, style);
  if (!options.write_baseline.empty())
    write_file(options.write_baseline, render_baseline(report), Access::usual);
  if (!options.write_replacements.empty())
    write_file(options.write_replacements, render_replacements(report));
  if (options.explain) std::fputs(render_explanation(report, options.reveal).c_str(), stderr);
  return exit_status(report, options);
}

}  // namespace

int run_scan(const Options& options) {
  int status = 0;
  {
    const StopSignals signals(options.timeout);
    status = scan_until_stopped(options);
  }
  return end_by(StopSignals::received(), status);
}

}  // namespace keysift
