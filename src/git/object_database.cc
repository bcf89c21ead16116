#include "git/object_database.h"

#include <algorithm>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "git/object_folders.h"

namespace keysift {
namespace {

// The entries of a folder, sorted; as many as can be read. There need not be such a folder.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                              std::vector<ObjectDatabase::Declined>& declined) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
    declined.push_back({folder, "folder cannot be read: " + error.message()});
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool has_hex_name(const std::filesystem::path& file, std::size_t digits) {
  const auto name = file.filename().native();
  return name.size() == digits && is_hex(name);
}

}  // namespace

ObjectDatabase::ObjectDatabase(const Repository& repository) {
  open_folder(repository.common_dir() / "objects", 0);
  for (const auto& folder : object_folders_of_environment()) open_folder(folder, 0);
}

// Alternates: git's gitrepository-layout, objects/info/alternates.
void ObjectDatabase::open_folder(const std::filesystem::path& objects, unsigned depth) {
  constexpr unsigned kMaxDepth = 5;  // as in git
  std::error_code error;
  const auto canonical = std::filesystem::canonical(objects, error);
  const bool seen = std::find(folders_.begin(), folders_.end(), canonical) != folders_.end();
  if (seen || error == std::errc::no_such_file_or_directory)
    return;  // what it should hold is missed elsewhere
  if (error || depth > kMaxDepth) {
    const auto why = error ? error.message() : "alternates of alternates are followed five times";
    declined_.push_back({objects, "the folder of objects cannot be read: " + why});
    return;
  }
  folders_.push_back(canonical);
  open_packs(canonical);
  const auto file = canonical / "info" / "alternates";
  try {
    const auto alternates = read_if_there(file, kMaxGitFile);
    for (const auto& line : words_of(alternates.value_or(""), "\n")) {
      if (line.front() != '#') open_folder(canonical / line, depth + 1);
    }
  } catch (const Failure& failure) {
    declined_.push_back({file, failure.what()});
  }
}

void ObjectDatabase::open_packs(const std::filesystem::path& objects) {
  for (const auto& file : entries_of(objects / "pack", declined_)) {
    if (file.extension() != ".idx") continue;
    try {
      packs_.emplace_back(file);
    } catch (const Failure& failure) {
      declined_.push_back({file, failure.what()});
    }
  }
}

std::vector<Oid> ObjectDatabase::loose(std::vector<Declined>& declined) const {
  std::vector<Oid> names;
  for (const auto& objects : folders_) {
    for (const auto& folder : entries_of(objects, declined)) {
      if (!has_hex_name(folder, 2)) continue;
      for (const auto& file : entries_of(folder, declined)) {
        if (has_hex_name(file, 2 * Oid::kSize - 2))
          names.push_back(Oid::from_hex(folder.filename().native() + file.filename().native()));
      }
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace keysift
