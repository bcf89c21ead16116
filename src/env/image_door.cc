#include "env/image_door.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/path.h"
#include "env/compose_file.h"
#include "env/docker_ignore.h"
#include "env/dockerfile.h"
#include "env/image_contents.h"

namespace keysift {
namespace {

constexpr std::size_t kMostText = 200;  // of an instruction that is shown

bool is_pattern(std::string_view source) { return source.find_first_of("*?[\\") != std::string_view::npos; }
bool has_variable(std::string_view source) { return source.find('$') != std::string_view::npos; }

// What Docker reads for one build.
class Build {
 public:
  Build(const WorkTree& tree, const ImageBuild& build)
      : build_(build),
        contents_(parse_dockerfile(tree.read(build.dockerfile).value_or("")), build.target),
        ignore_file_(ignore_file(tree, build)),
        ignore_(tree.read(ignore_file_).value_or("")) {}

  std::optional<Passage> passage_of(const std::string& path) const {
    if (!path.starts_with(build_.context)) return std::nullopt;
    const auto within = std::string_view(path).substr(build_.context.size());
    const auto* copy = contents_.brought_in_by(within);
    if (copy == nullptr) return std::nullopt;
    Passage passage;
    passage.file = path;
    passage.door = Door::image;
    passage.into = "image of " + build_.dockerfile;
    const auto* rule = ignore_.decide(within);
    passage.open = rule == nullptr || rule->negated;
    passage.by = rule != nullptr ? Place{ignore_file_, rule->line, rule->text}
                                 : Place{build_.dockerfile, copy->line, copy->text.substr(0, kMostText)};
    if (!passage.open) return passage;
    // A COPY that names the file fails when it is ignored.
    if (contents_.is_named(within)) {
      passage.advice =
          "Take the file out of this instruction, and give the container its values when it runs: docker run "
          "--env-file.";
    } else {
      passage.ignore_file = ignore_file_;
      passage.pattern = "**/" + docker_name(name_of(path));
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
  ImageContents contents_;
  std::string ignore_file_;
  DockerIgnore ignore_;
};

// The nearest folder, from the Dockerfile's own upwards, in which all is that it copies by name.
std::string likely_context(const WorkTree& tree, const std::string& dockerfile) {
  std::vector<std::string> sources;
  const auto bytes = tree.read(dockerfile);
  for (const auto& stage : parse_dockerfile(bytes.value_or("")).stages)
    for (const auto& copy : stage.copies)
      if (copy.from.empty())
        for (const auto& source : copy.sources)
          if (!is_pattern(source) && !has_variable(source) && !cleaned('/' + source).empty())
            sources.push_back(cleaned('/' + source));
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
      if (auto build = build_of(tree, folder_of(path), each)) {
        // Compose may ask for a stage that people develop in; what is deployed is the last one.
        builds.insert({build->dockerfile, build->context, ""});
        builds.insert(std::move(*build));
      }
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
