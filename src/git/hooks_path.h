// Where git looks for hooks.
#pragma once
#include <filesystem>
#include <optional>

#include "git/repository.h"

namespace keysift {

/// The folder of a repository's own hooks, and what git uses in its place.
struct HooksPath {
  /// As core.hooksPath in the repository's configuration says, or .git/hooks. Empty: that names nothing, and
  /// git runs no hooks.
  std::filesystem::path folder;
  std::optional<std::filesystem::path>
      overruled_by;  ///< core.hooksPath of the user or the system; may be empty
};

/// Reads core.hooksPath (git-config(1)) as it stands for `repository`.
HooksPath hooks_path(const Repository& repository);

/// The file that `git config --global` writes to. Throws Failure when there can be none.
std::filesystem::path global_config_file();

/// core.hooksPath in the user's global configuration, "~/" resolved; nothing if it is not set. Throws Failure
/// when the configuration cannot be read.
std::optional<std::filesystem::path> global_hooks_path();

/// Sets core.hooksPath in global_config_file(). Throws Failure when that cannot be.
void set_global_hooks_path(const std::filesystem::path& folder);

/// Takes core.hooksPath out of the user's global configuration. Throws Failure when that cannot be.
void unset_global_hooks_path();

/// $XDG_CONFIG_HOME or ~/.config; empty if neither is known.
std::filesystem::path user_config_folder();

}  // namespace keysift
