#include "git/repository.h"

#include <fcntl.h>
#include <git2/sys/alloc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_set>

#include "base/emergency.h"
#include "base/failure.h"
#include "base/file.h"
#include "base/mapped_file.h"
#include "base/text.h"
#include "git/config_check.h"
#include "git/object_folders.h"

namespace keysift {
namespace {

// What cannot be opened there, our own reader of objects tells where it is missed.
void add_object_folders(git_repository* repository) {
  const auto folders = object_folders_of_environment();
  git_odb* raw = nullptr;
  if (folders.empty() || git_repository_odb(&raw, repository) != 0) return;
  const GitHandle<git_odb, git_odb_free> objects(raw);
  for (const auto& folder : folders) git_odb_add_disk_alternate(objects.get(), folder.c_str());
}

// The .git folder of a repository that is named by it, by a work tree's root, or by a .git file.
std::filesystem::path git_dir_of(const std::filesystem::path& path) {
  std::error_code error;  // opening it tells what is wrong
  const auto below = path / ".git";
  const auto dot_git = std::filesystem::exists(below, error) ? below : path;
  if (std::filesystem::is_directory(dot_git, error)) return dot_git;
  const auto file = read_regular_file(AT_FDCWD, dot_git, kMaxGitFile);
  constexpr std::string_view kField = "gitdir:";
  if (!file || !file->starts_with(kField)) return dot_git;
  return dot_git.parent_path() / trimmed(std::string_view(*file).substr(kField.size()), " \t\r\n");
}

Index index_of(const std::filesystem::path& file) {
  try {
    if (!std::filesystem::exists(file)) return {};
    auto index = parse_index(MappedFile(file, MappedFile::Load::at_once).bytes());
    const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
    if (!std::is_sorted(index.entries.begin(), index.entries.end(), by_path))  // git always sorts it
      std::sort(index.entries.begin(), index.entries.end(), by_path);
    return index;
  } catch (const std::runtime_error& error) {
    throw Failure("the index cannot be read: " + std::string(error.what()));
  }
}

// The names of refs that have files of their own; "refs" is added to `broken` if they cannot be listed.
std::vector<std::string> loose_refs(const std::filesystem::path& git_dir, std::vector<std::string>& broken) {
  std::vector<std::string> names;
  std::error_code error;
  using Walk = std::filesystem::recursive_directory_iterator;
  for (Walk entry(git_dir / "refs", error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().lexically_relative(git_dir).native();
    int valid = 0;
    if (entry->is_regular_file(error) && git_reference_name_is_valid(&valid, name.c_str()) == 0 && valid != 0)
      names.push_back(name);
  }
  if (error) broken.emplace_back("refs");
  return names;
}

// Libgit2 does not survive a lack of memory everywhere, and takes it for a thing that is not there.
template <typename T>
T* had(T* memory) {
  if (memory == nullptr) end_out_of_memory();
  return memory;
}

std::size_t product(std::size_t count, std::size_t size) {
  if (size > 0 && count > SIZE_MAX / size) end_out_of_memory();
  return count * size;
}

char* copy_of(const char* text, std::size_t size) {
  auto* copy = static_cast<char*>(had(std::malloc(size + 1)));
  std::memcpy(copy, text, size);
  copy[size] = '\0';
  return copy;
}

// Calls malloc() and the like, and ends the process when there is no memory.
template <typename Allocator = git_allocator>
Allocator ending_allocator() {
  Allocator calls{};
  calls.gmalloc = [](std::size_t size, const char*, int) {
    return had(std::malloc(std::max<std::size_t>(size, 1)));
  };
  calls.grealloc = [](void* memory, std::size_t size, const char*, int) {
    return had(std::realloc(memory, std::max<std::size_t>(size, 1)));
  };
  calls.gfree = std::free;
  if constexpr (requires { calls.gcalloc; }) {  // before libgit2 1.6
    calls.gcalloc = [](std::size_t count, std::size_t size, const char*, int) {
      return had(std::calloc(std::max<std::size_t>(count, 1), std::max<std::size_t>(size, 1)));
    };
    calls.gstrdup = [](const char* text, const char*, int) { return copy_of(text, std::strlen(text)); };
    calls.gstrndup = [](const char* text, std::size_t most, const char*, int) {
      return copy_of(text, strnlen(text, most));
    };
    calls.gsubstrdup = [](const char* text, std::size_t size, const char*, int) {
      return copy_of(text, size);
    };
    calls.gmallocarray = [](std::size_t count, std::size_t size, const char*, int) {
      return had(std::malloc(std::max<std::size_t>(product(count, size), 1)));
    };
    calls.greallocarray = [](void* memory, std::size_t count, std::size_t size, const char*, int) {
      return had(std::realloc(memory, std::max<std::size_t>(product(count, size), 1)));
    };
  }
  return calls;
}

}  // namespace

void start_libgit2() {
  static std::once_flag once;
  std::call_once(once, [] {
    static auto allocator = ending_allocator();
    git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);
    if (git_libgit2_init() < 0) throw Failure("libgit2 cannot be started (" + git_error_message() + ")");
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 5
    // Reading a stranger's repository is the point; libgit2 runs nothing that its configuration names.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    // A partial clone is an ordinary repository that lacks objects; worktree configuration concerns nothing
    // we read.
    std::array<const char*, 2> extensions{"partialclone", "worktreeconfig"};
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
#endif
    // Hashing each object again would take longer than all else; zlib's checksum guards the bytes.
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
  });
}

std::string git_error_message() {
  const auto* error = git_error_last();
  return error == nullptr || error->message == nullptr ? "unknown error" : printable(error->message);
}

Repository Repository::open(const std::filesystem::path& path) {
  start_libgit2();
  git_repository* handle = nullptr;
  if (const auto trouble = trouble_with_files(git_dir_of(path)); !trouble.empty())
    throw Failure(printable(path.native()) + ": no git repository that can be read (" + trouble + ")");
  const auto status = git_answer(
      [&] { return git_repository_open_ext(&handle, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr); });
  if (status == 0) {
    Repository repository(handle);
    add_object_folders(handle);
    return repository;
  }
  const auto shown = printable(path.native());
  const auto why = git_error_message();
  if (why.find("objectformat") != std::string::npos || why.find("object format") != std::string::npos) {
    throw Failure(shown + ": its objects have SHA-256 names, which this build's libgit2 (" LIBGIT2_VERSION
                          ") cannot read; a clone converted to SHA-1 can be scanned");
  }
  throw Failure(shown + ": no git repository that can be read (" + why + ")");
}

std::optional<std::filesystem::path> Repository::root_of(const std::filesystem::path& path) {
  start_libgit2();
  git_buf found{};
  const auto status = git_answer([&] { return git_repository_discover(&found, path.c_str(), 1, nullptr); });
  const std::string git_dir = status == 0 ? std::string(found.ptr, found.size) : std::string();
  git_buf_dispose(&found);
  if (status != 0) return std::nullopt;
  git_repository* raw = nullptr;
  if (trouble_with_files(git_dir).empty() &&
      git_repository_open_ext(&raw, git_dir.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) == 0) {
    return Repository(raw).work_tree().value_or(git_dir);
  }
  // Of a kind that cannot be opened: open() will say why.
  constexpr std::string_view kDotGit = "/.git/";
  return git_dir.ends_with(kDotGit) ? git_dir.substr(0, git_dir.size() - kDotGit.size() + 1) : git_dir;
}

std::optional<std::filesystem::path> Repository::work_tree() const {
  const char* path = git_repository_workdir(get());
  if (path == nullptr) return std::nullopt;
  // Where no configuration says "bare", libgit2 takes the folder around any repository for its work tree; git
  // does so only for one that is called ".git".
  const std::filesystem::path git_dir = git_repository_path(get());  // ends with '/'
  const bool around = git_dir.parent_path().parent_path() / "" == path;
  if (around && git_dir.parent_path().filename() != ".git") return std::nullopt;
  // core.worktree may lead anywhere: to a folder that knows of no repository.
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::path(path) / ".git", error)) return std::nullopt;
  return path;
}

