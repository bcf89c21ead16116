// Closing the doors that a line in an ignore file closes.
#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "env/work_tree.h"
#include "finding/coverage.h"

namespace keysift {

/// Lines to be added to the end of an ignore file.
struct FileEdit {
  std::string path;                   ///< relative to the work tree's root
  std::optional<std::string> before;  ///< what the file holds; nothing if there is none yet
  std::vector<std::string> lines;     ///< without their ends

  /// What the file holds then: a last line without an end gets one, and the new lines end as those before do.
  std::string after() const;
};

/// The fewest lines that close what lines can close, sorted by file. Left out is what is allowed, and an
/// ignore file that is no regular file or is in UTF-16, where a line of ours would be noise.
std::vector<FileEdit> edits_for(const WorkTree& tree, std::span<const EnvFinding> findings);

/// Writes them below `root`. Throws Failure when a file cannot be written.
void write_edits(const std::filesystem::path& root, std::span<const FileEdit> edits);

/// The edits as `git apply` takes them: a unified diff with three lines of context.
std::string unified_diff(std::span<const FileEdit> edits);

}  // namespace keysift
