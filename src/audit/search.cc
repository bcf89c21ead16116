#include "audit/search.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "audit/excerpt.h"
#include "audit/settle.h"
#include "base/failure.h"
#include "base/text.h"
#include "detect/judgement.h"
#include "source/archive.h"
#include "source/archive_kind.h"

namespace keysift {
namespace {

// Bytes that what is packed in text may always come to.
constexpr std::uint64_t kPackedLeast = std::uint64_t{64} << 10;

// Where a match's secret stands, without what a rule of gitleaks matched round it.
Range secret_in(std::string_view bytes, const Match& match) {
  const auto at = bytes.substr(0, match.end).find(match.secret, match.begin);
  return at == std::string_view::npos ? Range{match.begin, match.end} : Range{at, at + match.secret.size()};
}

// Of what has no names of members.
std::string_view compression_of(std::string_view bytes) {
  switch (kind_of(bytes)) {
    case Kind::bzip2:
      return "bzip2";
    case Kind::xz:
      return "xz";
    case Kind::zstd:
      return "zstd";
    case Kind::zlib:
      return "zlib";
    default:
      return "gzip";
  }
}

// Why a match that the detector hands on is no finding; empty: it is one.
std::string reason_to_drop(const Match& match, Confidence least) {
  if (!match.kept) return match.reason;
  if (match.confidence >= least) return {};
  const auto confidence = std::string(to_string(match.confidence)) + " confidence, below --min-confidence";
  return match.confidence < match.rule->confidence ? match.reason + ": " + confidence
                                                   : "its rule has " + confidence;
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

Search::Search(std::span<const Rule> rules, const AuditOptions& options, const ReadOptions& reading,
               Progress& progress)
    : options_(options),
      reading_(reading),
      progress_(progress),
      detector_(rules, options.detector),
      other_rules_(options.other_rules, options.detector.prepared),
      teller_({detector_, other_rules_}, options.on_found) {
  for (unsigned worker = 0; worker < options_.threads; ++worker)
    workers_.emplace_back(detector_, other_rules_);
}

// What is packed in an archive's members is left as it is: there it could come to any amount.
Reach Search::scan(const Blob& blob, unsigned index) {
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
                     compression_of(packed.bytes),
                     options_.marks && has_allowing_mark(line_of(blob.bytes, begin, end))};
    read_packed(packed, blob, index, sink());
    worker.packed.reset();
  }
  return reach;
}

void Search::read_packed(const Packed& packed, const Blob& blob, unsigned index, const BlobSink& sink) {
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

void Search::find(const Blob& blob, unsigned index) {
  auto& worker = workers_[index];
  const auto matches = detector_.scan(blob.bytes, worker.scratch, {blob.own_begin, blob.own_end}, blob.fresh);
  if (!worker.scratch.beyond().empty()) note_limits(blob, worker);
  // What a piece shares with its neighbours is counted once.
  const auto own = std::min(blob.bytes.size(), blob.own_end) - std::min(blob.bytes.size(), blob.own_begin);
  const bool is_message = blob.origin == Origin::commit_message || blob.origin == Origin::tag_message;
  const bool is_name = blob.origin == Origin::path && !blob.path.empty();
  const bool is_beside = is_name || (is_message && !blob.members.empty());
  if (!is_beside) worker.bytes += own;
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
Excerpt Search::excerpt(std::string_view bytes, const Match& match, std::span<const Match> matches,
                        KeySeeker& seeker) {
  constexpr std::size_t kAround = 512;  // bytes on each side; an excerpt has a tenth of it
  const auto begin = match.begin - std::min(match.begin, kAround);
  const auto end = match.end + std::min(bytes.size() - match.end, kAround);
  auto keys = seeker.other_keys(bytes.substr(begin, end - begin));
  for (auto& key : keys) key = {key.begin + begin, key.end + begin};
  return excerpt_of(bytes, secret_in(bytes, match), matches, keys);
}

void Search::note_limits(const Blob& blob, Worker& worker) const {
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

BlobSink Search::sink() {
  return [this](const Blob& blob, unsigned worker) { return scan(blob, worker); };
}

ErrorSink Search::error_sink() {
  return [this](const std::string& path, const Problem& problem, unsigned worker) {
    workers_[worker].errors.push_back({path, problem.message, problem.cause});
  };
}

// By its line, or by what it is; where that is not enough, its place will tell.
void Search::allow(std::string_view bytes, const Match& match, Hit& hit) const {
  const auto line = line_of(bytes, match.begin, match.end);
  const auto text = bytes.substr(match.begin, match.end - match.begin);
  for (const auto& list : options_.allowlists) {
    if (allows(list, match.secret, text, line)) hit.allowed_by = options_.config;
    if (allows_there(list, match.secret, text, line)) hit.allowing_there.push_back(&list);
  }
  if (options_.marks && has_allowing_mark(line)) hit.allowed_by = kMarkOnLine;
}

Things Search::things_in(const Object& object) {
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

bool Search::is_key(std::string_view value) {
  const auto matches = detector_.scan(value, workers_[0].scratch);
  return std::any_of(matches.begin(), matches.end(),
                     [](const Match& match) { return match.kept && match.confidence >= Confidence::medium; });
}

// The parts of all workers, which have none then.
template <typename Part>
std::vector<Part> Search::take(std::vector<Part> Worker::*parts) {
  std::vector<Part> all;
  for (auto& worker : workers_) std::ranges::move(std::exchange(worker.*parts, {}), std::back_inserter(all));
  return all;
}

std::vector<Finding> Search::take_dropped() { return take(&Worker::dropped); }
std::vector<ScanError> Search::take_errors() { return take(&Worker::errors); }

std::vector<Hit> Search::take_hits() {
  auto hits = take(&Worker::hits);
  // Which worker found what is chance; what follows must not depend on it.
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return std::tie(a.object, a.path, a.members, a.begin.line, a.begin.column, a.rule) <
           std::tie(b.object, b.path, b.members, b.begin.line, b.begin.column, b.rule);
  });
  tell_in_members(hits);
  return hits;
}

// What is not placed yet when the scan is stopped is told by what it stands in.
std::vector<Hit>& Search::keep_hits() {
  auto hits = take_hits();
  return workers_.front().hits = std::move(hits);
}

std::vector<Oid> Search::objects_with_hits() const {
  std::set<Oid> objects;
  for (const auto& worker : workers_) {
    for (const auto& hit : worker.hits) {
      if (hit.origin == Origin::history) objects.insert(hit.object);
    }
  }
  return {objects.begin(), objects.end()};
}

std::uint64_t Search::bytes() const {
  return std::accumulate(workers_.begin(), workers_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Worker& worker) { return sum + worker.bytes; });
}

Profile Search::profile() const {
  Profile profile;
  for (const auto& worker : workers_) detector_.add_costs(worker.scratch, profile);
  return profile;
}

}  // namespace keysift
