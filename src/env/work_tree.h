// The files of a work tree, for reading those that say what gets out.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"

namespace keysift {

/// Reads below one folder, and nothing outside it: links on the way are not followed. Threads may share it.
class WorkTree {
 public:
  /// A file of more bytes than this is not read: nobody writes a Dockerfile of that size.
  static constexpr std::size_t kMaxFile = 4 << 20;

  /// Throws Failure when `root` cannot be opened.
  explicit WorkTree(const std::filesystem::path& root);

  /// The contents of the regular file at `path`, relative to the root; nothing if there is none, if a link
  /// leads to it or if it is larger than kMaxFile.
  std::optional<std::string> read(std::string_view path) const;

  /// Whether there is anything at `path`, a regular file, or a folder.
  bool has(std::string_view path) const;
  bool has_file(std::string_view path) const;
  bool has_folder(std::string_view path) const;

  /// The permission bits of the regular file at `path`; nothing if there is none.
  std::optional<unsigned> mode(std::string_view path) const;

 private:
  UniqueFd enter(std::string_view& path) const;
  UniqueFd root_;
};

/// `path` without "." and ".." and doubled '/', from the folder `base` ("" or ending with '/') on; nothing if
/// it leads out of the root or is absolute.
std::optional<std::string> resolved(std::string_view base, std::string_view path);

}  // namespace keysift