std::filesystem::path Repository::common_dir() const { return git_repository_commondir(get()); }

std::vector<Ref> Repository::refs(std::vector<std::string>& broken,
                                  const std::function<bool(const Oid&)>& is_there) const {
  git_odb* raw = nullptr;
  if (git_repository_odb(&raw, get()) != 0)
    throw Failure("the repository cannot be read (" + git_error_message() + ")");
  const GitHandle<git_odb, git_odb_free> database(raw);
  std::vector<Ref> refs;
  const auto add = [&](const std::string& name, const git_oid* target) {
    if (target == nullptr) return false;
    const auto id = Oid::from_raw(target->id);
    const bool found = (is_there && is_there(id)) || git_odb_exists(database.get(), target) == 1;
    if (found) refs.push_back({name, id});
    return found;
  };
  const auto add_named = [&](const std::string& name) {
    git_oid target;
    return git_answer([&] { return git_reference_name_to_id(&target, get(), name.c_str()); }) == 0 &&
           add(name, &target);
  };
  // The HEAD of a repository without commits leads nowhere, and may. One that leads to a broken branch is
  // told as that branch.
  const bool head = add_named("HEAD");
  git_reference_iterator* raw_iterator = nullptr;
  if (git_reference_iterator_new(&raw_iterator, get()) != 0) {
    broken.emplace_back("refs");
    return refs;
  }
  const GitHandle<git_reference_iterator, git_reference_iterator_free> iterator(raw_iterator);
  std::unordered_set<std::string> seen;
  const auto first = static_cast<std::ptrdiff_t>(refs.size());
  const auto next = [&](git_reference** ref) { return git_reference_next(ref, iterator.get()); };
  for (git_reference* raw_ref = nullptr; git_answer([&] { return next(&raw_ref); }) == 0;) {
    const GitHandle<git_reference, git_reference_free> ref(raw_ref);
    const std::string name = git_reference_name(raw_ref);
    seen.insert(name);
    const bool direct = git_reference_type(raw_ref) == GIT_REFERENCE_DIRECT;
    if (!(direct ? add(name, git_reference_target(raw_ref)) : add_named(name))) broken.push_back(name);
  }
  // Libgit2 passes over those that it cannot read.
  for (const auto& name : loose_refs(common_dir(), broken))
    if (!seen.contains(name) && !add_named(name)) broken.push_back(name);
  if (!head && broken.empty() && git_repository_head_unborn(get()) != 1) broken.emplace_back("HEAD");
  std::sort(refs.begin() + first, refs.end(), [](const Ref& a, const Ref& b) { return a.name < b.name; });
  std::sort(broken.begin(), broken.end());
  return refs;
}

