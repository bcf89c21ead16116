#include "git/ignore.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "git/hooks_path.h"

namespace keysift {
namespace fs = std::filesystem;
namespace {

// Nothing when the file holds no pattern. `flags`: further ones for open().
std::shared_ptr<const IgnoreFile> read_rules(const std::string& path, std::string source, int flags) {
  auto bytes = read_regular_file(AT_FDCWD, path, kMaxIgnoreFile, flags);
  if (!bytes) return nullptr;
  auto file = std::make_shared<const IgnoreFile>(std::move(source), std::move(*bytes));
  return file->patterns().empty() ? nullptr : file;
}

bool is_real_folder(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0) return S_ISDIR(status.st_mode);
  if (is_unavailable(errno)) return false;
  throw SystemFailure("cannot read " + printable(path) + ": " + std::strerror(errno));
}

// Where the user's ignore file is when core.excludesFile does not say; empty for nowhere.
fs::path default_user_file() {
  const auto config = user_config_folder();
  return config.empty() ? config : config / "git/ignore";
}

fs::path user_file(git_config& config) {
  git_buf value{};
  const int status = git_config_get_path(&value, &config, "core.excludesfile");
  const fs::path path = status == 0 ? fs::path(std::string(value.ptr, value.size)) : fs::path();
  git_buf_dispose(&value);
  return status == GIT_ENOTFOUND ? default_user_file() : path;
}

}  // namespace

Ignores::Ignores(const Repository& repository) {
  const auto work_tree = repository.work_tree();
  if (work_tree) root_ = (*work_tree / "").native();
  const auto add = [&](const fs::path& path) {
    if (auto rules = read_rules(path.native(), path.native(), 0)) elsewhere_.push_back(std::move(rules));
  };
  add(repository.common_dir() / "info/exclude");
  git_config* raw = nullptr;
  if (git_answer([&] { return git_repository_config_snapshot(&raw, repository.get()); }) == 0) {
    const GitHandle<git_config, git_config_free> config(raw);
    int fold_case = 0;
    fold_case_ = git_config_get_bool(&fold_case, raw, "core.ignorecase") == 0 && fold_case != 0;
    add(fs::path(root_) / user_file(*raw));
  }
  folders_.push_back({0, work_tree.has_value(), {}, nullptr});
  if (work_tree) folders_.back().rules = read_rules(root_ + ".gitignore", ".gitignore", O_NOFOLLOW);
}

std::optional<IgnoreDecision> Ignores::decide(std::string_view path) { return decision(find(path)); }

std::optional<IgnoreDecision> Ignores::taken_back(std::string_view path) {
  return decision(find(path, false));
}

std::optional<IgnoreDecision> Ignores::decision(const Match& match) {
  if (match.pattern == nullptr) return std::nullopt;
  return IgnoreDecision{match.file->source(), match.pattern->line, std::string(match.pattern->written),
                        match.pattern->negated};
}

bool Ignores::ignores(std::string_view path) {
  const auto found = find(path);
  return found.pattern != nullptr && !found.pattern->negated;
}

Ignores::Match Ignores::find(std::string_view path, bool takes_back) {
  const bool is_folder = path.ends_with('/');
  if (is_folder) path.remove_suffix(1);
  enter(path.substr(0, path.rfind('/') + 1));
  const auto& excluded = folders_.back().excluded;
  return excluded.pattern != nullptr ? excluded : match(path, is_folder, takes_back);
}

// `path` lies in the last of the folders that were entered.
Ignores::Match Ignores::match(std::string_view path, bool is_folder, bool takes_back) const {
  Match match;
  const auto decides = [&](const IgnoreFile& file, std::size_t base) {
    match = {&file, file.last_fitting(path.substr(base), is_folder, fold_case_, takes_back)};
    return match.pattern != nullptr;
  };
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
    if (folder->rules && decides(*folder->rules, folder->length)) return match;
  }
  for (const auto& file : elsewhere_) {
    if (decides(*file, 0)) return match;
  }
  return {};
}

// Goes to `folder`, or as far as the first on the way there that is excluded.
void Ignores::enter(std::string_view folder) {
  while (!folder.starts_with(folder_)) {
    folders_.pop_back();
    folder_.resize(folders_.back().length);
  }
  while (folders_.back().excluded.pattern == nullptr && folder_.size() < folder.size()) {
    push(folder.substr(0, folder.find('/', folder_.size()) + 1));
  }
}

void Ignores::push(std::string_view folder) {
  const auto path = folder.substr(0, folder.size() - 1);
  Folder next;
  next.length = folder.size();
  if (const auto found = match(path, true, true); found.pattern != nullptr && !found.pattern->negated) {
    next.excluded = found;
  } else if (folders_.back().real && is_real_folder(root_ + std::string(path))) {
    const auto source = std::string(folder) + ".gitignore";
    next.real = true;
    next.rules = read_rules(root_ + source, source, O_NOFOLLOW);
  }
  folder_ = folder;
  folders_.push_back(std::move(next));
}

}  // namespace keysift
