#include "git/config_check.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "git/repository.h"

namespace keysift {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostIncludes = 100;

// gitrepository-layout: what libgit2 opens when it opens a repository, or reads its refs.
constexpr auto kFiles = std::to_array<const char*>(
    {"HEAD", "commondir", "gitdir", "config.worktree", "packed-refs", "shallow", "objects/info/alternates"});

std::string trouble_with(const fs::path& file, std::size_t most) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return {};
  if (!S_ISREG(status.st_mode)) return printable(file.native()) + " is no regular file";
  if (static_cast<std::uintmax_t>(status.st_size) <= most) return {};
  return printable(file.native()) + " is larger than " + human_bytes(most);
}

// The value of a line "path = VALUE", as git-config(1) has it; empty for all other lines.
std::string path_in(std::string_view line) {
  const auto equals = line.find('=');
  auto key = trimmed(line.substr(0, equals));
  if (const auto bracket = key.rfind(']'); bracket != std::string_view::npos)
    key = trimmed(key.substr(bracket + 1));  // on the line of its section
  if (equals == std::string_view::npos || !equal_caseless(key, "path")) return {};
  std::string value;
  bool quoted = false;
  for (auto rest = trimmed(line.substr(equals + 1)); !rest.empty(); rest.remove_prefix(1)) {
    if (rest.front() == '"') {
      quoted = !quoted;
    } else if (!quoted && (rest.front() == '#' || rest.front() == ';')) {
      break;
    } else {
      if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
      value += rest.front();
    }
  }
  return std::string(trimmed(value));
}

fs::path resolved(const std::string& path, const fs::path& file) {
  const char* home = std::getenv("HOME");
  if (path.starts_with("~/")) return fs::path(home == nullptr ? "/" : home) / path.substr(2);
  return file.parent_path() / path;
}

// Any line that may be an include counts, whatever its section and condition.
std::string trouble_with_config(const fs::path& file, std::set<fs::path>& seen) {
  if (auto trouble = trouble_with(file, kMaxGitFile); !trouble.empty()) return trouble;
  const auto text = read_regular_file(AT_FDCWD, file, kMaxGitFile);
  if (!text || !contains_caseless(*text, "[include")) return {};
  for (std::string_view rest = *text; !rest.empty();) {
    const auto path = path_in(take_line(rest));
    if (path.empty()) continue;
    const auto included = resolved(path, file).lexically_normal();
    if (!seen.insert(included).second) continue;
    if (seen.size() > kMostIncludes)
      return printable(file.native()) + " includes more than " + counted(kMostIncludes, "file");
    if (auto trouble = trouble_with_config(included, seen); !trouble.empty()) return trouble;
  }
  return {};
}

}  // namespace

std::string trouble_with_files(const fs::path& git_dir) {
  for (const auto* name : kFiles) {
    const auto most = name == std::string_view("packed-refs") ? std::size_t{1} << 30 : kMaxGitFile;
    if (auto trouble = trouble_with(git_dir / name, most); !trouble.empty()) return trouble;
  }
  std::set<fs::path> seen;
  if (auto trouble = trouble_with_config(git_dir / "config", seen); !trouble.empty()) return trouble;
  // A linked work tree's folder names the one that it shares with others.
  const auto shared = read_regular_file(AT_FDCWD, git_dir / "commondir", kMaxGitFile);
  if (!shared) return {};
  const auto common = (git_dir / trimmed(*shared, " \t\r\n")).lexically_normal();
  std::error_code error;  // opening it tells what is wrong
  return common == git_dir.lexically_normal() || fs::exists(common / "commondir", error)
             ? std::string()
             : trouble_with_files(common);
}

}  // namespace keysift
