#include "git/hooks_path.h"

#include <cstdlib>
#include <vector>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace fs = std::filesystem;
namespace {

constexpr const char* kKey = "core.hooksPath";

fs::path path_in(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? fs::path() : fs::path(value);
}

// Git reads them all; what the first says counts.
std::vector<fs::path> global_config_files() {
  if (std::getenv("GIT_CONFIG_GLOBAL") != nullptr) return {path_in("GIT_CONFIG_GLOBAL")};
  std::vector<fs::path> files;
  if (const auto home = path_in("HOME"); !home.empty()) files.push_back(home / ".gitconfig");
  if (const auto config = user_config_folder(); !config.empty()) files.push_back(config / "git/config");
  return files;
}

GitHandle<git_config, git_config_free> open_config(const fs::path& file) {
  start_libgit2();
  git_config* raw = nullptr;
  if (git_config_open_ondisk(&raw, file.c_str()) != 0)
    throw Failure("cannot read " + printable(file.native()) + " (" + git_error_message() + ")");
  return GitHandle<git_config, git_config_free>(raw);
}

[[noreturn]] void fail_to_write(const fs::path& file) {
  throw Failure("cannot write " + printable(file.native()) + " (" + git_error_message() + ")");
}

struct Setting {
  fs::path path;
  git_config_level_t level;
};

std::optional<Setting> setting_in(const git_config& config) {
  git_config_entry* raw = nullptr;
  if (git_config_get_entry(&raw, &config, kKey) != 0) return std::nullopt;
  const GitHandle<git_config_entry, git_config_entry_free> entry(raw);
  git_buf path{};
  if (git_config_parse_path(&path, entry->value) != 0)
    throw Failure("core.hooksPath cannot be resolved: " + git_error_message());
  Setting setting{std::string(path.ptr, path.size), entry->level};
  git_buf_dispose(&path);
  return setting;
}

}  // namespace

fs::path user_config_folder() {
  if (const auto config = path_in("XDG_CONFIG_HOME"); !config.empty()) return config;
  const auto home = path_in("HOME");
  return home.empty() ? home : home / ".config";
}

HooksPath hooks_path(const Repository& repository) {
  git_config* raw = nullptr;
  if (git_repository_config(&raw, repository.get()) != 0)
    throw Failure("the repository's configuration cannot be read (" + git_error_message() + ")");
  const GitHandle<git_config, git_config_free> config(raw);
  const auto setting = setting_in(*config);
  if (setting && setting->level >= GIT_CONFIG_LEVEL_LOCAL) {
    if (setting->path.empty()) return {};
    return {repository.work_tree().value_or(repository.common_dir()) / setting->path, std::nullopt};
  }
  const auto own = repository.common_dir() / "hooks";
  // Not from `config`: libgit2 does not know of GIT_CONFIG_GLOBAL.
  if (auto global = global_hooks_path()) return {own, std::move(global)};
  if (setting && setting->level <= GIT_CONFIG_LEVEL_SYSTEM) return {own, setting->path};
  return {own, std::nullopt};
}

fs::path global_config_file() {
  const auto files = global_config_files();
  if (files.empty()) throw Failure("HOME is not set, so there is no global configuration of git");
  // Git's choice, too.
  const auto& file = !fs::exists(files.front()) && fs::exists(files.back()) ? files.back() : files.front();
  if (file.empty() || (fs::exists(file) && !fs::is_regular_file(file)))
    throw Failure("the global configuration of git is no file: '" + printable(file.native()) + "'");
  return file;
}

std::optional<fs::path> global_hooks_path() {
  for (const auto& file : global_config_files()) {
    if (!fs::is_regular_file(file)) continue;
    if (auto setting = setting_in(*open_config(file))) return std::move(setting->path);
  }
  return std::nullopt;
}

void set_global_hooks_path(const fs::path& folder) {
  const auto file = global_config_file();
  if (git_config_set_string(open_config(file).get(), kKey, folder.c_str()) != 0) fail_to_write(file);
}

void unset_global_hooks_path() {
  for (const auto& file : global_config_files()) {
    if (!fs::is_regular_file(file)) continue;
    const int status = git_config_delete_entry(open_config(file).get(), kKey);
    if (status != 0 && status != GIT_ENOTFOUND) fail_to_write(file);
  }
}

}  // namespace keysift
