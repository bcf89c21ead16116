#include "report/keys.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/date.h"

namespace keysift {
namespace {

/// When it was made; `unknown` if its date cannot be read.
std::int64_t seconds_of(const CommitInfo& commit, std::int64_t unknown) {
  return parse_date(commit.date).value_or(unknown);
}

/// Those that are live first, of these the surest, of these those that were out longest.
std::vector<Key> by_rank(std::vector<Key> keys) {
  struct Ranked {
    Urgency urgency;
    Confidence confidence;
    std::optional<std::uint64_t> exposed_days;
    Key* key;
  };
  std::vector<Ranked> ranked;  // a key may have a hundred thousand places: they are looked through once
  for (auto& key : keys) ranked.push_back({key.urgency(), key.confidence(), key.exposed_days(), &key});
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    return std::tie(a.urgency, b.confidence, b.exposed_days) <
           std::tie(b.urgency, a.confidence, a.exposed_days);
  });
  std::vector<Key> sorted;
  for (const auto& each : ranked) sorted.push_back(std::move(*each.key));
  return sorted;
}

}  // namespace

Urgency urgency(const Finding& finding) {
  if (!finding.provenance || finding.origin == Origin::worktree) return Urgency::live;
  switch (finding.provenance->state) {
    case BlobState::live:
      return Urgency::live;
    case BlobState::history_only:
      return Urgency::history_only;
    case BlobState::unreachable:
      break;
  }
  return Urgency::unreachable;
}

Confidence Key::confidence() const {
  const auto surer = [](const Finding* a, const Finding* b) { return a->confidence < b->confidence; };
  return (*std::max_element(places.begin(), places.end(), surer))->confidence;
}

const CommitInfo* Key::introduced() const {
  const CommitInfo* first = nullptr;
  for (const auto* place : places) {
    if (!place->provenance || !place->provenance->introduced) continue;
    const auto& commit = *place->provenance->introduced;
    if (first == nullptr || seconds_of(commit, INT64_MAX) < seconds_of(*first, INT64_MAX)) first = &commit;
  }
  return first;
}

const CommitInfo* Key::removed() const {
  const CommitInfo* last = nullptr;
  if (urgency() == Urgency::live) return last;
  for (const auto* place : places) {
    if (!place->provenance || !place->provenance->removed) continue;
    const auto& commit = *place->provenance->removed;
    if (last == nullptr || seconds_of(commit, INT64_MIN) > seconds_of(*last, INT64_MIN)) last = &commit;
  }
  return last;
}

std::optional<std::uint64_t> Key::exposed_days() const {
  std::optional<std::uint64_t> longest;
  for (const auto* place : places)
    if (place->provenance) longest = std::max(longest, place->provenance->exposed_days);
  return longest;
}

bool Key::overdue() const {
  return std::any_of(places.begin(), places.end(),
                     [](const Finding* place) { return place->provenance && place->provenance->overdue(); });
}

bool is_rewritable(const Key& key) { return key.urgency() == Urgency::history_only; }

std::vector<Key> keys_of(const std::vector<Finding>& findings) {
  const auto by_secret = [](const Secret* a, const Secret* b) { return *a < *b; };
  std::map<const Secret*, std::size_t, decltype(by_secret)> index(by_secret);
  std::vector<Key> keys;
  for (const auto& finding : findings) {
    const auto [at, is_new] = index.try_emplace(&finding.secret, keys.size());
    if (is_new) keys.emplace_back();
    keys[at->second].places.push_back(&finding);
  }
  // Of two, the one whose history is known has more to tell.
  const auto first = [](const Finding* a, const Finding* b) {
    return std::pair(urgency(*a), !a->provenance) < std::pair(urgency(*b), !b->provenance);
  };
  for (auto& key : keys) std::stable_sort(key.places.begin(), key.places.end(), first);
  return by_rank(std::move(keys));
}

}  // namespace keysift
