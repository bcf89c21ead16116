#include "env/image_door.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "env/compose_file.h"
#include "env/docker_ignore.h"
#include "env/dockerfile.h"

namespace keysift {
namespace {

constexpr std::size_t kMostText = 200;    // of an instruction that is shown
constexpr std::size_t kMostWays = 1'000;  // between stages, before a file counts as copied

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }
std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

bool is_pattern(std::string_view source) { return source.find_first_of("*?[\\") != std::string_view::npos; }
bool has_variable(std::string_view source) { return source.find('$') != std::string_view::npos; }

// How one source of a COPY takes a file: the part of its path that the source names; nothing if it does not.
// "" stands for the whole context.
std::optional<std::string_view> taken_by(const std::string& source, std::string_view path) {
  if (has_variable(source)) return std::nullopt;
  const auto wanted = cleaned(source);
  if (wanted.empty()) return path.substr(0, 0);
  if (!is_pattern(wanted)) {
    const bool is_it =
        path.starts_with(wanted) && (path.size() == wanted.size() || path[wanted.size()] == '/');
    return is_it ? std::optional(path.substr(0, wanted.size())) : std::nullopt;
  }
  const Pattern pattern(docker_regex(wanted));
  for (auto end = path.find('/');; end = path.find('/', end + 1)) {
    const auto part = path.substr(0, end);
    if (pattern.found_in(part)) return part;
    if (end == std::string_view::npos) return std::nullopt;
  }
}

// A way of a file into a stage.
struct Taken {
  const DockerCopy* copy = nullptr;
  std::string_view part;  // of the file's path, which the source names
};

std::optional<Taken> taken_by(const DockerCopy& copy, std::string_view path) {
  for (const auto& source : copy.sources) {
    const auto part = taken_by(source, path);
    if (!part) continue;
    std::string excludes;
    for (const auto& exclude : copy.excludes) excludes += exclude + '\n';
    const auto below = path.substr(std::min(part->size() + (part->empty() ? 0 : 1), path.size()));
    if (DockerIgnore(excludes).decide(below.empty() ? name_of(path) : below) != nullptr) continue;
    return Taken{&copy, *part};
  }
  return std::nullopt;
}

// Where the file may lie in the image then; empty if that cannot be told.
std::vector<std::string> places_of(const Taken& taken, std::string_view path) {
  const auto& destination = taken.copy->destination;
  if (destination.empty()) return {};
  const auto folder = destination == "/" ? "" : destination;
  if (taken.part.size() < path.size())
    return {folder + '/' + std::string(path.substr(taken.part.empty() ? 0 : taken.part.size() + 1))};
  std::vector<std::string> places{folder + '/' + std::string(name_of(path))};
  if (!taken.copy->into_folder) places.push_back(destination);
  return places;
}

// Follows a file from the stage that copies it to the one that becomes the image.
class Stages {
 public:
  Stages(const Dockerfile& file, std::size_t last) : file_(file), last_(last) {}

  bool lead_out(std::size_t stage, const std::vector<std::string>& places) {
    if (stage == last_ || places.empty()) return true;
    return std::any_of(places.begin(), places.end(),
                       [&](const std::string& place) { return leads_out(stage, place); });
  }

 private:
  bool leads_out(std::size_t stage, const std::string& place) {
    if (!seen_.emplace(stage, place).second) return false;
    if (seen_.size() > kMostWays) return true;
    for (auto later = stage + 1; later <= last_; ++later) {
      if (stage_named(file_, file_.stages[later].base, later) == stage && lead_out(later, {place}))
        return true;
      for (const auto& copy : file_.stages[later].copies) {
        if (copy.from.empty() || stage_named(file_, copy.from, later) != stage) continue;
        // A stage's paths begin at its root.
        const auto taken = taken_by(copy, std::string_view(place).substr(1));
        if (taken && lead_out(later, places_of(*taken, std::string_view(place).substr(1)))) return true;
      }
    }
    return false;
  }

