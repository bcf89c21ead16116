#include "source/file_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/stop.h"
#include "base/text.h"
#include "git/ignore.h"
#include "git/repository.h"
#include "source/archive.h"

namespace keysift {
namespace {

// What a walk knows of one repository.
class IgnoreRules {
 public:
  // When the index cannot be read, `problem` says why, and nothing counts as tracked.
  IgnoreRules(const Repository& repository, unsigned workers, std::string& problem)
      : ignores_(workers, Ignores(repository)) {
    for (auto& entry : repository.index(problem)) tracked_.push_back(std::move(entry.path));
  }

  bool tracks(const std::string& path) const {
    return std::binary_search(tracked_.begin(), tracked_.end(), path);
  }

  bool tracks_below(const std::string& folder) const {
    const auto at = std::lower_bound(tracked_.begin(), tracked_.end(), folder);
    return at != tracked_.end() && at->starts_with(folder);
  }

  bool ignore(const std::string& path, unsigned worker) { return ignores_[worker].ignores(path); }

 private:
  std::vector<std::string> tracked_;
  std::vector<Ignores> ignores_;  // one for each worker
};

// Work to do: list a folder, or visit some files.
struct Task {
  std::string folder;                  // relative to the root of the walk; empty or ending with '/'
  std::string in_repo;                 // the same folder, relative to its repository
  std::shared_ptr<IgnoreRules> rules;  // none: every file is wanted
  bool only_tracked = false;           // the folder is ignored, but holds tracked files
  std::vector<WalkedFile> files;       // if any, visit these and list nothing
  std::uint64_t depth = 0;             // of the folder, below the root of the walk
};

// Last in, first out, so that a wide tree does not pile up. Ends when nobody has work nor can make any.
class TaskStack {
 public:
  void push(std::vector<Task> tasks) {
    const std::lock_guard lock(guard_);
    open_ += tasks.size();
    for (auto& task : tasks) tasks_.push_back(std::move(task));
    changed_.notify_all();
  }

  std::optional<Task> pop() {
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return !tasks_.empty() || open_ == 0 || abandoned_; });
    if (tasks_.empty() || abandoned_) return std::nullopt;
    auto task = std::move(tasks_.back());
    tasks_.pop_back();
    return task;
  }

  void done() {
    const std::lock_guard lock(guard_);
    if (--open_ == 0) changed_.notify_all();
  }

