#include "cli/allowing_files.h"

#include <fcntl.h>

#include <utility>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"

namespace keysift {

AllowingFiles::AllowingFiles(std::filesystem::path folder, const std::string& from)
    : folder_(std::move(folder)), from_(from) {
  if (!from_.empty() && from_ != kNowhere)
    commit_ = std::make_unique<CommitFiles>(folder_, "--config-from", from_);
}

std::string AllowingFiles::place(const std::string& name) const {
  return commit_ ? commit_->shown(name) : printable((folder_ / name).native());
}

std::optional<std::string> AllowingFiles::read(const std::string& name) const {
  if (commit_) return commit_->read(name, kMaxAllowingFile);
  if (!in_folder()) return std::nullopt;
  const auto file = folder_ / name;
  std::error_code error;  // then it is no regular file
  const auto status = std::filesystem::symlink_status(file, error);
  if (std::filesystem::is_symlink(status))
    throw Failure("cannot read " + place(name) + ": it is a link, which is not followed");
  if (!std::filesystem::is_regular_file(status)) return std::nullopt;
  return read_file(file, kMaxAllowingFile);
}

std::optional<std::string> AllowingFiles::read_below(const std::string& path) const {
  const auto way = std::filesystem::path(path).lexically_normal();
  if (way.is_absolute() || way.native() == ".." || way.native().starts_with("../"))
    throw Failure(
        "a configuration extends " + printable(path) +
        ", which lies outside of the repository; only files in it are read; to take another: --config "
        "FILE");
  if (commit_) return commit_->read(path, kMaxAllowingFile);
  if (!in_folder()) return std::nullopt;
  const UniqueFd folder(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return std::nullopt;
  return read_regular_file(folder.get(), path, kMaxAllowingFile, O_NOFOLLOW);
}

}  // namespace keysift
