#include "git/object_walk.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <tuple>

#include "base/failure.h"
#include "base/parallel.h"
#include "base/text.h"
#include "git/pack_walk.h"

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

// The entries of a folder, sorted; none if it cannot be read: git, too, takes such a folder for an empty one.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool is_hex(const std::string& text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Repositories and object readers of workers that turn out to need one.
class Readers {
 public:
  Readers(std::filesystem::path git_dir, unsigned workers)
      : git_dir_(std::move(git_dir)), readers_(workers) {}

  ObjectReader& of(unsigned worker) {
    auto& reader = readers_[worker];
    if (!reader) reader = std::make_unique<Own>(git_dir_);
    return reader->objects;
  }

 private:
  struct Own {
    explicit Own(const std::filesystem::path& git_dir)
        : repository(Repository::open(git_dir)), objects(repository) {}
    Repository repository;
    ObjectReader objects;
  };
  std::filesystem::path git_dir_;
  std::vector<std::unique_ptr<Own>> readers_;
};

}  // namespace

ObjectDatabase::ObjectDatabase(const Repository& repository, unsigned workers)
    : git_dir_(git_repository_path(repository.get())) {
  open_folder(repository.common_dir() / "objects", 0);
  if (!declined_packs_.empty()) list_rest(repository);
  std::erase_if(others_, [&](const Oid& id) { return is_packed(id); });
  for (const auto& pack : packs_) forests_.emplace_back(pack, workers);
}

// Alternates: git's gitrepository-layout, objects/info/alternates.
void ObjectDatabase::open_folder(const std::filesystem::path& objects, unsigned depth) {
  constexpr unsigned kMaxDepth = 5;  // as in git
  std::error_code error;
  const auto canonical = std::filesystem::canonical(objects, error);
  if (error || depth > kMaxDepth || !folders_.insert(canonical.native()).second) return;
  open_packs(objects);
  list_loose(objects);
  std::ifstream alternates(objects / "info" / "alternates");
  for (std::string line; std::getline(alternates, line);) {
    if (!line.empty() && line.front() != '#') open_folder(objects / line, depth + 1);
  }
}

void ObjectDatabase::open_packs(const std::filesystem::path& objects) {
  for (const auto& file : entries_of(objects / "pack")) {
    if (file.extension() != ".idx") continue;
    try {
      packs_.emplace_back(file);
    } catch (const Failure& failure) {
      declined_packs_.emplace_back(file.filename().native(), failure.what());
    }
  }
}

void ObjectDatabase::list_loose(const std::filesystem::path& objects) {
  for (const auto& folder : entries_of(objects)) {
    if (!is_hex(folder.filename().native(), 2)) continue;
    for (const auto& file : entries_of(folder)) {
      if (!is_hex(file.filename().native(), 2 * Oid::kSize - 2)) continue;
      const auto id = Oid::from_hex(folder.filename().native() + file.filename().native());
      others_.insert(id);
    }
  }
}

void ObjectDatabase::list_rest(const Repository& repository) {
  const auto database = open_database(repository);
  const auto collect = [](const git_oid* id, void* self) {
    auto& objects = *static_cast<ObjectDatabase*>(self);
    objects.others_.insert(Oid::from_raw(id->id));
    return 0;
  };
  if (git_odb_foreach(database.get(), collect, this) != 0) {
    declined_packs_.emplace_back("objects", "not all objects can be listed (" + git_error_message() + ")");
  }
}

std::size_t ObjectDatabase::size() const {
  std::size_t sum = others_.size();
  for (const auto& pack : packs_) sum += pack.size();
  return sum;
}

bool ObjectDatabase::is_packed(const Oid& id) const {
  return std::any_of(packs_.begin(), packs_.end(),
                     [&](const Pack& pack) { return pack.find(id).has_value(); });
}

bool ObjectDatabase::contains(const Oid& id) const { return is_packed(id) || others_.contains(id); }

// Whether a pack has an entry for it that nothing can be made of. Such a one is not for libgit2, which
// follows deltas in a circle for ever.
bool ObjectDatabase::is_broken(const Oid& id) const {
  return std::any_of(forests_.begin(), forests_.end(), [&](const PackForest& forest) {
    if (forest.broken().empty()) return false;
    const auto number = forest.pack().find(id);
    return number && forest.is_broken(*number);
  });
}

