#include "env/image_contents.h"

#include <algorithm>

#include "base/path.h"

namespace keysift {
namespace {

constexpr std::size_t kMostPlaces = 1'000;  // of one file in all stages, before it counts as brought in

}  // namespace

// Where a file has been looked for already.
struct ImageContents::Way {
  std::set<std::pair<std::size_t, std::string>> seen;
};

ImageContents::ImageContents(Dockerfile file, std::string_view target) : file_(std::move(file)) {
  const auto stages = file_.stages.size();
  const auto wanted = stage_named(file_, target, stages);
  end_ = wanted < stages ? wanted + 1 : stages;
  for (const auto& stage : file_.stages) {
    auto& copies = copies_.emplace_back();
    for (const auto& instruction : stage.copies) {
      auto& copy = copies.emplace_back();
      copy.instruction = &instruction;
      for (const auto& written : instruction.sources) {
        auto& source = copy.sources.emplace_back();
        source.is_known = written.find('$') == std::string::npos;
        source.path = cleaned('/' + written);
        // For COPY, as for Go's filepath.Match, `**` is no more than `*`.
        if (source.path.find_first_of("*?[\\") != std::string::npos)
          source.pattern = std::make_unique<Pattern>(docker_regex(with_single_stars(source.path)));
      }
      std::string excludes;
      for (const auto& exclude : instruction.excludes) excludes += exclude + '\n';
      copy.excludes = DockerIgnore(excludes);
    }
  }
}

// The part of a file's path that the source names, which is the whole path or a folder above; nothing if it
// names neither.
std::optional<std::string_view> ImageContents::Source::part_of(std::string_view file) const {
  if (!is_known) return std::nullopt;
  if (path.empty()) return file.substr(0, 0);
  if (pattern == nullptr) {
    const bool is_it = file.starts_with(path) && (file.size() == path.size() || file[path.size()] == '/');
    return is_it ? std::optional(file.substr(0, path.size())) : std::nullopt;
  }
  for (auto end = file.find('/');; end = file.find('/', end + 1)) {
    const auto part = file.substr(0, end);
    if (pattern->found_in(part)) return part;
    if (end == std::string_view::npos) return std::nullopt;
  }
}

std::optional<std::string_view> ImageContents::Copy::part_of(std::string_view path) const {
  for (const auto& source : sources) {
    const auto part = source.part_of(path);
    if (!part) continue;
    const auto below = path.substr(std::min(part->size() + (part->empty() ? 0 : 1), path.size()));
    if (excludes.decide(below.empty() ? name_of(path) : below) == nullptr) return part;
  }
  return std::nullopt;
}

// Where the file may lie in the image then; none if that cannot be told.
std::vector<std::string> ImageContents::Copy::places_of(std::string_view part, std::string_view path) const {
  const auto& destination = instruction->destination;
  if (destination.empty()) return {};
  const auto folder = destination == "/" ? "" : destination;
  if (part.size() < path.size())
    return {folder + '/' + std::string(path.substr(part.empty() ? 0 : part.size() + 1))};
  std::vector<std::string> places{folder + '/' + std::string(name_of(path))};
  if (!instruction->into_folder) places.push_back(destination);
  return places;
}

const DockerCopy* ImageContents::brought_in_by(std::string_view path) const {
  Way way;
  for (std::size_t stage = 0; stage < end_; ++stage) {
    for (const auto& copy : copies_[stage]) {
      if (!copy.instruction->from.empty()) continue;
      const auto part = copy.part_of(path);
      if (part && leads_out(stage, copy.places_of(*part, path), way)) return copy.instruction;
    }
  }
  return nullptr;
}

bool ImageContents::leads_out(std::size_t stage, const std::vector<std::string>& places, Way& way) const {
  if (stage + 1 == end_ || places.empty()) return true;
  return std::any_of(places.begin(), places.end(),
                     [&](const std::string& place) { return leads_on(stage, place, way); });
}

bool ImageContents::leads_on(std::size_t stage, const std::string& place, Way& way) const {
  if (!way.seen.emplace(stage, place).second) return false;
  if (way.seen.size() > kMostPlaces) return true;
  const auto path = std::string_view(place).substr(1);
  for (auto later = stage + 1; later < end_; ++later) {
    if (stage_named(file_, file_.stages[later].base, later) == stage && leads_out(later, {place}, way))
      return true;
    for (const auto& copy : copies_[later]) {
      const auto& from = copy.instruction->from;
      if (from.empty() || stage_named(file_, from, later) != stage) continue;
      const auto part = copy.part_of(path);
      if (part && leads_out(later, copy.places_of(*part, path), way)) return true;
    }
  }
  return false;
}

bool ImageContents::is_named(std::string_view path) const {
  for (const auto& copies : copies_)
    for (const auto& copy : copies)
      for (const auto& source : copy.sources)
        if (copy.instruction->from.empty() && source.pattern == nullptr && source.path == path) return true;
  return false;
}

}  // namespace keysift
