#include "audit/audit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "audit/description.h"
#include "audit/excerpt.h"
#include "audit/history_findings.h"
#include "audit/keys_beside.h"
#include "audit/range_findings.h"
#include "audit/settle.h"
#include "audit/staged_findings.h"
#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "detect/judgement.h"
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

// Bytes that what is packed in text may always come to.
constexpr std::uint64_t kPackedLeast = std::uint64_t{64} << 10;

// Where a match's secret stands, without what a rule of gitleaks matched round it.
Range secret_in(std::string_view bytes, const Match& match) {
  const auto at = bytes.substr(0, match.end).find(match.secret, match.begin);
  return at == std::string_view::npos ? Range{match.begin, match.end} : Range{at, at + match.secret.size()};
}

// Why a match that the detector hands on is no finding; empty: it is one.
std::string reason_to_drop(const Match& match, Confidence least) {
  if (!match.kept) return match.reason;
  if (match.confidence >= least) return {};
  const auto confidence = std::string(to_string(match.confidence)) + " confidence, below --min-confidence";
  return match.confidence < match.rule->confidence ? match.reason + ": " + confidence
                                                   : "its rule has " + confidence;
}

// The .git folder that a repository shares with its linked work trees; nothing where none can be read.
std::optional<std::filesystem::path> common_dir_of(const std::filesystem::path& folder) {
  try {
    if (const auto root = Repository::root_of(folder))
      return std::filesystem::weakly_canonical(Repository::open(*root).common_dir());
  } catch (const std::runtime_error&) {  // the walk tells why
  }
  return std::nullopt;
}

// A match that is no finding. Where only provenance could tell its path, it is named by its object.
Finding dropped_at(const Hit& hit, std::string reason) {
  auto finding = finding_at(hit, hit.path);
  finding.reason = std::move(reason);
  if (!hit.path.empty()) return finding;
  finding.provenance.emplace().blob = hit.object.hex();
  finding.location.path = finding.place();
  return finding;
}

}  // namespace