// Readers that see one place each where the object may be: where there are several, libgit2 stops at the
// first copy that it comes upon, broken or not.
std::vector<ObjectReader> ObjectDatabase::single_places(const Oid& id) const {
  std::vector<ObjectReader> places;
  const auto add = [&](const auto& make_backend) {
    git_odb* raw = nullptr;
    git_odb_backend* backend = nullptr;
    if (git_odb_new(&raw) != 0) return;
    GitHandle<git_odb, git_odb_free> database(raw);
    if (make_backend(&backend) == 0 && git_odb_add_backend(raw, backend, 1) == 0)
      places.emplace_back(std::move(database));
  };
  for (const auto& folder : folders_) {
    add([&](git_odb_backend** backend) {
      return git_odb_backend_loose(backend, folder.c_str(), -1, 0, 0, 0);
    });
  }
  for (const auto& forest : forests_) {
    const auto number = forest.pack().find(id);
    if (!number || forest.is_broken(*number)) continue;
    add([&](git_odb_backend** backend) {
      return git_odb_backend_one_pack(backend, forest.pack().index_file().c_str());
    });
  }
  return places;
}

// Returns why the object cannot be read; nothing once `take` has it.
std::string ObjectDatabase::read_anywhere(const Oid& id, ObjectReader& reader,
                                          const std::function<void(const Object&)>& take) const {
  std::string problem = "its entry in a pack, or one that it is made from, is broken";
  if (!is_broken(id)) {
    if (const auto object = reader.read(id)) {
      take(*object);
      return {};
    }
    problem = git_error_message();
  }
  for (auto& place : single_places(id)) {
    if (const auto object = place.read(id)) {
      take(*object);
      return {};
    }
  }
  return problem;
}

// By pack and number: whether an earlier pack has the object, too. A first byte at a time, so that little is
// in memory.
std::vector<std::vector<bool>> ObjectDatabase::duplicates() const {
  std::vector<std::vector<bool>> skip(packs_.size());
  if (packs_.size() < 2) return skip;
  for (std::size_t i = 0; i < packs_.size(); ++i) skip[i].resize(packs_[i].size(), false);
  for (unsigned byte = 0; byte < 256; ++byte) {
    std::vector<std::tuple<Oid, std::size_t, std::uint32_t>> objects;
    for (std::size_t i = 0; i < packs_.size(); ++i) {
      for (auto number = packs_[i].numbers_before(byte); number < packs_[i].numbers_before(byte + 1);
           ++number) {
        objects.emplace_back(packs_[i].id(number), i, number);
      }
    }
    std::sort(objects.begin(), objects.end());
    for (std::size_t i = 1; i < objects.size(); ++i) {
      const auto& [id, pack, number] = objects[i];
      if (id == std::get<0>(objects[i - 1])) skip[pack][number] = true;
    }
  }
  return skip;
}

void ObjectDatabase::walk(const ObjectWalkOptions& options, const ObjectVisitor& visit,
                          const ObjectErrorSink& on_error) const {
  for (const auto& [pack, reason] : declined_packs_) on_error(pack, reason, 0);
  Readers readers(git_dir_, options.workers);
  const auto find_base = [&](const Oid& base, unsigned worker) -> std::optional<ForeignBase> {
    std::optional<ForeignBase> found;
    read_anywhere(base, readers.of(worker), [&](const Object& object) {
      found = ForeignBase{object.type, std::string(object.bytes)};
    });
    return found;
  };
  std::vector<WalkedPack> walked;
  auto skip = duplicates();
  for (std::size_t i = 0; i < forests_.size(); ++i) walked.push_back({&forests_[i], std::move(skip[i])});
  const auto declined = walk_packs(walked, {options.workers, options.memory, options.only}, find_base, visit);
  std::vector<Oid> others(others_.begin(), others_.end());
  others.insert(others.end(), declined.begin(), declined.end());
  read_others(others, options, visit, on_error);
}

void ObjectDatabase::read_others(const std::vector<Oid>& ids, const ObjectWalkOptions& options,
                                 const ObjectVisitor& visit, const ObjectErrorSink& on_error) const {
  constexpr std::size_t kBatch = 64;
  if (ids.empty()) return;
  Readers readers(git_dir_, options.workers);
  std::atomic<std::size_t> next{0};
  parallel(options.workers, [&](unsigned worker) {
    for (auto begin = next.fetch_add(kBatch); begin < ids.size(); begin = next.fetch_add(kBatch)) {
      for (auto i = begin; i < std::min(begin + kBatch, ids.size()); ++i) {
        const auto problem = read_anywhere(ids[i], readers.of(worker), [&](const Object& object) {
          if (!options.only || object.type == *options.only) visit(object, worker);
        });
        if (!problem.empty())
          on_error(ids[i].hex(), "object cannot be read (" + problem + "); try: git fsck", worker);
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
  whole_ = {0, git_odb_object_size(raw)};
  return Object{id, *type, {static_cast<const char*>(git_odb_object_data(raw)), whole_.end}, {&whole_, 1}};
}

}  // namespace keysift