std::optional<Oid> Repository::head() const {
  git_oid target;
  if (git_answer([&] { return git_reference_name_to_id(&target, get(), "HEAD"); }) != 0) return std::nullopt;
  return Oid::from_raw(target.id);
}

std::string Repository::branch() const {
  git_reference* raw = nullptr;
  if (git_answer([&] { return git_reference_lookup(&raw, get(), "HEAD"); }) != 0) return {};
  const GitHandle<git_reference, git_reference_free> head(raw);
  const char* target = git_reference_symbolic_target(raw);
  constexpr std::string_view kBranches = "refs/heads/";
  const std::string_view name = target == nullptr ? "" : target;
  return name.starts_with(kBranches) ? std::string(name.substr(kBranches.size())) : std::string();
}

std::string Repository::remote_address() const {
  git_config* raw = nullptr;
  if (git_answer([&] { return git_repository_config_snapshot(&raw, get()); }) != 0) return {};
  const GitHandle<git_config, git_config_free> config(raw);
  const char* address = nullptr;
  return git_config_get_string(&address, raw, "remote.origin.url") == 0 ? address : "";
}

Index Repository::read_index() const {
  // Set by git for a hook, where a commit is to have other things than the index: `git commit -a`, `git
  // commit FILE`.
  const char* other = std::getenv("GIT_INDEX_FILE");
  const auto file = other != nullptr && *other != '\0'
                        ? std::filesystem::path(other)
                        : std::filesystem::path(git_repository_path(get())) / "index";
  return index_of(file);
}

std::vector<IndexEntry> Repository::index(std::string& problem) const {
  try {
    auto index = index_of(std::filesystem::path(git_repository_path(get())) / "index");
    if (!index.sparse) return std::move(index.entries);
    problem =
        "the index is a sparse one, so not all files are known; to fill it: git sparse-checkout reapply "
        "--no-sparse-index";
  } catch (const Failure& failure) {
    problem = failure.what();
  }
  return {};
}

std::set<Oid> Repository::shallow_boundary() const {
  std::set<Oid> boundary;
  const auto file = read_if_there(common_dir() / "shallow", kMaxGitFile);
  for (const auto& line : words_of(file.value_or(""), "\n")) boundary.insert(Oid::from_hex(line));
  return boundary;
}

}  // namespace keysift
