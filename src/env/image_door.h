// Whether a file with secrets, or a secret, gets into a container image.
#pragma once
#include <compare>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "env/reference.h"
#include "env/work_tree.h"
#include "finding/coverage.h"

namespace keysift {

/// An image that can be built here.
struct ImageBuild {
  std::string dockerfile;  ///< relative to the work tree's root
  std::string context;     ///< the folder that the build sees, "" or ending with '/'
  std::string target;      ///< the stage that becomes the image; empty: the last one
  auto operator<=>(const ImageBuild&) const = default;
};

/// Whether a file is called like a Dockerfile.
bool is_dockerfile(std::string_view path);

/// The builds that Compose files name, and one for each other Dockerfile, sorted. The context of those is not
/// written down: it is taken for the nearest folder, from their own upwards, that has all that they copy.
std::vector<ImageBuild> image_builds(const WorkTree& tree, std::span<const std::string> dockerfiles,
                                     std::span<const std::string> compose_files);

/// How each of `paths` stands at each build that would copy it but for an ignore file. They are relative to
/// the work tree's root, and need not be there.
std::vector<Passage> image_passages(const WorkTree& tree, std::span<const ImageBuild> builds,
                                    std::span<const std::string> paths);

/// The variables of Dockerfiles whose value is a secret. `is_key` is asked of "NAME=value".
std::vector<EnvFinding> image_variables(const WorkTree& tree, std::span<const std::string> dockerfiles,
                                        const std::function<bool(std::string_view)>& is_key);

/// What Compose files read.
std::vector<Reference> compose_references(const WorkTree& tree, std::span<const std::string> compose_files);

}  // namespace keysift
