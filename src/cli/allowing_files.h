// The files that say what is allowed: .keysift.toml, .keysiftignore and .gitleaksignore.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/options.h"
#include "git/commit_files.h"

namespace keysift {

/// The most bytes that such a file may have: people write some thousand lines at most.
inline constexpr std::size_t kMaxAllowingFile = std::size_t{4} << 20;

/// Reads them from where `--config-from` says: a commit, nowhere, or else a folder.
class AllowingFiles {
 public:
  /// `folder`: the root of what is scanned. Throws Failure when there is no commit as `from` names one.
  AllowingFiles(std::filesystem::path folder, const std::string& from);

  /// Whether they are those of a folder, which came with what is scanned.
  bool in_folder() const { return from_.empty(); }

  /// The commit's name; empty if it is none.
  std::string commit() const { return commit_ ? commit_->commit().hex() : ""; }

  /// What reports call the file.
  std::string shown(const std::string& name) const { return commit_ ? commit_->shown(name) : name; }

  /// What messages call it, for there may be several folders.
  std::string place(const std::string& name) const;

  /// Its contents; nothing if there is none. Throws Failure when it is a link or too large, or cannot be
  /// read.
  std::optional<std::string> read(const std::string& name) const;

  /// The same for a file anywhere below the root, without links on the way to it. Throws Failure also for a
  /// path that leads out of it.
  std::optional<std::string> read_below(const std::string& path) const;

 private:
  std::filesystem::path folder_;
  std::string from_;
  std::unique_ptr<CommitFiles> commit_;
};

}  // namespace keysift
