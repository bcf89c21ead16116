// Compose files: https://docs.docker.com/reference/compose-file/
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace keysift {

/// An image that a Compose file says how to build.
struct ComposeBuild {
  std::string context;     ///< a path from the file's folder on
  std::string dockerfile;  ///< a path from the context on; empty: the usual one
  std::string target;      ///< the stage; empty: the last
};

/// A file that a Compose file reads.
struct ComposeRead {
  std::string path;      ///< from the Compose file's folder on
  std::size_t line = 0;  ///< of the Compose file
  std::string key;       ///< what names it: "env_file" ...
};

struct ComposeFile {
  std::vector<ComposeBuild> builds;
  std::vector<ComposeRead>
      reads;  ///< what `env_file` and `secrets` name, and `.env`, if values are put in from it
};

/// Reads a Compose file. One that is no YAML, or nests too deep, has nothing.
ComposeFile parse_compose_file(std::string_view bytes);

/// Whether a file is called like a Compose file.
bool is_compose_file(std::string_view path);

}  // namespace keysift
