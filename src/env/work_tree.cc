#include "env/work_tree.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

[[noreturn]] void fail(std::string_view path) {
  throw Failure("cannot read " + printable(path) + ": " + std::strerror(errno));
}

std::optional<struct stat> status_of(int folder, std::string_view name) {
  struct stat status {};
  if (fstatat(folder, std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (!is_unavailable(errno)) fail(name);
  return std::nullopt;
}

}  // namespace

WorkTree::WorkTree(const std::filesystem::path& root)
    : root_(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!root_) fail(root.native());
}

// Opens the folder that `path` lies in, and leaves of `path` its last part.
UniqueFd WorkTree::enter(std::string_view& path) const {
  UniqueFd folder(openat(root_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (auto slash = path.find('/'); folder && slash != std::string_view::npos; slash = path.find('/')) {
    const std::string name(path.substr(0, slash));
    folder = UniqueFd(openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    path.remove_prefix(slash + 1);
  }
  if (!folder && !is_unavailable(errno)) fail(path);
  return folder;
}

std::optional<std::string> WorkTree::read(std::string_view path) const {
  const auto folder = enter(path);
  if (!folder) return std::nullopt;
  return read_regular_file(folder.get(), std::string(path), kMaxFile, O_NOFOLLOW);
}

bool WorkTree::has(std::string_view path) const {
  const auto folder = enter(path);
  return folder && status_of(folder.get(), path);
}

bool WorkTree::has_file(std::string_view path) const { return mode(path).has_value(); }

bool WorkTree::has_folder(std::string_view path) const {
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return true;
  const auto folder = enter(path);
  const auto status = folder ? status_of(folder.get(), path) : std::nullopt;
  return status && S_ISDIR(status->st_mode);
}

std::optional<unsigned> WorkTree::mode(std::string_view path) const {
  const auto folder = enter(path);
  const auto status = folder ? status_of(folder.get(), path) : std::nullopt;
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  return status->st_mode & 07777;
}

std::optional<std::string> resolved(std::string_view base, std::string_view path) {
  if (path.starts_with('/')) return std::nullopt;
  std::string all(base);
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    const bool is_folder = path.starts_with('/');
    if (is_folder) path.remove_prefix(1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (all.empty()) return std::nullopt;
      all.resize(all.rfind('/', all.size() - 2) + 1);
      continue;
    }
    all += part;
    if (is_folder) all += '/';
  }
  return all;
}

}  // namespace keysift
