#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/hook_scripts.h"
#include "git/hooks_path.h"

namespace keysift {
namespace fs = std::filesystem;
namespace {

// How each of our scripts begins, of any version.
constexpr std::string_view kMark = "#!/bin/sh\n# keysift hook:";

struct Hook {
  std::string_view name;
  const char* effect;
};
constexpr std::array<Hook, 3> kHooks = {{
    {"pre-commit", "git commit now stops before it adds a key"},
    {"pre-push", "git push now stops before it hands on commits that add a key"},
    {"pre-receive", "pushes to here of commits that add a key are now refused"},
}};

std::string shown(const fs::path& path) { return printable(path.native()); }

void say(const std::string& line) { std::printf("%s\n", line.c_str()); }

// A link is there whether or not it leads anywhere.
bool is_there(const fs::path& path) { return fs::exists(fs::symlink_status(path)); }

bool is_ours(const fs::path& hook) {
  return fs::is_regular_file(fs::symlink_status(hook)) && read_file(hook).starts_with(kMark);
}

fs::path before(const fs::path& hook) { return hook.native() + ".before-keysift"; }

void move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw Failure("cannot rename " + shown(from) + " to " + shown(to) + ": " + error.message());
}

// `text` as one word of a shell.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char byte : text) word += byte == '\'' ? "'\\''" : std::string(1, byte);
  return word + "'";
}

void replace(std::string& text, std::string_view part, const std::string& by) {
  text.replace(text.find(part), part.size(), by);
}

// The script of that name, with where this program is, and whether it stands in for repositories' own hooks.
std::string script_of(std::string_view name, bool global) {
  const auto scripts = hook_scripts();
  const auto found = std::find_if(scripts.begin(), scripts.end(),
                                  [&](const auto& file) { return file.name.ends_with(name); });
  std::string script(found->text);
  std::error_code unknown;
  replace(script, "installed=''",
          "installed=" + shell_word(fs::read_symlink("/proc/self/exe", unknown).native()));
  if (global) replace(script, "global=''", "global=yes");
  return script;
}

// Puts a hook of somebody else's aside. True if there was one.
bool set_aside(const fs::path& hook) {
  if (!is_there(hook) || is_ours(hook)) return false;
  if (fs::is_directory(fs::symlink_status(hook)))
    throw Failure(shown(hook) + " is a folder, so no hook can be there");
  if (is_there(before(hook)))
    throw Failure(shown(hook) + " is not keysift's, and what was there before is in " + shown(before(hook)) +
                  "; remove or rename one of them");
  move(hook, before(hook));
  return true;
}

void install(const Hook& hook, const fs::path& folder, bool global) {
  const auto file = folder / hook.name;
  const bool aside = set_aside(file);
  try {
    write_file(file, script_of(hook.name, global), Access::program);
  } catch (const Failure&) {
    if (aside) move(before(file), file);
    throw;
  }
  const auto kept = shown(before(file).filename());
  say(shown(file) + ": written; " + hook.effect +
      (is_there(before(file)) ? " (the hook that was there is now " + kept + ", and runs first)" : ""));
}

// True if there was anything of ours.
bool take_away(const fs::path& hook) {
  if (is_there(hook) && !is_ours(hook)) return false;
  if (is_there(before(hook))) {
    move(before(hook), hook);
    say(shown(hook) + ": the hook that was there before keysift's is back");
    return true;
  }
  std::error_code error;
  const bool removed = fs::remove(hook, error);
  if (error) throw Failure("cannot remove " + shown(hook) + ": " + error.message());
  if (removed) say(shown(hook) + ": removed");
  return removed;
}

HooksPath own_hooks(const std::string& path) {
  const auto root = Repository::root_of(path);
  if (!root) throw Failure(printable(path) + " is in no git repository; go to one, or give --global");
  return hooks_path(Repository::open(*root));
}

fs::path default_global_folder() {
  const auto config = user_config_folder();
  if (config.empty()) throw Failure("HOME is not set, so there is no place for global hooks");
  return fs::absolute(config) / "keysift/hooks";
}

fs::path named(fs::path folder) {
  if (folder.empty())
    throw Failure(
        "core.hooksPath is set to nothing, so git runs no hooks; take that out first: git config "
        "--show-origin core.hooksPath says where it is");
  return folder;
}

fs::path global_folder() {
  auto folder = named(global_hooks_path().value_or(default_global_folder()));
  if (folder.is_relative())
    throw Failure("core.hooksPath in the global configuration of git is " + shown(folder) +
                  ", another folder in each repository; install the hook in each");
  return folder;
}

fs::path folder_to_install(const Options& options) {
  if (options.hook.global) return global_folder();
  auto hooks = own_hooks(options.paths.front());
  if (hooks.overruled_by)
    throw Failure(
        "git runs the hooks in " + shown(named(*hooks.overruled_by)) +
        " and not this repository's: core.hooksPath in your or the system's configuration; to check the "
        "commits of all your repositories: keysift hook install --global");
  return named(std::move(hooks.folder));
}

bool is_wanted(const Hook& hook, const HookRequest& request) {
  if (hook.name == "pre-push") return request.pre_push;
  if (hook.name == "pre-receive") return request.pre_receive;
  return !request.pre_push && !request.pre_receive;
}

void install_all(const Options& options) {
  const auto folder = folder_to_install(options);
  const bool is_new = options.hook.global && !global_hooks_path();
  if (is_new) global_config_file();  // or nothing is written
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Failure("cannot create " + shown(folder) + ": " + error.message());
  const bool in_place_of_own = options.hook.global && folder == default_global_folder();
  for (const auto& hook : kHooks) {
    if (is_wanted(hook, options.hook)) install(hook, folder, in_place_of_own);
  }
  if (is_new) {
    set_global_hooks_path(folder);
    say(shown(global_config_file()) +
        ": core.hooksPath is now that folder, so git no longer runs what is in "
        "repositories' own .git/hooks; keysift's hook runs theirs of the same name first");
  }
  say(std::string("To undo: keysift hook remove") + (options.hook.global ? " --global" : ""));
}

void remove_all(const Options& options) {
  const auto folder = options.hook.global ? global_folder() : named(own_hooks(options.paths.front()).folder);
  bool any = false;
  for (const auto& hook : kHooks) any = take_away(folder / hook.name) || any;
  if (!any) say(shown(folder) + ": there is no hook of keysift's");
  std::error_code error;
  if (!options.hook.global || folder != default_global_folder() || !fs::is_empty(folder, error) || error)
    return;
  if (global_hooks_path()) {
    unset_global_hooks_path();
    say(shown(global_config_file()) +
        ": core.hooksPath is no longer set; git runs repositories' own hooks again");
  }
  fs::remove(folder, error);
}

}  // namespace

int run_hook(const Options& options) {
  options.command == Command::hook_install ? install_all(options) : remove_all(options);
  return 0;
}

}  // namespace keysift
