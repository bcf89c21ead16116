#include "audit/audit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "audit/description.h"
#include "audit/history_findings.h"
#include "audit/keys_beside.h"
#include "audit/range_findings.h"
#include "audit/settle.h"
#include "audit/staged_findings.h"
#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "env/coverage.h"
#include "source/archive.h"
#include "source/file_tree.h"
#include "source/git_files.h"
#include "source/history.h"
#include "source/pieces.h"
#include "source/range.h"
#include "source/staged.h"

namespace keysift {
namespace {

// The .git folder that a repository shares with its linked work trees; nothing where none can be read.
std::optional<std::filesystem::path> common_dir_of(const std::filesystem::path& folder) {
  try {
    if (const auto root = Repository::root_of(folder))
      return std::filesystem::weakly_canonical(Repository::open(*root).common_dir());
  } catch (const std::runtime_error&) {  // the walk tells why
  }
  return std::nullopt;
}

}  // namespace

Audit::Audit(std::span<const Rule> rules, AuditOptions options, Progress& progress)
    : options_(std::move(options)),
      reading_{{4 * 1024 * 1024, kMaxMatchWidth}, options_.limits},
      progress_(progress),
      search_(rules, options_, reading_, progress),
      workers_(options_.threads) {
  for (const auto& rule : rules) {
    report_.rules.push_back(&rule);
    if (!rule.pattern && rule.path && rule.reported) path_rules_.push_back(&rule);
  }
  report_.repositories.emplace_back();
}

void Audit::describe(const Repository& repository) {
  auto& known = report_.repositories.front();
  if (known.name.empty()) known = described(repository);
}

BlobSink Audit::object_sink() {
  return [this](const Blob& blob, unsigned worker) {
    if (blob.origin == Origin::history && blob.own_begin == 0 && blob.members.empty())
      ++workers_[worker].counts.objects;
    return search_.scan(blob, worker);
  };
}

void Audit::error(const std::string& path, const Problem& problem) {
  report_.errors.push_back({path, problem.message, problem.cause});
}

void Audit::stop(Cause cause, const std::string& words) {
  for (const auto& hit : search_.take_hits()) report_.findings.push_back(unplaced_finding(hit));
  error(".", {words, cause});
}

void Audit::files(const std::filesystem::path& path, const std::string& shown_as) {
  if (std::filesystem::is_directory(path)) return walk(path, shown_as, nullptr);
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) throw Failure("cannot read " + printable(path.native()) + ": " + std::strerror(errno));
  ++workers_[0].counts.files;
  struct stat status {};
  const bool is_regular = fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
  read_whole(file.get(), is_regular ? static_cast<std::uint64_t>(status.st_size) : 0, Origin::worktree,
             shown_as);
}

void Audit::walk(const std::filesystem::path& root, const std::string& shown_as, Surveyor* surveyor) {
  const auto sink = search_.sink();
  const auto on_error = search_.error_sink();
  const auto read = [&](const WalkedFile& file, int folder, unsigned index) {
    if (surveyor != nullptr && !file.inner)
      surveyor->see({file.path, file.tracked, file.ignored}, folder, index);
    if (file.ignored) return;
    auto& worker = workers_[index];
    ++worker.counts.files;
    tell_path(shown_as + file.path, Origin::worktree, std::nullopt, worker.named);
    read_walked_file(folder, file.path, shown_as + file.path, reading_, worker.buffer, index, sink, on_error);
  };
  FileTreeOptions tree{options_.ignored, surveyor != nullptr, options_.threads, options_.limits};
  if (options_.tell_nested) {
    tree.on_repository = [&, outer = common_dir_of(root)](const std::string& folder, unsigned index) {
      const auto inner = common_dir_of(root / folder);
      if (!inner || inner != outer) workers_[index].nested.push_back(shown_as + folder);
    };
  }
  walk_files(root, tree, read, on_error);
  add_findings(search_.take_hits());
}

void Audit::work_tree(const Repository& repository) {
  describe(repository);
  const auto root = *repository.work_tree();
  const WorkTree tree(root);
  Surveyor surveyor(secret_files(), tree, options_.threads);
  walk(root, "", &surveyor);
  check_env(repository, tree, surveyor.finish());
}

