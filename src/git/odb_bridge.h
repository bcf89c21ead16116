// Objects for libgit2 from our own readers.
#pragma once
#include <git2.h>
#include <git2/sys/odb_backend.h>

#include "git/object_reader.h"
#include "git/repository.h"

namespace keysift {

/// While it lives, libgit2 reads the objects of `repository` through `reader`: its own readers never come
/// back from deltas in a circle nor from a loose file that is cut short. Both outlive this.
class OdbBridge {
 public:
  OdbBridge(const Repository& repository, ObjectReader& reader);
  ~OdbBridge();
  OdbBridge(const OdbBridge&) = delete;
  OdbBridge& operator=(const OdbBridge&) = delete;

 private:
  // What libgit2 hands back to the functions that it calls.
  struct Backend {
    git_odb_backend calls{};
    ObjectReader* reader = nullptr;
    git_odb* names = nullptr;  // libgit2's own: it tells what names there are without reading an object
  };
  static int read(void** bytes, std::size_t* size, git_object_t* type, git_odb_backend* backend,
                  const git_oid* id);
  static int read_prefix(git_oid* id, void** bytes, std::size_t* size, git_object_t* type,
                         git_odb_backend* backend, const git_oid* prefix, std::size_t length);

  const Repository& repository_;
  GitHandle<git_odb, git_odb_free> own_;
  Backend backend_;
  GitHandle<git_odb, git_odb_free> bridged_;
};

}  // namespace keysift