  const Dockerfile& file_;
  std::size_t last_;
  std::set<std::pair<std::size_t, std::string>> seen_;
};

// The first COPY that brings a file into the image.
std::optional<Taken> copy_of(const Dockerfile& file, const std::string& target, std::string_view path) {
  if (file.stages.empty()) return std::nullopt;
  auto last = target.empty() ? std::string::npos : stage_named(file, target, file.stages.size());
  last = std::min(last, file.stages.size() - 1);
  Stages stages(file, last);
  for (std::size_t stage = 0; stage <= last; ++stage) {
    for (const auto& copy : file.stages[stage].copies) {
      if (!copy.from.empty()) continue;
      const auto taken = taken_by(copy, path);
      if (taken && stages.lead_out(stage, places_of(*taken, path))) return taken;
    }
  }
  return std::nullopt;
}

// What Docker reads for one build.
class Build {
 public:
  Build(const WorkTree& tree, const ImageBuild& build)
      : build_(build), ignore_file_(ignore_file(tree, build)) {
    if (const auto bytes = tree.read(build.dockerfile)) file_ = parse_dockerfile(*bytes);
    ignore_ = DockerIgnore(tree.read(ignore_file_).value_or(""));
  }

  std::optional<Passage> passage_of(const std::string& path) const {
    if (!path.starts_with(build_.context)) return std::nullopt;
    const auto within = std::string_view(path).substr(build_.context.size());
    const auto taken = copy_of(file_, build_.target, within);
    if (!taken) return std::nullopt;
    Passage passage;
    passage.file = path;
    passage.door = Door::image;
    passage.into = "image of " + build_.dockerfile;
    const auto* rule = ignore_.decide(within);
    passage.open = rule == nullptr || rule->negated;
    passage.by = rule != nullptr
                     ? Place{ignore_file_, rule->line, rule->text}
                     : Place{build_.dockerfile, taken->copy->line, taken->copy->text.substr(0, kMostText)};
    if (!passage.open) return passage;
    // A COPY that names the file fails when it is ignored.
    if (taken->part == within &&
        std::none_of(taken->copy->sources.begin(), taken->copy->sources.end(), is_pattern)) {
      passage.advice =
          "Take the file out of this instruction, and give the container its values when it runs: docker run "
          "--env-file.";
    } else {
      passage.ignore_file = ignore_file_;
      passage.pattern = docker_pattern_of(name_of(path));
    }
    return passage;
  }

 private:
  // BuildKit prefers one that is named after the Dockerfile.
  static std::string ignore_file(const WorkTree& tree, const ImageBuild& build) {
    auto own = build.dockerfile + ".dockerignore";
    return tree.has_file(own) ? own : build.context + ".dockerignore";
  }

  const ImageBuild& build_;
  std::string ignore_file_;
  Dockerfile file_;
  DockerIgnore ignore_{""};
};

// The nearest folder, from the Dockerfile's own upwards, in which all is that it copies by name.
std::string likely_context(const WorkTree& tree, const std::string& dockerfile) {
  std::vector<std::string> sources;
  const auto bytes = tree.read(dockerfile);
  for (const auto& stage : parse_dockerfile(bytes.value_or("")).stages)
    for (const auto& copy : stage.copies)
      if (copy.from.empty())
        for (const auto& source : copy.sources)
          if (!is_pattern(source) && !has_variable(source) && !cleaned(source).empty())
            sources.push_back(cleaned(source));
  const auto own = folder_of(dockerfile);
  for (auto folder = own;; folder = folder_of(folder.substr(0, folder.size() - 1))) {
    const auto is_there = [&](const std::string& source) { return tree.has(std::string(folder) + source); };
    const auto name = name_of(folder.substr(0, std::max<std::size_t>(folder.size(), 1) - 1));
    const bool is_apart = folder == own && (name == "docker" || name == ".docker" || name == ".devcontainer");
    if (!(is_apart && sources.empty()) && std::all_of(sources.begin(), sources.end(), is_there))
      return std::string(folder);
    if (folder.empty()) return std::string(own);
  }
}

std::optional<ImageBuild> build_of(const WorkTree& tree, std::string_view folder, const ComposeBuild& build) {
  if (has_variable(build.context) || has_variable(build.dockerfile)) return std::nullopt;
  auto context = resolved(folder, build.context);
  if (!context) return std::nullopt;
  if (!context->empty() && !context->ends_with('/')) *context += '/';
  for (const auto& name : {build.dockerfile, std::string("Dockerfile"), std::string("Containerfile")}) {
    if (name.empty()) continue;
    const auto dockerfile = resolved(*context, name);
    if (dockerfile && tree.has_file(*dockerfile)) return ImageBuild{*dockerfile, *context, build.target};
  }
  return std::nullopt;
}

}  // namespace