void Audit::stream(int file, const std::string& name) { read_whole(file, 0, Origin::standard_input, name); }

void Audit::read_whole(int file, std::uint64_t size, Origin origin, const std::string& name) {
  Blob whole;
  whole.origin = origin;
  whole.path = name;
  const int status = read_with_members(file, size, whole, reading_, workers_[0].buffer, 0, search_.sink(),
                                       search_.error_sink());
  if (status != 0) error(name, "cannot be read: " + std::string(std::strerror(status)));
  add_findings(search_.take_hits());
}

void Audit::history(const Repository& repository, bool env) {
  describe(repository);
  const auto before = report_.findings.size();
  search_git_files(repository);
  const ObjectDatabase database(repository);
  const ObjectWalk objects(database, options_.threads);
  tell_shallow(repository, objects);
  const ObjectWalkOptions walk{options_.threads, options_.memory};
  progress_.expect(objects.size());
  const auto tests = past_tests(env);
  auto history = read_history(
      repository, objects, walk, reading_, object_sink(), [this] { return search_.objects_with_hits(); },
      search_.error_sink(), tests.name);
  for (const auto& part : history.commits) report_.summary.commits += part.size();
  const auto refs = refs_of(repository, objects, report_.errors);
  auto& hits = search_.keep_hits();
  auto [findings, files] =
      history_findings({repository, objects, refs, walk}, std::move(history), hits, tests, report_.errors);
  hits.clear();
  leave_out_copies(before, findings);
  search_ref_names(refs);
  for (const auto& file : files) tell_path(file.path, Origin::path, file.provenance, findings);
  if (env) add_past(repository, std::move(files));
  if (options_.reachable_only) {
    const auto is_unreachable = [](const Finding& finding) {
      return finding.provenance && finding.provenance->state == BlobState::unreachable;
    };
    leave_out(report_, findings, is_unreachable, "no ref reaches it, and --reachable-only is given",
              options_.detector.explain);
  }
  std::move(findings.begin(), findings.end(), std::back_inserter(report_.findings));
}

// Of the report's bytes they are no part: git writes them as it goes, in every clone others.
void Audit::search_git_files(const Repository& repository) {
  const auto before = search_.bytes();
  read_git_files(repository, reading_, search_.sink(), search_.error_sink());
  bytes_of_git_files_ += search_.bytes() - before;
  add_findings(search_.take_hits());
}

// What git's logs and drafts of messages, among the findings from `first` on, have of messages that are told.
void Audit::leave_out_copies(std::size_t first, const std::vector<Finding>& told) {
  std::set<std::pair<const Rule*, Secret>> in_messages;
  for (const auto& finding : told) {
    if (!finding.in_file()) in_messages.emplace(finding.rule, finding.secret);
  }
  const auto is_copy = [&](const Finding& finding) {
    const auto& path = finding.location.path;
    const bool of_messages = path.ends_with("MSG") || path.find("logs/") != std::string::npos;
    return of_messages && in_messages.contains({finding.rule, finding.secret});
  };
  auto& all = report_.findings;
  all.erase(std::remove_if(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(), is_copy), all.end());
}

// A ref has its name where no commit is needed to tell it. It is not stopped: what was found has its places
// by now.
void Audit::search_ref_names(const std::vector<Ref>& refs) {
  for (const auto& ref : refs) {
    search_.scan(blob_of(ref.target, ref.name, Origin::path, ref.name), 0);
    for (const auto& hit : search_.take_hits()) {
      auto& finding = report_.findings.emplace_back(finding_at(hit, ref.name));
      auto& provenance = finding.provenance.emplace();
      provenance.blob = ref.target.hex();
      provenance.state = BlobState::live;
      provenance.refs = std::vector{ref.name};
    }
  }
}

