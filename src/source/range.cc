#include "source/range.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/parallel.h"
#include "base/stop.h"
#include "base/text.h"
#include "source/archive.h"
#include "source/large_object.h"

namespace keysift {
namespace {

constexpr std::size_t kBatch = 16;                         // commits that a worker takes at a time
constexpr std::size_t kMostPlaces = 100'000;               // that are told: trees can share their subtrees
constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // of their paths
constexpr std::size_t kFewPlaces = 16;  // of one object in a commit, when there are too many in all

struct Reader {
  Reader(const ObjectDatabase& database, ObjectErrorSink on_error)
      : objects(database), additions(objects, std::move(on_error)) {}
  ObjectReader objects;
  AdditionFinder additions;
};

// Calls `work(reader, commit, worker)` for the number of each commit.
template <typename Work>
void for_each_commit(const ObjectDatabase& database, const CommitRange& range, unsigned threads,
                     const ErrorSink& on_error, Work&& work) {
  const auto count = range.commits.size();
  const auto workers = static_cast<unsigned>(std::min<std::size_t>(threads, count / (2 * kBatch) + 1));
  std::atomic<std::size_t> next{0};
  parallel(workers, [&](unsigned worker) {
    Reader reader(database, [&](const std::string& object, const Problem& problem, unsigned) {
      on_error(object, problem, worker);
    });
    for (auto begin = next.fetch_add(kBatch); begin < count; begin = next.fetch_add(kBatch)) {
      for (auto commit = begin; commit < std::min(begin + kBatch, count); ++commit) {
        check_stop();
        work(reader, commit, worker);
      }
    }
  });
}

// Objects that a worker has taken on.
class Taken {
 public:
  bool take(const Oid& id) {
    const std::lock_guard lock(guard_);
    return ids_.insert(id).second;
  }

 private:
  std::mutex guard_;
  std::unordered_set<Oid, OidHash> ids_;
};

// Where each commit adds each object, at `most` places; nothing if there are too many in all.
std::optional<std::vector<Sighting>> some_sightings(const ObjectDatabase& database, const CommitRange& range,
                                                    unsigned threads,
                                                    const std::unordered_set<Oid, OidHash>& objects,
                                                    std::size_t most, const ErrorSink& on_error) {
  std::vector<std::vector<Sighting>> shares(threads);
  std::atomic<std::size_t> places{0};
  std::atomic<std::size_t> bytes{0};
  const auto too_many = [&] { return places > kMostPlaces || bytes > kMostBytes; };
  const auto look = [&](Reader& reader, std::size_t number, unsigned worker) {
    std::unordered_map<Oid, std::size_t, OidHash> seen;
    if (too_many()) return;
    reader.additions.find(range.commits[number].header, [&](const Addition& addition) {
      const bool blob = addition.is_blob() && objects.contains(addition.entry.id);
      const bool name = addition.new_name && objects.contains(addition.tree);
      if ((!blob && !name) || too_many()) return false;
      if (seen[blob ? addition.entry.id : addition.tree]++ >= most) return false;
      shares[worker].push_back({number,
                                addition.path(),
                                addition.entry.id,
                                addition.tree,
                                std::string(addition.entry.name),
                                blob,
                                name,
                                {addition.replaced.begin(), addition.replaced.end()}});
      ++places;
      bytes += shares[worker].back().path.size();
      return true;
    });
  };
  for_each_commit(database, range, threads, on_error, look);
  if (too_many()) return std::nullopt;
  std::vector<Sighting> all;
  for (auto& share : shares) std::move(share.begin(), share.end(), std::back_inserter(all));
  std::sort(all.begin(), all.end(), [](const Sighting& a, const Sighting& b) {
    return std::tie(a.commit, a.path) < std::tie(b.commit, b.path);
  });
  return all;
}

}  // namespace

void read_range(const ObjectDatabase& database, const CommitRange& range, unsigned threads,
                const ReadOptions& options, const BlobSink& sink, const ErrorSink& on_error) {
  Taken taken;
  for_each_commit(
      database, range, threads, on_error, [&](Reader& reader, std::size_t number, unsigned worker) {
        const auto& commit = range.commits[number].header;
        if (const auto object = reader.objects.read(commit.id)) {
          sink(header_blob(commit.id, object->bytes, Origin::commit_message), worker);
          sink(blob_of(commit.id, message_of(object->bytes), Origin::commit_message), worker);
        } else {
          on_error(commit.id.hex(),
                   {"commit cannot be read (" + reader.objects.problem() + "); its message was not searched",
                    reader.objects.cause()},
                   worker);
        }
        reader.additions.find(commit, [&](const Addition& addition) {
          const auto& name = addition.entry.name;
          const auto& id = addition.entry.id;
          if (addition.new_name) sink(blob_of(addition.tree, name, Origin::path, name), worker);
          if (!addition.is_blob() || !taken.take(id)) return false;
          const auto take = [&](const Object& object) {
            const auto blob = blob_of(id, object.bytes, Origin::history);
            sink(blob, worker);
            read_members(blob, options, worker, sink, on_error);
          };
          const auto take_large = [&](ObjectStream& large) {
            read_large_object(large, blob_of(id, {}, Origin::history), options, worker, sink, on_error);
          };
          if (!reader.objects.read(id, options.memory, take, take_large)) {
            on_error(id.hex(),
                     {"object cannot be read (" + reader.objects.problem() + "); it is " +
                          printable(addition.path()),
                      reader.objects.cause()},
                     worker);
          }
          return false;
        });
      });
}

Sightings sightings(const ObjectDatabase& database, const CommitRange& range, unsigned threads,
                    const std::unordered_set<Oid, OidHash>& objects, const ErrorSink& on_error) {
  for (const std::size_t most : {SIZE_MAX, kFewPlaces, std::size_t{1}}) {
    if (auto all = some_sightings(database, range, threads, objects, most, on_error))
      return {std::move(*all), most != SIZE_MAX};
  }
  return {{}, true};
}

}  // namespace keysift
