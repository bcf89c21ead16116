#include "git/walked.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "git/own_configuration.h"
#include "git/pack_builder.h"
#include "support/support.h"

namespace keysift::test {

Walked walked(const std::filesystem::path& path, unsigned workers, std::size_t memory) {
  forget_user_configuration();
  constexpr std::array<const char*, 4> kTypes{"commit", "tree", "blob", "tag"};
  Walked outcome;
  std::mutex guard;
  bool trees = false;
  const auto visit = [&](const Object& object, unsigned) {
    const bool wrong = name_of(object.type, object.bytes) != object.id;
    const std::string type = kTypes.at(static_cast<std::size_t>(object.type));
    const std::lock_guard lock(guard);
    outcome.objects.push_back(object.id.hex() + " " + type + " " + std::to_string(object.bytes.size()) +
                              (wrong ? " wrong" : "") +
                              ((object.type == ObjectType::tree) == trees ? "" : " out of turn"));
    return Reach();
  };
  const auto visit_large = [&](ObjectStream& large, unsigned worker) {
    std::string bytes;
    std::array<char, 1 << 20> part;
    for (std::size_t got = 1; got > 0; bytes.append(part.data(), got))
      got = large.bytes.read(part.data(), part.size());
    visit({large.id, large.type, bytes, {}}, worker);
    const std::lock_guard lock(guard);
    ++outcome.large;
  };
  const auto on_error = [&](const std::string& object, const Problem& problem, unsigned) {
    const std::lock_guard lock(guard);
    outcome.errors.emplace(object, problem.message);
  };
  ObjectWalkOptions options;
  options.workers = workers;
  options.memory = memory;
  const ObjectDatabase database(Repository::open(path));
  ObjectWalk(database, workers).run(options, visit, visit_large, on_error, [&] { trees = true; });
  std::sort(outcome.objects.begin(), outcome.objects.end());
  return outcome;
}

std::vector<std::string> listed_by_git(const std::filesystem::path& path) {
  const auto listing =
      run({"git", "cat-file", "--batch-all-objects", "--batch-check"}, path, {}, clean_environment());
  if (listing.exit_code != 0) throw std::runtime_error("git cat-file: " + listing.err);
  std::vector<std::string> lines;
  std::istringstream in(listing.out);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace keysift::test
