#include "git/odb_bridge.h"

#include <git2/sys/repository.h>

#include <cstring>
#include <exception>

#include "base/failure.h"

namespace keysift {

OdbBridge::OdbBridge(const Repository& repository, ObjectReader& reader) : repository_(repository) {
  const auto check = [](int status) {
    if (status != 0) throw Failure("cannot read objects (" + git_error_message() + ")");
  };
  git_odb* raw = nullptr;
  check(git_repository_odb(&raw, repository.get()));
  own_.reset(raw);
  check(git_odb_init_backend(&backend_.calls, GIT_ODB_BACKEND_VERSION));
  backend_.reader = &reader;
  backend_.names = own_.get();
  backend_.calls.read = read;
  backend_.calls.read_prefix = read_prefix;
  backend_.calls.exists = [](git_odb_backend* backend, const git_oid* id) {
    return git_odb_exists(reinterpret_cast<Backend*>(backend)->names, id);
  };
  backend_.calls.exists_prefix = [](git_oid* id, git_odb_backend* backend, const git_oid* prefix,
                                    std::size_t length) {
    return git_odb_exists_prefix(id, reinterpret_cast<Backend*>(backend)->names, prefix, length);
  };
  backend_.calls.free = [](git_odb_backend*) {};  // it is a part of this
  check(git_odb_new(&raw));
  bridged_.reset(raw);
  check(git_odb_add_backend(bridged_.get(), &backend_.calls, 1));
  check(git_repository_set_odb(repository.get(), bridged_.get()));
}

OdbBridge::~OdbBridge() { git_repository_set_odb(repository_.get(), own_.get()); }

int OdbBridge::read(void** bytes, std::size_t* size, git_object_t* type, git_odb_backend* backend,
                    const git_oid* id) {
  try {
    const auto object = reinterpret_cast<Backend*>(backend)->reader->read(Oid::from_raw(id->id));
    if (!object) return GIT_ENOTFOUND;
    *bytes = git_odb_backend_data_alloc(backend, object->bytes.size() + 1);
    if (*bytes == nullptr) return GIT_ERROR;
    std::memcpy(*bytes, object->bytes.data(), object->bytes.size());
    static_cast<char*>(*bytes)[object->bytes.size()] = '\0';  // libgit2 parses commits and tags as text
    *size = object->bytes.size();
    *type = static_cast<git_object_t>(static_cast<int>(object->type) + GIT_OBJECT_COMMIT);
    return 0;
  } catch (const std::exception&) {  // libgit2 is C
    return GIT_ERROR;
  }
}

int OdbBridge::read_prefix(git_oid* id, void** bytes, std::size_t* size, git_object_t* type,
                           git_odb_backend* backend, const git_oid* prefix, std::size_t length) {
  const auto status = backend->exists_prefix(id, backend, prefix, length);
  return status == 0 ? read(bytes, size, type, backend, id) : status;
}

}  // namespace keysift