  // Lets everybody go home, because one of us failed.
  void abandon() {
    const std::lock_guard lock(guard_);
    abandoned_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex guard_;
  std::condition_variable changed_;
  std::vector<Task> tasks_;
  std::size_t open_ = 0;  // pushed and not done
  bool abandoned_ = false;
};

struct Names {
  std::vector<std::string> files;
  std::vector<std::string> folders;
  bool has_git = false;
  int git_type = DT_UNKNOWN;
  bool cut = false;  // there are more
};

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

int entry_type(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat status {};
  if (fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  if (S_ISDIR(status.st_mode)) return DT_DIR;
  return S_ISREG(status.st_mode) ? DT_REG : DT_UNKNOWN;
}

// Lists up to `most` entries of a folder. Returns 0 or an errno.
int list(int root, const std::string& folder, std::uint64_t most, Names& names) {
  auto file = open_below(root, folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (!file) return errno;
  const std::unique_ptr<DIR, CloseDir> dir(fdopendir(file.get()));
  if (!dir) return errno;
  const int fd = file.release();
  for (;;) {
    errno = 0;
    const auto* entry = readdir(dir.get());
    if (entry == nullptr) return errno;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (name == ".git") {
      names.has_git = true;
      names.git_type = entry_type(fd, *entry);
      continue;
    }
    if (names.folders.size() + names.files.size() == most) {
      names.cut = true;
      return 0;
    }
    const auto type = entry_type(fd, *entry);
    if (type == DT_DIR) names.folders.emplace_back(name);
    if (type == DT_REG) names.files.emplace_back(name);
  }
}

class Walk {
 public:
  Walk(const std::filesystem::path& root, const FileTreeOptions& options, const FileVisitor& visit,
       const ErrorSink& on_error)
      : root_path_(root),
        options_(options),
        visit_(visit),
        on_error_(on_error),
        root_(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!root_) throw Failure("cannot read " + printable(root.native()) + ": " + std::strerror(errno));
  }

  void run() {
    std::vector<Task> first;
    first.push_back(first_task());
    stack_.push(std::move(first));
    parallel(options_.workers, [&](unsigned worker) {
      try {
        while (auto task = stack_.pop()) {
          perform(std::move(*task), worker);
          stack_.done();
        }
      } catch (...) {
        stack_.abandon();
        throw;
      }
    });
  }

 private:
  Task first_task() const {
    Task task;
    const auto repository = Repository::root_of(root_path_);
    std::error_code error;
    const auto here = std::filesystem::canonical(root_path_, error);
    if (!repository || error) return task;
    const auto inside = here.lexically_relative(std::filesystem::canonical(*repository, error));
    if (error || inside.empty() || inside.native().starts_with(".."))
      return task;  // below a bare repository, say
    auto rules = open_rules(*repository, "", 0);
    if (!rules) return task;
    if (inside != ".") task.in_repo = inside.native() + "/";
    task.only_tracked = !task.in_repo.empty() && rules->ignore(task.in_repo, 0);
    if (task.only_tracked && !rules->tracks_below(task.in_repo)) return task;
    task.rules = std::move(rules);
    return task;
  }

  // Nothing for a .git that is no repository: its files are then read like any others.
  std::shared_ptr<IgnoreRules> open_rules(const std::filesystem::path& root, const std::string& folder,
                                          unsigned worker) const {
    try {
      std::string problem;
      auto rules = std::make_shared<IgnoreRules>(Repository::open(root), options_.workers, problem);
      if (!problem.empty()) on_error_(folder + ".git/index", problem, worker);
      return rules;
    } catch (const SystemFailure& failure) {
      on_error_(folder + ".git", "its ignore rules are unknown: " + std::string(failure.what()), worker);
    } catch (const Failure&) {  // it is no repository, for git either
    }
    return nullptr;
  }

  void perform(Task task, unsigned worker) {
    check_stop();
    for (const auto& file : task.files) {
      check_stop();
      visit_(file, root_.get(), worker);
    }
    if (!task.files.empty()) return;
    Names names;
    if (const int error = list(root_.get(), task.folder, options_.limits.tree_entries, names); error != 0) {
      on_error_(task.folder.empty() ? "." : task.folder,
                "folder cannot be read: " + std::string(std::strerror(error)), worker);
      if (names.files.empty() && names.folders.empty()) return;
    }
    if (names.cut) {
      on_error_(
          task.folder.empty() ? "." : task.folder,
          beyond(Cause::tree_entries, "folder has more than " + std::to_string(options_.limits.tree_entries) +
                                          " entries" + "; the rest was not searched"),
          worker);
    }
    if (names.has_git) look_at_git(task, names, worker);
    stack_.push(tasks_in(task, names, worker));
  }

  // A .git that makes no repository is a folder like any other.
  void look_at_git(Task& task, Names& names, unsigned worker) const {
    const auto folder = root_path_ / task.folder;
    const auto root = Repository::root_of(folder);
    std::error_code error;
    if (root && std::filesystem::equivalent(*root, folder, error)) {
      if (!task.folder.empty()) enter_repository(task, worker);
      return;
    }
    if (names.git_type == DT_DIR) names.folders.emplace_back(".git");
    if (names.git_type == DT_REG) names.files.emplace_back(".git");
  }

  void enter_repository(Task& task, unsigned worker) const {
    if (options_.on_repository) options_.on_repository(task.folder.substr(0, task.folder.size() - 1), worker);
    auto rules = open_rules(root_path_ / task.folder, task.folder, worker);
    if (!rules) return;
    task.rules = std::move(rules);
    task.in_repo.clear();
    task.only_tracked = false;
  }

  std::vector<Task> tasks_in(const Task& task, Names& names, unsigned worker) const {
    constexpr std::size_t kBatch = 64;
    std::vector<Task> tasks;
    remove_too_long(task, names, worker);
    for (const auto& name : names.folders) {
      if (auto below = folder_task(task, name, worker)) tasks.push_back(std::move(*below));
    }
    Task batch;
    for (const auto& name : names.files) {
      if (auto file = wanted_file(task, name, worker)) batch.files.push_back(std::move(*file));
      if (batch.files.size() == kBatch) tasks.push_back(std::exchange(batch, {}));
    }
    if (!batch.files.empty()) tasks.push_back(std::move(batch));
    return tasks;
  }

  // Takes out names that would make a path longer than it may be.
  void remove_too_long(const Task& task, Names& names, unsigned worker) const {
    const auto most = options_.limits.path_length - std::min(options_.limits.path_length, task.folder.size());
    const auto is_too_long = [&](const std::string& name) {
      if (name.size() <= most) return false;
      on_error_(
          task.folder + name,
          beyond(Cause::path_length, "path has more than " + counted(options_.limits.path_length, "byte") +
                                         "; what it names was not searched"),
          worker);
      return true;
    };
    std::erase_if(names.folders, is_too_long);
    std::erase_if(names.files, is_too_long);
  }

  std::optional<Task> folder_task(const Task& parent, const std::string& name, unsigned worker) const {
    Task task{parent.folder + name + "/",
              parent.in_repo + name + "/",
              parent.rules,
              parent.only_tracked,
              {},
              parent.depth + 1};
    if (task.depth > options_.limits.tree_depth) {
      on_error_(task.folder,
                beyond(Cause::tree_depth, "folders are nested deeper than " +
                                              std::to_string(options_.limits.tree_depth) +
                                              "; what is below was not searched"),
                worker);
      return std::nullopt;
    }
    if (!task.rules || options_.ignored) return task;
    task.only_tracked = task.only_tracked || task.rules->ignore(task.in_repo, worker);
    if (task.only_tracked && !task.rules->tracks_below(task.in_repo)) return std::nullopt;
    return task;
  }

  std::optional<WalkedFile> wanted_file(const Task& folder, const std::string& name, unsigned worker) const {
    WalkedFile file;
    file.path = folder.folder + name;
    if (!folder.rules) return file;
    const auto in_repo = folder.in_repo + name;
    file.inner = in_repo.size() < file.path.size();
    file.tracked = folder.rules->tracks(in_repo);
    if (file.tracked || options_.ignored) return file;
    if (folder.only_tracked) return std::nullopt;
    file.ignored = folder.rules->ignore(in_repo, worker);
    if (file.ignored && !options_.told_ignored) return std::nullopt;
    return file;
  }

  std::filesystem::path root_path_;
  FileTreeOptions options_;
  const FileVisitor& visit_;
  const ErrorSink& on_error_;
  UniqueFd root_;
  TaskStack stack_;
};

}  // namespace

void walk_files(const std::filesystem::path& root, const FileTreeOptions& options, const FileVisitor& visit,
                const ErrorSink& on_error) {
  Walk(root, options, visit, on_error).run();
}

void read_walked_file(int root, const std::string& path, const std::string& shown, const ReadOptions& options,
                      std::string& buffer, unsigned worker, const BlobSink& sink, const ErrorSink& on_error) {
  const auto complain = [&](int error) {
    on_error(shown, "file cannot be read: " + std::string(std::strerror(error)), worker);
  };
  // Not blocking: what was a file when it was listed may be a pipe by now.
  const auto file = open_below(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) {
    if (errno != ENOENT && errno != ELOOP) complain(errno);
    return;
  }
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return complain(errno);
  if (!S_ISREG(status.st_mode)) return;
  Blob whole;
  whole.path = shown;
  const int error = read_with_members(file.get(), static_cast<std::uint64_t>(status.st_size), whole, options,
                                      buffer, worker, sink, on_error);
  if (error != 0) complain(error);
}

}  // namespace keysift
