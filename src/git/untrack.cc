#include "git/untrack.h"

#include "base/failure.h"

namespace keysift {

void untrack(const Repository& repository, std::span<const std::string> paths) {
  git_index* raw = nullptr;
  int status = git_repository_index(&raw, repository.get());
  const GitHandle<git_index, git_index_free> index(raw);
  for (const auto& path : paths) {
    if (status == 0) status = git_index_remove_bypath(raw, path.c_str());
  }
  if (status == 0) status = git_index_write(raw);
  if (status != 0)
    throw Failure("cannot take files out of the index: " + git_error_message() +
                  "; try: git rm --cached FILE");
}

}  // namespace keysift
