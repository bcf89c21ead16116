#include "git/object_walk.h"

#include <algorithm>
#include <atomic>

#include "base/failure.h"
#include "base/parallel.h"
#include "base/text.h"

namespace keysift {
namespace {

GitHandle<git_odb, git_odb_free> open_database(const Repository& repository) {
  git_odb* raw = nullptr;
  if (git_repository_odb(&raw, repository.get()) != 0) {
    throw Failure(printable(repository.common_dir().native()) + ": the object database cannot be opened (" +
                  git_error_message() + ")");
  }
  return GitHandle<git_odb, git_odb_free>(raw);
}

std::optional<ObjectType> type_of(git_object_t type) {
  switch (type) {
    case GIT_OBJECT_COMMIT:
      return ObjectType::commit;
    case GIT_OBJECT_TREE:
      return ObjectType::tree;
    case GIT_OBJECT_BLOB:
      return ObjectType::blob;
    case GIT_OBJECT_TAG:
      return ObjectType::tag;
    default:
      return std::nullopt;
  }
}

}  // namespace

ObjectDatabase::ObjectDatabase(const Repository& repository)
    : git_dir_(git_repository_path(repository.get())) {
  const auto database = open_database(repository);
  const auto collect = [](const git_oid* id, void* self) {
    auto& [git_dir, objects, known] = *static_cast<ObjectDatabase*>(self);
    const auto oid = Oid::from_raw(id->id);
    if (known.insert(oid).second) objects.push_back(oid);
    return 0;
  };
  if (git_odb_foreach(database.get(), collect, this) != 0) {
    throw Failure(printable(git_dir_.native()) + ": the objects cannot be listed (" + git_error_message() +
                  ")");
  }
}

void ObjectDatabase::walk(unsigned workers, const ObjectVisitor& visit,
                          const ObjectErrorSink& on_error) const {
  constexpr std::size_t kBatch = 256;
  std::atomic<std::size_t> next{0};
  parallel(workers, [&](unsigned worker) {
    const auto repository = Repository::open(git_dir_);
    ObjectReader reader(repository);
    for (auto begin = next.fetch_add(kBatch); begin < objects_.size(); begin = next.fetch_add(kBatch)) {
      for (auto i = begin; i < std::min(begin + kBatch, objects_.size()); ++i) {
        if (const auto object = reader.read(objects_[i])) {
          visit(*object, worker);
        } else {
          on_error(objects_[i].hex(), "object cannot be read (" + git_error_message() + "); try: git fsck",
                   worker);
        }
      }
    }
  });
}

ObjectReader::ObjectReader(const Repository& repository) : database_(open_database(repository)) {}

std::optional<Object> ObjectReader::read(const Oid& id) {
  git_oid name;
  git_oid_fromraw(&name, id.bytes.data());
  git_odb_object* raw = nullptr;
  const auto status = git_odb_read(&raw, database_.get(), &name);
  current_.reset(raw);
  if (status != 0) return std::nullopt;
  const auto type = type_of(git_odb_object_type(raw));
  if (!type) return std::nullopt;
  return Object{id, *type, {static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw)}};
}

}  // namespace keysift
