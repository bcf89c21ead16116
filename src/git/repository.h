// A git repository through libgit2. Nothing in it is ever run, and nothing is written.
#pragma once
#include <git2.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "git/index_file.h"
#include "git/oid.h"

namespace keysift {

/// Calls the libgit2 function that frees what a handle owns.
template <auto Free>
struct GitFree {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
template <typename T, auto Free>
using GitHandle = std::unique_ptr<T, GitFree<Free>>;

/// The most bytes that a small file of git's may have, such as .git/shallow.
inline constexpr std::size_t kMaxGitFile = 64 << 20;

/// Makes libgit2 ready; opening a repository does it, too.
void start_libgit2();

/// What libgit2 says of its last failure on this thread.
std::string git_error_message();

/// The status of a call of libgit2 that may well find nothing. Throws SystemFailure when it is the system
/// that fails: what is there cannot be read then.
template <typename Call>
int git_answer(Call&& call) {
  git_error_clear();
  const int status = call();
  const auto* error = git_error_last();
  if (status < 0 && status != GIT_ENOTFOUND && error != nullptr && error->klass == GIT_ERROR_OS)
    throw SystemFailure("the repository cannot be read (" + git_error_message() + ")");
  return status;
}

/// A ref and the object it names, symbolic refs resolved.
struct Ref {
  std::string name;  ///< full name, or "HEAD"
  Oid target;
};

/// An open repository. Not for use by two threads at once; open one for each.
class Repository {
 public:
  /// Opens the repository at `path`: a work tree's root, a bare repository, or a .git folder or file. A
  /// repository that belongs to another user is opened, too. Throws Failure when there is none, or it is of a
  /// kind that cannot be read.
  static Repository open(const std::filesystem::path& path);

  /// The root of the repository that `path` lies in (its work tree, or the bare repository), or nothing.
  static std::optional<std::filesystem::path> root_of(const std::filesystem::path& path);

  git_repository* get() const { return handle_.get(); }

  /// The work tree's root; nothing for a bare repository.
  std::optional<std::filesystem::path> work_tree() const;

  /// Where objects and refs are: the .git folder that all linked worktrees share.
  std::filesystem::path common_dir() const;

  /// All refs, HEAD first (if it names a commit), else sorted by name. A ref that cannot be resolved is added
  /// to `broken`. Of objects for which `is_there` holds it need not be found out whether they are there.
  std::vector<Ref> refs(std::vector<std::string>& broken,
                        const std::function<bool(const Oid&)>& is_there = nullptr) const;

  /// What the next commit will have, its entries sorted by path: the index, or the file that GIT_INDEX_FILE
  /// names. Throws Failure when it cannot be read.
  Index read_index() const;

  /// The entries of the index, sorted by path. When it cannot be read: none, and `problem` says why.
  std::vector<IndexEntry> index(std::string& problem) const;

  /// HEAD's commit; nothing before the first commit.
  std::optional<Oid> head() const;

  /// The branch that HEAD is on, without "refs/heads/"; empty if it is on none. Raw bytes.
  std::string branch() const;

  /// The address of the remote "origin", as the repository's configuration has it; empty if there is none.
  std::string remote_address() const;

  /// The commits at which a shallow clone was cut off.
  std::set<Oid> shallow_boundary() const;

 private:
  explicit Repository(git_repository* handle) : handle_(handle) {}
  GitHandle<git_repository, git_repository_free> handle_;
};

}  // namespace keysift
