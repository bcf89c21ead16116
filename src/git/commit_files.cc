#include "git/commit_files.h"

#include "base/failure.h"
#include "base/text.h"
#include "git/commit_graph.h"
#include "git/commit_range.h"
#include "git/tree_reader.h"

namespace keysift {
namespace {

const char* kind_of(const TreeEntry& entry) {
  if (entry.kind == TreeEntry::Kind::tree) return "a folder";
  return entry.kind == TreeEntry::Kind::submodule ? "a submodule" : "a link, which is not followed";
}

}  // namespace

CommitFiles::CommitFiles(const std::filesystem::path& root, const std::string& option,
                         const std::string& revision)
    : revision_(revision),
      repository_(Repository::open(root)),
      database_(repository_),
      objects_(database_),
      commit_(named_commit(repository_, objects_, option, revision).commit) {}

std::string CommitFiles::shown(const std::string& name) const { return printable(revision_ + ":" + name); }

std::optional<std::string> CommitFiles::read(const std::string& name, std::size_t most) {
  const auto fail = [&](const std::string& why) { throw Failure("cannot read " + shown(name) + ": " + why); };
  const auto fail_at = [&](const Oid& object) {
    fail("its object " + object.hex() + " cannot be read (" + objects_.problem() + "); try: git fsck");
  };
  const auto commit = objects_.read(commit_);
  const auto header = commit ? parse_commit(commit_, commit->bytes) : std::nullopt;
  if (!header) fail_at(commit_);
  const auto tree = TreeReader(objects_).read(header->tree);
  if (!tree) fail_at(header->tree);
  std::size_t hint = 0;
  const auto entry = tree->find(name, hint);
  if (!entry) return std::nullopt;
  if (entry->kind != TreeEntry::Kind::blob || entry->is_link) fail(std::string("it is ") + kind_of(*entry));
  std::string bytes;
  bool too_large = false;
  const auto take = [&](const Object& object) {
    too_large = object.bytes.size() > most;
    if (!too_large) bytes = object.bytes;
  };
  if (!objects_.read(entry->id, most, take, [&](ObjectStream&) { too_large = true; })) fail_at(entry->id);
  if (too_large) fail("it has more than " + std::to_string(most) + " bytes");
  return bytes;
}

}  // namespace keysift
