#include "source/git_files.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/failure.h"
#include "base/file.h"
#include "base/stop.h"
#include "base/text.h"
#include "source/file_tree.h"

namespace keysift {
namespace {
namespace fs = std::filesystem;

// Whether it is a .git folder, or the part of one that a linked worktree has.
bool is_git_dir(const fs::path& folder) {
  std::error_code error;
  return folder.filename() != "logs" && fs::exists(folder / "HEAD", error);
}

// Whether it is searched in another way, as objects and names of refs are, or holds nothing of its own.
bool is_left_out(const fs::path& path) {
  const auto& folder = path.parent_path();
  const auto name = path.filename().native();
  if (folder.filename() == "hooks") return name.ends_with(".sample");
  constexpr std::array<std::string_view, 5> kNames{"objects", "refs", "packed-refs", "lfs", "annex"};
  const bool is_one = std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
                      name.starts_with("index") || name.starts_with("sharedindex.");
  return is_one && is_git_dir(folder);
}

}  // namespace

void read_git_files(const Repository& repository, const ReadOptions& options, const BlobSink& sink,
                    const ErrorSink& on_error) {
  auto root = repository.common_dir();
  if (!root.has_filename()) root = root.parent_path();
  const std::string prefix = repository.work_tree() ? ".git/" : "";
  const UniqueFd folder(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::error_code error(folder ? 0 : errno, std::generic_category());
  std::string buffer;
  std::uint64_t count = 0;
  using Walk = fs::recursive_directory_iterator;
  for (Walk entry = error ? Walk() : Walk(root, error), end; !error && entry != end; entry.increment(error)) {
    check_stop();
    if (++count > options.limits.tree_entries) {
      on_error(prefix + ".",
               beyond(Cause::tree_entries, "git's own folder has more than " +
                                               std::to_string(options.limits.tree_entries) +
                                               " entries; the rest was not searched"),
               0);
      return;
    }
    const auto status = entry->symlink_status(error);
    if (error) break;
    const auto path = entry->path().lexically_relative(root).native();
    if (is_left_out(entry->path())) {
      if (fs::is_directory(status)) entry.disable_recursion_pending();
    } else if (fs::is_regular_file(status)) {
      read_walked_file(folder.get(), path, prefix + path, options, buffer, 0, sink, on_error);
    }
  }
  if (error) on_error(prefix + ".", "git's own files cannot be read: " + error.message(), 0);
}

}  // namespace keysift
