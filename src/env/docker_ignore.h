// Docker's ignore files: https://docs.docker.com/build/concepts/context/#dockerignore-files
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rule/pattern.h"

namespace keysift {

/// A line of the file that can fit something.
struct DockerIgnoreLine {
  std::size_t line = 0;  ///< its number, from 1
  std::string text;      ///< as it is written, without blanks around it
  bool negated = false;  ///< begins with '!': takes a file back
  std::unique_ptr<Pattern> pattern;
};

/// A .dockerignore, read as Docker's own package patternmatcher does, which differs from git: each pattern
/// begins at the root of the build's context, a '!' works below an excluded folder, too, and blanks on both
/// sides do not count.
class DockerIgnore {
 public:
  explicit DockerIgnore(std::string_view bytes);

  /// The line that decides about the file at `path`, relative to the context: the last that fits the file or
  /// a folder above it. None: nullptr, and the file is not excluded.
  const DockerIgnoreLine* decide(std::string_view path) const;

 private:
  void add(std::size_t number, std::string_view line);
  std::vector<DockerIgnoreLine> lines_;
};

/// A pattern that fits just what is called `name`.
std::string docker_name(std::string_view name);

/// What a pattern fits, as RE2 has it, from the beginning of a path to its end: as Go's path/filepath.Match,
/// and `**` for any number of folders; at the beginning, where nothing else is special, for anything.
std::string docker_regex(std::string_view pattern);

/// A pattern in which `*` stands for each `**`: that of who knows none.
std::string with_single_stars(std::string pattern);

/// `path` without ".", "..", doubled '/' and '/' at its ends, as Go's path/filepath.Clean has it; "" for the
/// root itself. Only a path that does not begin with '/' may begin with ".." then.
std::string cleaned(std::string_view path);

}  // namespace keysift