// What lies before the commits at which a shallow clone was cut off.
void Audit::tell_shallow(const Repository& repository, const ObjectWalk& objects) {
  std::vector<Oid> oldest;
  ObjectReader reader(objects.database());
  for (const auto& id : repository.shallow_boundary()) {
    const auto object = reader.read(id);
    const auto commit = object ? parse_commit(id, object->bytes) : std::nullopt;
    if (commit && std::any_of(commit->parents.begin(), commit->parents.end(),
                              [&](const Oid& parent) { return !objects.contains(parent); }))
      oldest.push_back(id);
  }
  if (oldest.empty()) return;
  error("commits",
        {"the clone is shallow: what lies before " +
             (oldest.size() == 1 ? "commit " + oldest.front().hex()
                                 : counted(oldest.size(), "commit") + " such as " + oldest.front().hex()) +
             " was not searched; to get it: git fetch --unshallow (GitHub Actions: fetch-depth: 0 of "
             "actions/checkout)",
         Cause::missing});
}

void Audit::range(const Repository& repository, const RangeRequest& request) {
  describe(repository);
  const auto on_error = search_.error_sink();
  const ObjectDatabase database(repository);
  const auto range = commits_in(repository, database, request, on_error);
  report_.summary.commits += range.commits.size();
  read_range(database, range, options_.threads, reading_, object_sink(), on_error);
  const auto things = [&](const Object& object) { return search_.things_in(object); };
  auto& hits = search_.keep_hits();
  auto findings = range_findings(repository, database, range, options_.threads, hits, things, on_error);
  hits.clear();
  std::move(findings.begin(), findings.end(), std::back_inserter(report_.findings));
}

void Audit::staged(const Repository& repository, bool whole_files) {
  describe(repository);
  const auto on_error = search_.error_sink();
  const ObjectDatabase database(repository);
  ObjectReader objects(database);
  const auto changes = staged_changes(repository, objects);
  report_.summary.files += changes.files.size();
  read_staged(database, changes.files, options_.threads, reading_, search_.sink(), on_error);
  auto hits = search_.take_hits();
  if (!whole_files) {
    const auto things = [&](const Object& object) { return search_.things_in(object); };
    hits = new_hits(std::move(hits), changes, database, things, on_error);
  }
  add_findings(hits);
  for (const auto& file : changes.files) {
    if (file.replaced.empty()) tell_path(file.path, Origin::index, std::nullopt, workers_[0].named);
    const auto contents = [&]() -> std::optional<std::string> {
      const auto object = objects.read(file.blob);
      return object ? std::optional(std::string(object->bytes)) : std::nullopt;
    };
    if (file.replaced.empty() && secret_files().holds_secret(file.path, contents))
      report_.env.push_back({file.path, Coverage::staged});
  }
  report_.env_checked = true;
}

void Audit::env(const Repository& repository, bool history) {
  describe(repository);
  report_.env_alone = true;
  if (const auto root = repository.work_tree()) {
    const WorkTree tree(*root);
    Surveyor surveyor(secret_files(), tree, options_.threads);
    const auto see = [&](const WalkedFile& file, int folder, unsigned worker) {
      if (!file.inner) surveyor.see({file.path, file.tracked, file.ignored}, folder, worker);
    };
    walk_files(*root, {false, true, options_.threads, options_.limits}, see, search_.error_sink());
    auto survey = surveyor.finish();
    for (const auto& file : survey.templates) files(*root / file.path, file.path);
    check_env(repository, tree, std::move(survey));
  }
  report_.env_checked = true;
  if (!history) return;
  const ObjectDatabase database(repository);
  const ObjectWalk objects(database, options_.threads);
  tell_shallow(repository, objects);
  const ObjectWalkOptions walk{options_.threads, options_.memory};
  const auto tests = past_file_tests(secret_files());
  auto names = read_names(objects, walk, tests.name, search_.error_sink());
  const auto refs = refs_of(repository, objects, report_.errors);
  auto placed =
      history_findings({repository, objects, refs, walk}, std::move(names), {}, tests, report_.errors);
  add_past(repository, std::move(placed.files));
}

// Reading the list takes a twentieth of the start of a scan that does not ask for it.
const SecretFiles& Audit::secret_files() {
  if (!secret_files_) {
    secret_files_ = SecretFiles::built_in();
    secret_files_->extend(options_.env_files, options_.env_templates);
  }
  return *secret_files_;
}

