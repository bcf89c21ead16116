#include "env/commit_door.h"

#include "base/path.h"
#include "base/text.h"
#include "env/near_miss.h"

namespace keysift {
namespace {

Place place_of(const IgnoreDecision& decision) { return {decision.source, decision.line, decision.pattern}; }

std::string name_of(const Place& place) { return printable(place.path) + ":" + std::to_string(place.line); }

CommitState taken_back(const IgnoreDecision& decision, const std::optional<IgnoreDecision>& before) {
  if (!before) return {Coverage::not_ignored, place_of(decision), "It would take back any rule before it."};
  const auto rule = place_of(*before);
  return {Coverage::reincluded, place_of(decision),
          "It takes back " + rule.text + " (" + name_of(rule) + ")."};
}

}  // namespace

bool is_shared(const IgnoreDecision& decision) { return !decision.source.starts_with('/'); }

CommitState CommitDoor::state_of(std::string_view path, bool tracked) {
  const auto decision = ignores_.decide(path);
  const bool ignored = decision && !decision->negated;
  if (tracked && ignored) return {Coverage::tracked_ignored, place_of(*decision), {}};
  if (tracked) return {Coverage::tracked, {}, {}};
  if (ignored && is_shared(*decision)) return {std::nullopt, place_of(*decision), {}};
  if (ignored) return {Coverage::personal_rule, place_of(*decision), {}};
  if (decision) return taken_back(*decision, ignores_.taken_back(path));
  if (auto state = wrong_pattern(path)) return *state;
  if (const auto& state = ignored_elsewhere(name_of(path))) return *state;
  return {Coverage::not_ignored, {}, {}};
}

// The nearest ignore file is the one that somebody wrote for this file.
std::optional<CommitState> CommitDoor::wrong_pattern(std::string_view path) const {
  for (auto end = path.rfind('/') + 1;;) {
    const auto folder = path.substr(0, end);
    const auto file = std::string(folder) + ".gitignore";
    if (const auto bytes = tree_.read(file)) {
      const auto misses = near_misses(*bytes, path.substr(end), ignores_.folds_case());
      if (!misses.empty())
        return CommitState{Coverage::wrong_pattern,
                           {file, misses.front().line, misses.front().text},
                           misses.front().problem};
    }
    if (folder.empty()) return std::nullopt;
    end = folder.substr(0, end - 1).rfind('/') + 1;
  }
}

// Of a file that is ignored nowhere on its own path.
const std::optional<CommitState>& CommitDoor::ignored_elsewhere(std::string_view name) {
  const auto [entry, is_new] = by_name_.try_emplace(std::string(name));
  if (!is_new) return entry->second;
  for (const auto& folder : elsewhere_) {
    const auto other = folder + std::string(name);
    const auto decision = ignores_.decide(other);
    if (!decision || decision->negated || !is_shared(*decision)) continue;
    entry->second = {Coverage::partly_ignored, place_of(*decision),
                     "It ignores " + printable(other) + " only."};
    break;
  }
  return entry->second;
}

}  // namespace keysift
