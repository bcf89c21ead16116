// Where a repository keeps its objects.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "git/oid.h"
#include "git/pack.h"
#include "git/repository.h"

namespace keysift {

/// The packs of a repository and its folders of loose objects, those of its alternates among them, and those
/// that git's environment names. Any number of threads may read it.
class ObjectDatabase {
 public:
  /// A pack, or a folder, that cannot be read.
  struct Declined {
    std::filesystem::path path;
    std::string reason;
  };

  /// Opens the packs. What is wrong with any is told by declined().
  explicit ObjectDatabase(const Repository& repository);
  ObjectDatabase(const ObjectDatabase&) = delete;
  ObjectDatabase& operator=(const ObjectDatabase&) = delete;

  /// Sorted by path in each folder; the repository's own folder first.
  const std::vector<Pack>& packs() const { return packs_; }
  const std::vector<Declined>& declined() const { return declined_; }

  /// Folders such as .git/objects.
  const std::vector<std::filesystem::path>& folders() const { return folders_; }

  /// The names of loose objects, each once; those that are also packed among them. Folders of them that
  /// cannot be read are added to `declined`.
  std::vector<Oid> loose(std::vector<Declined>& declined) const;

 private:
  void open_folder(const std::filesystem::path& objects, unsigned depth);
  void open_packs(const std::filesystem::path& objects);

  std::vector<std::filesystem::path> folders_;
  std::vector<Pack> packs_;
  std::vector<Declined> declined_;
};

}  // namespace keysift
