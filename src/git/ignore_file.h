// An ignore file in git's syntax (gitignore(5)).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_pattern.h"

namespace keysift {

/// An ignore file of more bytes than this (far more than people write) counts as empty.
constexpr std::size_t kMaxIgnoreFile = 4 << 20;

/// A line that can fit something. Views into the file's bytes.
struct IgnorePattern {
  std::string_view written;  ///< the whole line, without spaces and CR at its end
  PathPattern path;
  std::uint32_t line = 0;  ///< its number, from 1
  bool negated = false;    ///< begins with '!': not ignored
};

/// The patterns of one file, as git reads them: without a byte order mark, comments, and spaces and CR at the
/// end of a line.
class IgnoreFile {
 public:
  /// `source` is the name that reports use.
  IgnoreFile(std::string source, std::string bytes);
  IgnoreFile(const IgnoreFile&) = delete;
  IgnoreFile& operator=(const IgnoreFile&) = delete;

  const std::string& source() const { return source_; }
  const std::vector<IgnorePattern>& patterns() const { return patterns_; }

  /// The last pattern that fits `path` itself, whatever becomes of the folders above it; none: nullptr.
  /// `path` is relative to the file's folder, without '/' at its end. Without `takes_back`, those with '!' do
  /// not count.
  const IgnorePattern* last_fitting(std::string_view path, bool is_folder, bool fold_case,
                                    bool takes_back = true) const;

  /// The pattern that decides about the file at `path` if this is the only ignore file: that of the first
  /// folder above it that is ignored, else the last that fits; none: nullptr.
  const IgnorePattern* decide(std::string_view path, bool fold_case) const;

 private:
  std::string source_;
  std::string bytes_;
  std::vector<IgnorePattern> patterns_;
};

}  // namespace keysift
