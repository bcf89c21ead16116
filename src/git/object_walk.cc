#include "git/object_walk.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <tuple>
#include <utility>

#include "base/parallel.h"
#include "git/pack_walk.h"

namespace keysift {

ObjectWalk::ObjectWalk(const ObjectDatabase& database, unsigned workers) : database_(database) {
  for (const auto& pack : database.packs()) forests_.emplace_back(pack, workers);
  const auto loose = database.loose();
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

void ObjectWalk::run(const ObjectWalkOptions& options, const ObjectVisitor& visit,
                     const LargeObjectVisitor& visit_large, const ObjectErrorSink& on_error) const {
  for (const auto& [file, reason] : database_.declined()) on_error(file.filename().native(), reason, 0);
  std::vector<ObjectReader> readers;
  for (unsigned worker = 0; worker < options.workers; ++worker) readers.emplace_back(database_);
  const auto find_base = [&](const Oid& base, unsigned worker) { return readers[worker].read(base); };
  std::vector<WalkedPack> walked;
  auto skip = duplicates();
  for (std::size_t i = 0; i < forests_.size(); ++i) walked.push_back({&forests_[i], std::move(skip[i])});
  auto rest = walk_packs(walked, {options.workers, options.memory, options.only}, find_base, visit);
  rest.insert(rest.end(), loose_.begin(), loose_.end());

  constexpr std::size_t kBatch = 64;
  const auto most = visit_large ? options.memory / options.workers : SIZE_MAX;
  std::atomic<std::size_t> next{0};
  parallel(options.workers, [&](unsigned worker) {
    const auto take = [&](const Object& object) {
      if (!options.only || object.type == *options.only) visit(object, worker);
    };
    const auto take_large = [&](ObjectStream& blob) { visit_large(blob, worker); };
    auto& reader = readers[worker];
    for (auto begin = next.fetch_add(kBatch); begin < rest.size(); begin = next.fetch_add(kBatch)) {
      for (auto i = begin; i < std::min(begin + kBatch, rest.size()); ++i) {
        if (!reader.read(rest[i], most, take, take_large))
          on_error(rest[i].hex(), "object cannot be read (" + reader.problem() + "); try: git fsck", worker);
      }
    }
  });
}

}  // namespace keysift