Audit::Audit(std::span<const Rule> rules, AuditOptions options, Progress& progress)
    : options_(std::move(options)),
      reading_{{4 * 1024 * 1024, kMaxMatchWidth}, options_.limits},
      progress_(progress),
      detector_(rules, options_.detector),
      other_rules_(options_.other_rules, options_.detector.prepared),
      teller_({detector_, other_rules_}, options_.on_found) {
  for (unsigned worker = 0; worker < options_.threads; ++worker)
    workers_.emplace_back(detector_, other_rules_);
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

// What is packed in an archive's members is left as it is: there it could come to any amount.
Reach Audit::scan(const Blob& blob, unsigned index) {
  find(blob, index);
  auto& worker = workers_[index];
  const auto all = worker.scratch.take_packed();
  if (all.empty() || !blob.members.empty()) return worker.scratch.reach();
  auto reach = worker.scratch.reach();
  Position at = blob.start;
  std::size_t measured = 0;
  for (const auto& packed : all) {
    const auto [begin, end] = packed.place;
    if (begin < blob.own_begin || begin >= blob.own_end) continue;
    const auto from = advance(at, blob.bytes.substr(measured, begin - measured));
    at = advance(from, blob.bytes.substr(begin, end - begin));
    measured = end;
    worker.packed = {from,
                     at,
                     {packed.decoded.begin(), packed.decoded.end()},
                     options_.marks && has_allowing_mark(line_of(blob.bytes, begin, end))};
    read_packed(packed, blob, index, blob_sink());
    worker.packed.reset();
  }
  return reach;
}

void Audit::read_packed(const Packed& packed, const Blob& blob, unsigned index, const BlobSink& sink) {
  auto options = reading_;
  options.limits.archive.least = kPackedLeast;
  const auto whole = blob_of(blob.object, packed.bytes, blob.origin, blob.path);
  const auto on_error = error_sink();
  // What is cut short, as in an example, need not be an archive.
  const auto tell = [&](const std::string& path, const Problem& problem, unsigned worker) {
    if (problem.cause != Cause::broken) on_error(path, problem, worker);
  };
  read_members(whole, options, index, sink, tell);
}

void Audit::find(const Blob& blob, unsigned index) {
  auto& worker = workers_[index];
  const auto matches = detector_.scan(blob.bytes, worker.scratch, {blob.own_begin, blob.own_end}, blob.fresh);
  if (!worker.scratch.beyond().empty()) note_limits(blob, worker);
  // What a piece shares with its neighbours is counted once.
  const auto own = std::min(blob.bytes.size(), blob.own_end) - std::min(blob.bytes.size(), blob.own_begin);
  const bool is_message = blob.origin == Origin::commit_message || blob.origin == Origin::tag_message;
  const bool is_name = blob.origin == Origin::path && !blob.path.empty();
  const bool is_beside = is_name || (is_message && !blob.members.empty());
  if (!is_beside) worker.counts.bytes += own;
  std::uint64_t hits = 0;
  Position at = blob.start;
  std::size_t measured = 0;
  for (const auto& match : matches) {
    auto reason = reason_to_drop(match, options_.min_confidence);
    if (!reason.empty() && !options_.detector.explain) continue;
    at = advance(at, blob.bytes.substr(measured, match.begin - measured));
    measured = match.begin;
    const auto text = blob.bytes.substr(match.begin, match.end - match.begin);
    Hit hit{match.rule,
            match.confidence,
            match.secret,
            std::string(blob.path),
            {blob.members.begin(), blob.members.end()},
            blob.object,
            blob.origin,
            at,
            advance(at, text),
            {match.decoded.begin(), match.decoded.end()},
            {},
            match.reason,
            excerpt(blob.bytes, match, matches, worker.seeker),
            match.allowing_there,
            match.gives_way_to};
    allow(blob.bytes, match, hit);
    if (worker.packed) {
      place_in(*worker.packed, hit);
      if (worker.packed->marked) hit.allowed_by = kMarkOnLine;
    }
    if (!reason.empty()) {
      worker.dropped.push_back(dropped_at(hit, std::move(reason)));
      continue;
    }
    teller_.tell(hit);
    worker.hits.push_back(std::move(hit));
    ++hits;
  }
  progress_.count(index, is_beside ? 0 : 1, own, hits);
}

// What the scan's own rules did not look for is looked for round the match alone.
Excerpt Audit::excerpt(std::string_view bytes, const Match& match, std::span<const Match> matches,
                       KeySeeker& seeker) {
  constexpr std::size_t kAround = 512;  // bytes on each side; an excerpt has a tenth of it
  const auto begin = match.begin - std::min(match.begin, kAround);
  const auto end = match.end + std::min(bytes.size() - match.end, kAround);
  auto keys = seeker.other_keys(bytes.substr(begin, end - begin));
  for (auto& key : keys) key = {key.begin + begin, key.end + begin};
  return excerpt_of(bytes, secret_in(bytes, match), matches, keys);
}

void Audit::note_limits(const Blob& blob, Worker& worker) const {
  const auto path = member_path(blob.path.empty() ? blob.object.hex() : std::string(blob.path), blob.members);
  for (const auto limit : worker.scratch.beyond()) {
    const auto problem =
        limit == Cause::matches ? beyond(limit, "has more than " + std::to_string(options_.limits.matches) +
                                                    " matches of a rule; the others are not told")
        : limit == Cause::decode_ratio
            ? beyond(limit, "decodes to more than " + std::to_string(options_.limits.decode_ratio) +
                                " times its size; the rest was not searched")
            : Problem("is encoded more than " + counted(options_.detector.decode_depth, "time") +
                          "; what is inside was not searched; to look deeper: --decode-depth N",
                      limit);
    worker.errors.push_back({path, problem.message, problem.cause});
  }
}

// By its line, or by what it is; where that is not enough, its place will tell.
void Audit::allow(std::string_view bytes, const Match& match, Hit& hit) const {
  const auto line = line_of(bytes, match.begin, match.end);
  const auto text = bytes.substr(match.begin, match.end - match.begin);
  for (const auto& list : options_.allowlists) {
    if (allows(list, match.secret, text, line)) hit.allowed_by = options_.config;
    if (allows_there(list, match.secret, text, line)) hit.allowing_there.push_back(&list);
  }
  if (options_.marks && has_allowing_mark(line)) hit.allowed_by = kMarkOnLine;
}

BlobSink Audit::blob_sink() {
  return [this](const Blob& blob, unsigned worker) { return scan(blob, worker); };
}

BlobSink Audit::object_sink() {
  return [this](const Blob& blob, unsigned worker) {
    if (blob.origin == Origin::history && blob.own_begin == 0 && blob.members.empty())
      ++workers_[worker].counts.objects;
    return scan(blob, worker);
  };
}

ErrorSink Audit::error_sink() {
  return [this](const std::string& path, const Problem& problem, unsigned worker) {
    workers_[worker].errors.push_back({path, problem.message, problem.cause});
  };
}

void Audit::error(const std::string& path, const Problem& problem) {
  report_.errors.push_back({path, problem.message, problem.cause});
}

void Audit::stop(Cause cause, const std::string& words) {
  for (const auto& hit : take_hits()) report_.findings.push_back(unplaced_finding(hit));
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
  const auto sink = blob_sink();
  const auto on_error = error_sink();
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
  add_findings(take_hits());
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
  const int status =
      read_with_members(file, size, whole, reading_, workers_[0].buffer, 0, blob_sink(), error_sink());
  if (status != 0) error(name, "cannot be read: " + std::string(std::strerror(status)));
  add_findings(take_hits());
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
  const auto blobs_with_hits = [&] {
    std::set<Oid> blobs;
    for (const auto& worker : workers_) {
      for (const auto& hit : worker.hits) {
        if (hit.origin == Origin::history) blobs.insert(hit.object);
      }
    }
    return std::vector(blobs.begin(), blobs.end());
  };
  const auto tests = past_tests(env);
  auto history = read_history(repository, objects, walk, reading_, object_sink(), blobs_with_hits,
                              error_sink(), tests.name);
  for (const auto& part : history.commits) report_.summary.commits += part.size();
  const auto refs = refs_of(repository, objects, report_.errors);
  auto& hits = keep_hits();
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
  const auto bytes = workers_.front().counts.bytes;
  read_git_files(repository, reading_, blob_sink(), error_sink());
  workers_.front().counts.bytes = bytes;
  add_findings(take_hits());
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

// A ref has its name where no commit is needed to tell it. It is not stopped: what was found has its places by
// now.
void Audit::search_ref_names(const std::vector<Ref>& refs) {
  for (const auto& ref : refs) {
    scan(blob_of(ref.target, ref.name, Origin::path, ref.name), 0);
    for (const auto& hit : take_hits()) {
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
  const auto on_error = error_sink();
  const ObjectDatabase database(repository);
  const auto range = commits_in(repository, database, request, on_error);
  report_.summary.commits += range.commits.size();
  read_range(database, range, options_.threads, reading_, object_sink(), on_error);
  const auto things = [&](const Object& object) { return things_in(object); };
  auto& hits = keep_hits();
  auto findings = range_findings(repository, database, range, options_.threads, hits, things, on_error);
  hits.clear();
  std::move(findings.begin(), findings.end(), std::back_inserter(report_.findings));
}

Things Audit::things_in(const Object& object) {
  Things things;
  auto& scratch = workers_[0].scratch;
  const auto add = [&](const Blob& blob, std::span<const std::string> members) {
    for (const auto& match : detector_.scan(blob.bytes, scratch)) {
      if (match.kept) ++things[{match.rule, match.secret, {members.begin(), members.end()}}];
    }
  };
  const BlobSink add_packed = [&](const Blob& member, unsigned) {
    add(member, {});
    return Reach();
  };
  const BlobSink note = [&](const Blob& blob, unsigned) {
    add(blob, blob.members);
    if (!blob.members.empty()) return Reach();
    for (const auto& packed : scratch.take_packed()) read_packed(packed, blob, 0, add_packed);
    return Reach();
  };
  const auto blob = blob_of(object.id, object.bytes, Origin::history);
  note(blob, 0);
  read_members(blob, reading_, 0, note, error_sink());
  return things;
}

void Audit::staged(const Repository& repository, bool whole_files) {
  describe(repository);
  const auto on_error = error_sink();
  const ObjectDatabase database(repository);
  ObjectReader objects(database);
  const auto changes = staged_changes(repository, objects);
  report_.summary.files += changes.files.size();
  read_staged(database, changes.files, options_.threads, reading_, blob_sink(), on_error);
  auto hits = take_hits();
  if (!whole_files) {
    const auto things = [&](const Object& object) { return things_in(object); };
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
    walk_files(*root, {false, true, options_.threads, options_.limits}, see, error_sink());
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
  auto names = read_names(objects, walk, tests.name, error_sink());
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
                                [this](std::string_view value) { return is_key(value); }},
                               problem);
  if (!problem.empty()) error(".git/index", problem);
  std::move(coverage.findings.begin(), coverage.findings.end(), std::back_inserter(report_.env));
  std::sort(report_.env.begin(), report_.env.end());
  report_.passages = std::move(coverage.passages);
  report_.env_checked = true;
}

bool Audit::is_key(std::string_view value) {
  const auto matches = detector_.scan(value, workers_[0].scratch);
  return std::any_of(matches.begin(), matches.end(),
                     [](const Match& match) { return match.kept && match.confidence >= Confidence::medium; });
}

std::vector<Hit> Audit::take_hits() {
  std::vector<Hit> hits;
  for (auto& worker : workers_) {
    std::move(worker.hits.begin(), worker.hits.end(), std::back_inserter(hits));
    worker.hits.clear();
  }
  // Which worker found what is chance; what follows must not depend on it.
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return std::tie(a.object, a.path, a.members, a.begin.line, a.begin.column, a.rule) <
           std::tie(b.object, b.path, b.members, b.begin.line, b.begin.column, b.rule);
  });
  tell_in_members(hits);
  return hits;
}

// What is not placed yet when the scan is stopped is told by what it stands in.
std::vector<Hit>& Audit::keep_hits() {
  auto hits = take_hits();
  return workers_.front().hits = std::move(hits);
}

void Audit::add_findings(const std::vector<Hit>& hits) {
  for (const auto& hit : hits) report_.findings.push_back(finding_at(hit, hit.path));
}

Profile Audit::profile() const {
  Profile profile;
  for (const auto& worker : workers_) detector_.add_costs(worker.scratch, profile);
  return profile;
}

Report Audit::finish(std::string target) {
  report_.target = std::move(target);
  for (auto& worker : workers_) {
    std::move(worker.errors.begin(), worker.errors.end(), std::back_inserter(report_.errors));
    std::move(worker.named.begin(), worker.named.end(), std::back_inserter(report_.findings));
    report_.summary.files += worker.counts.files;
    report_.summary.objects += worker.counts.objects;
    report_.summary.bytes += worker.counts.bytes;
  }
  settle(report_, options_);
  for (auto& worker : workers_)
    std::move(worker.dropped.begin(), worker.dropped.end(), std::back_inserter(report_.dropped));
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
  std::sort(report_.errors.begin(), report_.errors.end());
  report_.errors.erase(std::unique(report_.errors.begin(), report_.errors.end()), report_.errors.end());
  report_.keys_beside = keys_beside(report_, workers_[0].seeker);
  return std::move(report_);
}

}  // namespace keysift
