// Files in the root of a commit's tree.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "git/object_database.h"
#include "git/object_reader.h"
#include "git/oid.h"
#include "git/repository.h"

namespace keysift {

/// Reads files of one commit. Replace refs do not count: who may push them could replace the commit.
class CommitFiles {
 public:
  /// `root`: what Repository::open() takes. `option`, which named the `revision`, is for messages. Throws
  /// Failure as named_commit() does, and when there is no repository.
  CommitFiles(const std::filesystem::path& root, const std::string& option, const std::string& revision);
  CommitFiles(const CommitFiles&) = delete;
  CommitFiles& operator=(const CommitFiles&) = delete;

  const Oid& commit() const { return commit_; }

  /// "REVISION:NAME", as git has it.
  std::string shown(const std::string& name) const;

  /// The contents of the file `name` in the root; nothing if there is none. Throws Failure, naming file and
  /// cause, when it is anything but a file, has more than `most` bytes, or cannot be read.
  std::optional<std::string> read(const std::string& name, std::size_t most);

 private:
  std::string revision_;
  Repository repository_;
  ObjectDatabase database_;
  ObjectReader objects_;
  Oid commit_;
};

}  // namespace keysift
