#include "git/object_walk.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <tuple>
#include <utility>

#include "base/parallel.h"
#include "base/stop.h"
#include "git/pack_walk.h"

namespace keysift {

ObjectWalk::ObjectWalk(const ObjectDatabase& database, unsigned workers) : database_(database) {
  for (const auto& pack : database.packs()) forests_.emplace_back(pack, workers);
  const auto loose = database.loose(declined_);
  loose_.insert(loose.begin(), loose.end());
  std::erase_if(loose_, [&](const Oid& id) { return is_packed(id); });
}

std::size_t ObjectWalk::size() const {
  std::size_t sum = loose_.size();
  for (const auto& pack : database_.packs()) sum += pack.size();
  return sum;
}

bool ObjectWalk::is_packed(const Oid& id) const {
  return std::any_of(forests_.begin(), forests_.end(),
                     [&](const PackForest& forest) { return forest.find(id).has_value(); });
}

// By pack and number: whether an earlier pack has the object, too. A first byte at a time, so that little is
// in memory.
std::vector<std::vector<bool>> ObjectWalk::duplicates() const {
  const auto& packs = database_.packs();
  std::vector<std::vector<bool>> skip(packs.size());
  if (packs.size() < 2) return skip;
  for (std::size_t i = 0; i < packs.size(); ++i) skip[i].resize(packs[i].size(), false);
  for (unsigned byte = 0; byte < 256; ++byte) {
    std::vector<std::tuple<Oid, std::size_t, std::uint32_t>> objects;
    for (std::size_t i = 0; i < packs.size(); ++i) {
      for (auto number = packs[i].numbers_before(byte); number < packs[i].numbers_before(byte + 1);
           ++number) {
        objects.emplace_back(packs[i].id(number), i, number);
      }
    }
    std::sort(objects.begin(), objects.end());
    for (std::size_t i = 1; i < objects.size(); ++i) {
      const auto& [id, pack, number] = objects[i];
      if (id == std::get<0>(objects[i - 1])) skip[pack][number] = true;
    }
  }
  return skip;
}

// One run over the objects, a part of them at a time.
class ObjectWalk::Run {
 public:
  Run(const ObjectWalk& walk, const ObjectWalkOptions& options, const ObjectVisitor& visit,
      const LargeObjectVisitor& visit_large, const ObjectErrorSink& on_error)
      : options_(options), visit_(visit), visit_large_(visit_large), on_error_(on_error) {
    for (unsigned worker = 0; worker < options.workers; ++worker) readers_.emplace_back(walk.database_);
    auto skip = walk.duplicates();
    for (std::size_t i = 0; i < walk.forests_.size(); ++i)
      packs_.push_back({&walk.forests_[i], std::move(skip[i])});
  }

  // Hands on what belongs to `part` of the packs and of `loose`. Returns the rest of `loose`.
  std::vector<Oid> hand_on(ObjectPart part, std::vector<Oid> loose) {
    const auto find_base = [&](const Oid& base, unsigned worker) { return readers_[worker].read(base); };
    auto declined = walk_packs(packs_, {options_.workers, options_.memory, part}, find_base, visit_);
    // Of what is broken no type is known: it is declined in every part.
    std::erase_if(declined, [&](const Oid& id) { return tried_.contains(id); });
    tried_.insert(declined.begin(), declined.end());
    loose.insert(loose.end(), declined.begin(), declined.end());
    return read(part, loose);
  }

 private:
  std::vector<Oid> read(ObjectPart part, const std::vector<Oid>& objects) {
    constexpr std::size_t kBatch = 64;
    const auto most = visit_large_ ? options_.memory / options_.workers : SIZE_MAX;
    std::vector<std::vector<Oid>> others(options_.workers);
    std::atomic<std::size_t> next{0};
    parallel(options_.workers, [&](unsigned worker) {
      const auto take = [&](const Object& object) {
        if (belongs(object.type, part)) {
          visit_(object, worker);
        } else {
          others[worker].push_back(object.id);
        }
      };
      const auto take_large = [&](ObjectStream& blob) { visit_large_(blob, worker); };
      auto& reader = readers_[worker];
      for (auto begin = next.fetch_add(kBatch); begin < objects.size(); begin = next.fetch_add(kBatch)) {
        for (auto i = begin; i < std::min(begin + kBatch, objects.size()); ++i) {
          check_stop();
          if (!reader.read(objects[i], most, take, take_large))
            on_error_(objects[i].hex(),
                      {"object cannot be read (" + reader.problem() + "); try: git fsck", reader.cause()},
                      worker);
        }
      }
    });
    std::vector<Oid> rest;
    for (const auto& each : others) rest.insert(rest.end(), each.begin(), each.end());
    return rest;
  }

  const ObjectWalkOptions& options_;
  const ObjectVisitor& visit_;
  const LargeObjectVisitor& visit_large_;
  const ObjectErrorSink& on_error_;
  std::vector<ObjectReader> readers_;  // by worker
  std::vector<WalkedPack> packs_;
  std::unordered_set<Oid, OidHash> tried_;  // what the packs declined
};

void ObjectWalk::run(const ObjectWalkOptions& options, const ObjectVisitor& visit,
                     const LargeObjectVisitor& visit_large, const ObjectErrorSink& on_error,
                     const std::function<void()>& before_trees) const {
  for (const auto* declined : {&database_.declined(), &declined_})
    for (const auto& [file, reason] : *declined) on_error(file.filename().native(), reason, 0);
  Run run(*this, options, visit, visit_large, on_error);
  auto trees = run.hand_on(ObjectPart::others, {loose_.begin(), loose_.end()});
  if (before_trees) before_trees();
  run.hand_on(ObjectPart::trees, std::move(trees));
}

void ObjectWalk::run_part(ObjectPart part, const ObjectWalkOptions& options, const ObjectVisitor& visit,
                          const ObjectErrorSink& on_error) const {
  const LargeObjectVisitor none;
  Run(*this, options, visit, none, on_error).hand_on(part, {loose_.begin(), loose_.end()});
}

}  // namespace keysift