bool is_dockerfile(std::string_view path) {
  const auto name = name_of(path);
  if (name.ends_with(".dockerignore")) return false;
  return name == "Dockerfile" || name == "Containerfile" || name.starts_with("Dockerfile.") ||
         name.starts_with("Containerfile.") || name.ends_with(".Dockerfile") || name.ends_with(".dockerfile");
}

std::vector<ImageBuild> image_builds(const WorkTree& tree, std::span<const std::string> dockerfiles,
                                     std::span<const std::string> compose_files) {
  std::set<ImageBuild> builds;
  std::set<std::string_view> named;
  for (const auto& path : compose_files) {
    const auto bytes = tree.read(path);
    for (const auto& each : parse_compose_file(bytes.value_or("")).builds)
      if (auto build = build_of(tree, folder_of(path), each)) builds.insert(std::move(*build));
  }
  for (const auto& build : builds) named.insert(build.dockerfile);
  std::vector<ImageBuild> all(builds.begin(), builds.end());
  for (const auto& dockerfile : dockerfiles)
    if (!named.contains(dockerfile)) all.push_back({dockerfile, likely_context(tree, dockerfile), ""});
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<Passage> image_passages(const WorkTree& tree, std::span<const ImageBuild> builds,
                                    std::span<const std::string> paths) {
  std::vector<Passage> passages;
  for (const auto& each : builds) {
    const Build build(tree, each);
    for (const auto& path : paths)
      if (auto passage = build.passage_of(path)) passages.push_back(std::move(*passage));
  }
  return passages;
}

std::vector<EnvFinding> image_variables(const WorkTree& tree, std::span<const std::string> dockerfiles,
                                        const std::function<bool(std::string_view)>& is_key) {
  std::vector<EnvFinding> findings;
  for (const auto& path : dockerfiles) {
    const auto bytes = tree.read(path);
    for (const auto& variable : parse_dockerfile(bytes.value_or("")).variables) {
      if (!is_key(variable.name + '=' + variable.value)) continue;
      auto& finding = findings.emplace_back();
      finding.path = path;
      finding.coverage = Coverage::image_variable;
      finding.cause = {path, variable.line, variable.instruction + ' ' + variable.name};
      finding.advice =
          "Revoke the key and take the line out. Give a build its secrets with RUN --mount=type=secret, a "
          "container with "
          "docker run --env-file.";
    }
  }
  return findings;
}

std::vector<Reference> compose_references(const WorkTree& tree, std::span<const std::string> compose_files) {
  std::vector<Reference> references;
  for (const auto& path : compose_files) {
    const auto bytes = tree.read(path);
    for (const auto& read : parse_compose_file(bytes.value_or("")).reads) {
      if (has_variable(read.path) || read.path.starts_with('~')) continue;
      if (auto file = resolved(folder_of(path), read.path); file && !file->empty() && !file->ends_with('/'))
        references.push_back({std::move(*file), {path, read.line, read.key}});
    }
  }
  return references;
}

}  // namespace keysift
