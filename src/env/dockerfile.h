// Dockerfiles: https://docs.docker.com/reference/dockerfile/
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keysift {

/// A COPY or ADD.
struct DockerCopy {
  std::size_t line = 0;               ///< where it begins, from 1
  std::string text;                   ///< the instruction on one line
  std::vector<std::string> sources;   ///< as they are written; those of ADD that are no paths are left out
  std::string destination;            ///< absolute in the image; empty if it cannot be told
  bool into_folder = false;           ///< the destination can only be a folder
  std::string from;                   ///< the stage or image that it copies from; empty: the build's context
  std::vector<std::string> excludes;  ///< patterns of .dockerignore that it leaves out
};

/// From one FROM to the next.
struct DockerStage {
  std::string name;  ///< in lower case; empty if it has none
  std::string base;  ///< the image or stage that it builds on, in lower case
  std::vector<DockerCopy> copies;
};

/// A variable that ENV or ARG gives a value.
struct DockerVariable {
  std::size_t line = 0;
  std::string instruction;  ///< "ENV" or "ARG"
  std::string name;
  std::string value;  ///< without quotes
};

/// What matters of a Dockerfile here.
struct Dockerfile {
  std::vector<DockerStage> stages;
  std::vector<DockerVariable> variables;
};

/// Reads a Dockerfile; what is wrong in it is passed over, as far as that goes.
Dockerfile parse_dockerfile(std::string_view bytes);

/// The number of the stage called `name`, or whose number `name` is, among the first `count`; npos if there
/// is none.
std::size_t stage_named(const Dockerfile& file, std::string_view name, std::size_t count);

}  // namespace keysift
