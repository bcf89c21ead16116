// What gets from a build's context into the image.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "env/docker_ignore.h"
#include "env/dockerfile.h"
#include "rule/pattern.h"

namespace keysift {

/// Follows files through the stages of one Dockerfile to the one that becomes the image. Ignore files are for
/// others to ask.
class ImageContents {
 public:
  /// `target` names the stage that becomes the image; empty, or none of the file's: the last one.
  ImageContents(Dockerfile file, std::string_view target);

  /// The first COPY or ADD that brings in the file at `path`, relative to the context; nullptr if none does.
  /// Where a destination cannot be told (a variable, or the folder that a base image works in), the file
  /// counts as brought in.
  const DockerCopy* brought_in_by(std::string_view path) const;

  /// Whether a COPY or ADD names the file itself, and so fails when it is not there.
  bool is_named(std::string_view path) const;

 private:
  struct Source {
    std::string path;                  // "" is all
    std::unique_ptr<Pattern> pattern;  // none: the path is literal
    bool is_known = true;              // no variable stands in it
    std::optional<std::string_view> part_of(std::string_view path) const;
  };

  struct Copy {
    const DockerCopy* instruction = nullptr;
    std::vector<Source> sources;
    DockerIgnore excludes{""};
    std::optional<std::string_view> part_of(std::string_view path) const;
    std::vector<std::string> places_of(std::string_view part, std::string_view path) const;
  };

  struct Way;
  bool leads_out(std::size_t stage, const std::vector<std::string>& places, Way& way) const;
  bool leads_on(std::size_t stage, const std::string& place, Way& way) const;

  Dockerfile file_;
  std::size_t end_ = 0;                    // behind the stage that becomes the image
  std::vector<std::vector<Copy>> copies_;  // by stage
};

}  // namespace keysift