// Files with secrets, and those that rules ask for by their paths. Trees are asked about names alone: a rule
// that needs a folder's name, too, is asked about none.
PastFileTests Audit::past_tests(bool env) {
  if (path_rules_.empty()) return env ? past_file_tests(secret_files()) : PastFileTests();
  const auto of_env = env ? past_file_tests(secret_files())
                          : PastFileTests{[](auto) { return false; }, [](auto) { return false; },
                                          [](auto, auto) { return true; }};
  const auto fits = [this](std::string_view path) {
    return std::any_of(path_rules_.begin(), path_rules_.end(),
                       [&](const Rule* rule) { return rule->path->found_in(path); });
  };
  return {[=](std::string_view name) { return fits(name) || of_env.name(name); },
          [=](std::string_view path) { return fits(path) || of_env.path(path); },
          [=](std::string_view name, std::string_view bytes) {
            return fits(name) || of_env.contents(name, bytes);
          }};
}

void Audit::tell_path(const std::string& path, Origin origin, const std::optional<Provenance>& provenance,
                      std::vector<Finding>& named) const {
  for (const auto* rule : path_rules_) {
    if (!rule->path->found_in(path)) continue;
    auto& finding = named.emplace_back();
    finding.rule = rule;
    finding.confidence = rule->confidence;
    finding.location = {path, {1, 1}, {1, 1}, {}};
    finding.origin = origin;
    finding.provenance = provenance;
    finding.reason = "its path is one that the rule asks for";
  }
}

void Audit::add_past(const Repository& repository, std::vector<PastFile> files) {
  std::erase_if(files, [&](const PastFile& file) { return !secret_files().is_named(file.path); });
  std::string problem;
  auto findings = past_findings(repository, std::move(files), problem);
  if (!problem.empty()) error(".git/index", problem);
  if (options_.reachable_only)
    std::erase_if(findings, [](const EnvFinding& each) { return each.coverage == Coverage::unreachable; });
  std::move(findings.begin(), findings.end(), std::back_inserter(report_.env));
  std::sort(report_.env.begin(), report_.env.end());
}

void Audit::check_env(const Repository& repository, const WorkTree& tree, Survey survey) {
  std::string problem;
  auto coverage = env_coverage({repository, tree, secret_files(), std::move(survey),
                                [this](std::string_view value) { return search_.is_key(value); }},
                               problem);
  if (!problem.empty()) error(".git/index", problem);
  std::move(coverage.findings.begin(), coverage.findings.end(), std::back_inserter(report_.env));
  std::sort(report_.env.begin(), report_.env.end());
  report_.passages = std::move(coverage.passages);
  report_.env_checked = true;
}

void Audit::add_findings(const std::vector<Hit>& hits) {
  for (const auto& hit : hits) report_.findings.push_back(finding_at(hit, hit.path));
}

Report Audit::finish(std::string target) {
  report_.target = std::move(target);
  for (auto& worker : workers_) {
    std::move(worker.named.begin(), worker.named.end(), std::back_inserter(report_.findings));
    report_.summary.files += worker.counts.files;
    report_.summary.objects += worker.counts.objects;
  }
  report_.summary.bytes += search_.bytes() - bytes_of_git_files_;
  std::ranges::move(search_.take_errors(), std::back_inserter(report_.errors));
  settle(report_, options_);
  std::ranges::move(search_.take_dropped(), std::back_inserter(report_.dropped));
  settle_dropped(report_.dropped);
  auto& scanned = report_.repositories.front();
  for (const auto& worker : workers_)
    scanned.nested.insert(scanned.nested.end(), worker.nested.begin(), worker.nested.end());
  std::sort(scanned.nested.begin(), scanned.nested.end());
  if (scanned.name.empty())
    scanned.name =
        std::filesystem::is_directory(report_.target) ? folder_name(report_.target) : report_.target;
  scanned.summary = report_.summary;
  scanned.config_from = options_.config_from;
  scanned.config_commit = options_.config_commit;
  scanned.rules_changed = options_.rules_changed;
  if (!scanned.rules_changed.empty()) scanned.rules_changed_by = options_.config;
  std::sort(report_.errors.begin(), report_.errors.end());
  report_.errors.erase(std::unique(report_.errors.begin(), report_.errors.end()), report_.errors.end());
  report_.keys_beside = keys_beside(report_, search_.seeker());
  return std::move(report_);
}

}  // namespace keysift
