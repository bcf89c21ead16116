#include "git/object_walk.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <set>

#include "base/failure.h"
#include "detect/detector.h"
#include "detect/oracle.h"
#include "git/generated.h"
#include "git/own_configuration.h"
#include "git/pack_builder.h"
#include "git/walked.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

constexpr std::size_t kMiB = std::size_t{1} << 20;

fs::path pack_folder(const TestRepo& repo) { return repo.path() / ".git/objects/pack"; }

std::vector<fs::path> files_in(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

fs::path only_file(const fs::path& folder, const std::string& extension) {
  const auto files = files_in(folder, extension);
  REQUIRE(files.size() == 1);
  return files.front();
}

// The walk hands on exactly what git lists, once, with any number of workers and little or much memory.
void check_all(const fs::path& repository) {
  const auto expected = listed_by_git(repository);
  for (const unsigned workers : {1U, 2U, 4U}) {
    for (const auto memory : {kMiB, 128 * kMiB}) {
      const auto outcome = walked(repository, workers, memory);
      INFO(workers << " workers, " << memory << " bytes");
      CHECK(outcome.errors == std::map<std::string, std::string>());
      CHECK(outcome.objects == expected);
    }
  }
}

// Objects by how they are stored, as git's own reader tells it: "blob", "delta", ...
std::size_t deltas_in(TestRepo& repo) {
  std::size_t deltas = 0;
  const auto zero = std::string(40, '0');
  const auto bases = repo.git({"cat-file", "--batch-all-objects", "--batch-check=%(deltabase)"}) + "\n";
  for (std::size_t at = 0; at < bases.size(); at += 41) deltas += bases.substr(at, 40) != zero;
  return deltas;
}

TEST_CASE("an empty repository has no objects") {
  const TestRepo repo;
  check_all(repo.path());
  CHECK(ObjectWalk(ObjectDatabase(Repository::open(repo.path())), 1).size() == 0);
}

TEST_CASE("loose objects of all types") {
  TestRepo repo;
  repo.write("empty", "");
  repo.write("file", "text");
  repo.write("folder/file", "more text");
  repo.commit_all("one");
  repo.git({"tag", "--annotate", "--message", "a tag", "v1"});
  repo.git({"hash-object", "-w", "--stdin"}, "in no tree");
  check_all(repo.path());
  CHECK(listed_by_git(repo.path()).size() == 8);
  const ObjectDatabase database(Repository::open(repo.path()));
  const ObjectWalk objects(database, 1);
  CHECK(objects.size() == 8);
  CHECK(objects.contains(name_of(ObjectType::blob, "")));
  CHECK(objects.contains(name_of(ObjectType::blob, "in no tree")));
  CHECK_FALSE(objects.contains(name_of(ObjectType::blob, "in no repository")));
}

TEST_CASE("an object that is both packed and loose is handed on once") {
  TestRepo repo;
  repo.write("empty", "");
  repo.write("file", "text");
  repo.commit_all("one");
  repo.git({"repack", "-a", "--quiet"});  // keeps the loose ones
  CHECK(fs::exists(repo.path() / ".git/objects/e6/9de29bb2d1d6434b8b29ae775ad8c2e48c5391"));
  check_all(repo.path());
  CHECK(listed_by_git(repo.path()).size() == 4);
}

TEST_CASE("a history packed in every way that git knows") {
  TestRepo repo;
  make_history(repo, 1, 400, 25, 3000, edit_prose);
  repo.git({"repack", "-a", "-d", "-f", "--quiet", "--depth=50", "--window=20"});

  SECTION("with offset deltas") {}
  SECTION("with ref deltas") {
    repo.git({"-c", "repack.useDeltaBaseOffset=false", "repack", "-a", "-d", "-f", "--quiet"});
    const Pack pack(only_file(pack_folder(repo), ".idx"));
    std::size_t refs = 0;
    for (std::uint32_t i = 0; i < pack.size(); ++i)
      refs += pack.entry(*pack.offset(i))->kind == PackKind::ref_delta;
    CHECK(refs > 300);
  }
  SECTION("collected aggressively") { repo.git({"gc", "--aggressive", "--prune=now", "--quiet"}); }
  SECTION("without deltas") {
    repo.git({"repack", "-a", "-d", "-f", "--quiet", "--depth=0"});
    CHECK(deltas_in(repo) == 0);
  }
  SECTION("without compression") {
    repo.git({"-c", "pack.compression=0", "repack", "-a", "-d", "-F", "--quiet"});
  }
  SECTION("in many packs") {
    repo.git({"repack", "-a", "-d", "-f", "--quiet", "--max-pack-size=1m"});
    repo.git({"-c", "pack.packSizeLimit=0", "rev-parse", "HEAD"});
    make_history(repo, 2, 60, 5, 2000, edit_prose);
    make_history(repo, 3, 60, 5, 2000, edit_prose);
    CHECK(files_in(pack_folder(repo), ".idx").size() >= 3);
  }
  SECTION("with a multi-pack-index") {
    make_history(repo, 2, 60, 5, 2000, edit_prose);
    repo.git({"multi-pack-index", "write"});
    CHECK(fs::exists(pack_folder(repo) / "multi-pack-index"));
  }
  SECTION("with the same objects in several packs") {
    const auto pack = pack_folder(repo) / "pack";
    repo.git({"pack-objects", "--quiet", "--all", "--no-reuse-delta", "--window=3", pack},
             repo.git({"rev-parse", "HEAD~20"}) + "\n");
    repo.git({"pack-objects", "--quiet", "--revs", "--delta-base-offset", pack}, "HEAD~20\n");
    repo.git({"pack-objects", "--quiet", "--revs", "--no-reuse-delta", "--depth=3", pack}, "HEAD~100\n");
    CHECK(files_in(pack_folder(repo), ".idx").size() >= 3);
  }
  SECTION("partly loose") {
    for (int i = 0; i < 20; ++i) {
      repo.write("file" + std::to_string(i), "text " + std::to_string(i));
      repo.commit_all("more");
    }
  }
  SECTION("unpacked") {
    const auto pack = only_file(pack_folder(repo), ".pack");
    const auto bytes = bytes_of(pack);
    for (const auto& file : files_in(pack_folder(repo), pack.extension())) fs::remove(file);
    for (const auto& file : files_in(pack_folder(repo), ".idx")) fs::remove(file);
    repo.git({"unpack-objects", "-q"}, bytes);
  }
  check_all(repo.path());
}

TEST_CASE("a thin pack that was completed") {
  TestRepo origin;
  make_history(origin, 5, 200, 5, 4000, edit_prose);
  origin.git({"config", "uploadpack.allowAnySHA1InWant", "true"});
  origin.git({"branch", "old", "HEAD~30"});
  TestRepo clone;
  clone.git({"-c", "protocol.file.allow=always", "fetch", "--quiet", origin.path(), "old"});
  clone.git({"-c", "protocol.file.allow=always", "-c", "fetch.unpackLimit=1", "fetch", "--quiet",
             origin.path(), "main"});
  CHECK(files_in(pack_folder(clone), ".pack").size() == 2);
  check_all(clone.path());
}

TEST_CASE("a delta chain of thousands") {
  TestRepo repo;
  std::mt19937_64 random(1);
  std::string text = prose(600, random);
  std::string stream;
  for (int version = 0; version < 4000; ++version) {
    text.replace(random() % 600, 8, prose(8, random));
    stream += "blob\ndata " + std::to_string(text.size()) + "\n" + text + "\n";
  }
  repo.git({"fast-import", "--quiet", "--depth=4095"}, stream);  // each is a delta from the one before
  const auto chains = repo.git({"verify-pack", "-s", only_file(pack_folder(repo), ".idx")});
  CHECK_THAT(chains, Contains("chain length = 3999: 1 object"));
  check_all(repo.path());
}

TEST_CASE("a blob of 100 MB, and versions of it") {
  TestRepo repo;
  std::mt19937_64 random(1);
  std::string large(100 * kMiB, '\0');
  for (std::size_t i = 0; i + 4096 <= large.size(); i += 4096) {  // compresses well, is no run of one byte
    const auto value = random();
    std::copy_n(reinterpret_cast<const char*>(&value), sizeof value, large.begin() + static_cast<long>(i));
  }
  repo.write("large", large);
  repo.commit_all("large");
  repo.write("large", large.replace(50 * kMiB, 5, "other"));
  repo.commit_all("another");
  repo.write("small", "text");
  repo.commit_all("small");
  const auto expected = listed_by_git(repo.path());
  const auto loose = walked(repo.path());
  CHECK(loose.objects == expected);
  CHECK(loose.large == 2);  // 100 MiB are over a worker's half of 128
  repo.git({"-c", "core.bigFileThreshold=1g", "repack", "-a", "-d", "-f", "--quiet", "--window=3"});
  CHECK(deltas_in(repo) >= 1);
  for (const auto& [workers, memory] : {std::pair{1U, kMiB}, {2U, 1024 * kMiB}}) {
    const auto outcome = walked(repo.path(), workers, memory);
    INFO(workers << " workers, " << memory << " bytes");
    CHECK(outcome.errors.empty());
    CHECK(outcome.objects == expected);
    CHECK(outcome.large == (memory == kMiB ? 1 : 0));  // the other is a delta
  }
}

TEST_CASE("objects of alternates belong to the repository") {
  TestRepo far;
  make_history(far, 1, 40, 3, 500, edit_prose);
  TestRepo near;
  near.write("near", "near");
  near.commit_all("near");
  TestRepo repo;
  repo.write("own", "own");
  repo.commit_all("own");
  const auto link = [](const TestRepo& from, const std::string& text) {
    from.write(".git/objects/info/alternates", text);
  };
  const auto objects = [](const TestRepo& of) { return (of.path() / ".git/objects").string(); };
  const auto relative = [&](const TestRepo& from, const TestRepo& to) {
    return (to.path() / ".git/objects").lexically_relative(from.path() / ".git/objects").string();
  };

  SECTION("one after the other") { link(repo, objects(near) + "\n" + objects(far) + "\n"); }
  SECTION("nested") {
    link(repo, objects(near) + "\n");
    link(near, objects(far) + "\n");
  }
  SECTION("in a circle") {
    link(repo, objects(near) + "\n");
    link(near, objects(far) + "\n" + objects(repo) + "\n");
    link(far, objects(far) + "\n" + objects(near) + "\n");
  }
  SECTION("relative") { link(repo, relative(repo, near) + "\n"); }
  SECTION("with comments, empty lines and folders that are gone") {
    link(repo, "# a comment\n\n/no/such/folder\n" + objects(near) + "\n");
  }
  SECTION("without a newline at the end") { link(repo, objects(near)); }
  SECTION("that have the same objects") {
    link(repo, objects(near) + "\n");
    near.git({"repack", "-a", "--quiet"});
    repo.write("near", "near");
    repo.commit_all("the same file");
    repo.git({"repack", "-a", "-d", "--quiet"});
  }
  check_all(repo.path());
}

using Matches = std::map<Oid, std::vector<Found>>;

struct Search {
  Matches matches;
  std::size_t spared = 0;  // bytes that need not be searched
  std::size_t partly = 0;  // objects with matches of which not all is fresh
};

// Searches a repository as a scan does, or each object whole.
Search search(const fs::path& repository, const Detector& detector, bool whole, unsigned workers,
              std::size_t memory) {
  forget_user_configuration();
  Search search;
  std::mutex guard;
  std::vector<Detector::Scratch> scratches;
  for (unsigned i = 0; i < workers; ++i) scratches.emplace_back(detector);
  const auto visit = [&](const Object& object, unsigned worker) {
    auto& scratch = scratches[worker];
    const auto fresh = whole ? Fresh{} : object.fresh;
    auto found = found_in(detector.scan(object.bytes, scratch, {}, fresh));
    std::size_t spared = object.fresh.ranges.empty() ? 0 : object.bytes.size();
    for (const auto& range : object.fresh.ranges) spared -= range.end - range.begin;
    const std::lock_guard lock(guard);
    search.spared += spared;
    search.partly += spared > 0 && !found.empty();
    if (!found.empty()) search.matches.emplace(object.id, std::move(found));
    return scratch.reach();
  };
  ObjectWalkOptions options;
  options.workers = workers;
  options.memory = memory;
  const ObjectDatabase database(Repository::open(repository));
  ObjectWalk(database, workers).run(options, visit, nullptr, [](auto&&...) { FAIL(); });
  return search;
}

// Edits that put keys together and take them apart: a part of an example, somewhere; later something within.
Edit edit_keys(const std::vector<Rule>& rules) {
  return [&rules](std::string& text, std::mt19937_64& random) {
    if (text.size() > 20'000) text.erase(0, text.size() / 2);
    edit_prose(text, random);
    if (random() % 4 == 0) return;
    const auto piece = haystack(rules, random, 1);
    const auto at = static_cast<std::size_t>(random() % (text.size() + 1));
    if (random() % 3 == 0) {
      text += piece;
    } else if (random() % 3 == 0) {
      text.insert(0, piece);
    } else {
      text.insert(at, piece);
    }
    if (random() % 2 == 0) {  // split it; another edit may delete what splits it
      text.insert(std::min(text.size(), at + random() % (piece.size() + 1)), "#~#~#");
    }
    for (auto mark = text.find("#~#~#"); mark != std::string::npos && random() % 2 == 0;
         mark = text.find("#~#~#"))
      text.erase(mark, 5);
    if (random() % 4 == 0) text.erase(0, random() % 40);
    if (random() % 4 == 0) text.resize(text.size() - random() % 40);
  };
}

TEST_CASE("a search of what is fresh finds what a search of all finds") {
  const auto rules = all_rules();
  const Detector detector(rules);
  std::size_t partly = 0;
  for (unsigned seed = 1; seed <= 6; ++seed) {
    TestRepo repo;
    make_history(repo, seed, 250, 30, 3000, edit_keys(rules));
    repo.git({"repack", "-a", "-d", "-f", "--quiet", "--depth=50", "--window=50"});
    const auto expected = search(repo.path(), detector, true, 2, 128 * kMiB);
    CHECK(expected.matches.size() > 20);
    for (const unsigned workers : {1U, 2U, 4U}) {
      INFO("seed " << seed << ", " << workers << " workers");
      const auto found = search(repo.path(), detector, false, workers, 128 * kMiB);
      CHECK(found.matches == expected.matches);
      CHECK(found.spared > 100'000);
      partly += found.partly;
    }
    CHECK(search(repo.path(), detector, false, 2, kMiB / 64).matches == expected.matches);
  }
  CHECK(partly > 20);
}

// A small repository in one pack, with deltas, for breaking.
struct SmallRepo {
  TestRepo repo;
  fs::path index;
  fs::path pack;
  std::string index_bytes;
  std::string pack_bytes;
  Lines objects;

  SmallRepo() {
    make_history(repo, 9, 12, 2, 300, edit_prose);
    repo.git({"repack", "-a", "-d", "-f", "--quiet", "--depth=50"});
    index = only_file(pack_folder(repo), ".idx");
    pack = only_file(pack_folder(repo), ".pack");
    index_bytes = bytes_of(index);
    pack_bytes = bytes_of(pack);
    objects = listed_by_git(repo.path());
  }

  Walked with(std::string_view new_index, std::string_view new_pack) {
    replace_file(index, new_index);
    replace_file(pack, new_pack);
    return walked(repo.path());
  }
};

std::string name_in(const std::string& line) { return line.substr(0, 40); }

// Which entries of a pack a byte at `at` belongs to: that entry, and those that stand on it.
std::set<std::string> affected(const Pack& pack, std::size_t at) {
  std::map<std::uint64_t, std::uint32_t> entries;
  for (std::uint32_t number = 0; number < pack.size(); ++number) entries[*pack.offset(number)] = number;
  const auto hit = std::prev(entries.upper_bound(at))->first;
  std::set<std::uint64_t> reached{hit};
  std::set<std::string> names{pack.id(entries[hit]).hex()};
  for (const auto& [offset, number] : entries) {  // a base comes before its offset deltas
    const auto entry = pack.entry(offset);
    if (entry->kind != PackKind::offset_delta || !reached.contains(entry->base_offset)) continue;
    reached.insert(offset);
    names.insert(pack.id(number).hex());
  }
  return names;
}

TEST_CASE("a flipped byte in a pack's body costs only what stands on it") {
  SmallRepo small;
  const Pack good(small.index);
  const auto entries_begin = std::size_t{12};
  for (std::size_t at = entries_begin; at < good.end(); at += 7) {
    auto bytes = small.pack_bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
    const auto outcome = small.with(small.index_bytes, bytes);
    const auto lost = affected(good, at);
    INFO("byte " << at);
    for (const auto& line : small.objects) {
      const auto name = name_in(line);
      const bool handed_on = std::binary_search(outcome.objects.begin(), outcome.objects.end(), line);
      if (lost.contains(name)) {
        // A header's type or the distance to a base may change into another good one, which nothing shows.
        const auto same = std::lower_bound(outcome.objects.begin(), outcome.objects.end(), name);
        const bool something = same != outcome.objects.end() && name_in(*same) == name;
        CHECK((something || outcome.errors.contains(name)));
      } else {
        CHECK(handed_on);
        CHECK_FALSE(outcome.errors.contains(name));
      }
    }
  }
}

TEST_CASE("a flipped byte in a pack's header or checksum") {
  SmallRepo small;
  for (const std::size_t at : {std::size_t{0}, std::size_t{5}, std::size_t{6}}) {
    auto bytes = small.pack_bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const auto outcome = small.with(small.index_bytes, bytes);
    INFO("byte " << at);
    CHECK(outcome.errors.contains(small.index.filename()));
  }
  auto bytes = small.pack_bytes;
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  CHECK(small.with(small.index_bytes, bytes).objects == small.objects);
}

TEST_CASE("a flipped byte in an index is survived, and what is lost by it is told") {
  SmallRepo small;
  for (std::size_t at = 0; at < small.index_bytes.size() - 40; at += at < 1032 ? 61 : 7) {
    auto bytes = small.index_bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
    const auto outcome = small.with(bytes, small.pack_bytes);
    INFO("byte " << at);
    // A changed name or offset: the object is handed on under another name, or told as broken.
    for (const auto& line : small.objects) {
      if (std::binary_search(outcome.objects.begin(), outcome.objects.end(), line)) continue;
      const bool something_wrong =
          !outcome.errors.empty() ||
          std::any_of(outcome.objects.begin(), outcome.objects.end(),
                      [](const std::string& other) { return other.ends_with(" wrong"); });
      CHECK(something_wrong);
    }
  }
}

TEST_CASE("a pack that is cut short keeps the objects before the cut") {
  SmallRepo small;
  const Pack good(small.index);
  for (std::size_t size = 0; size < small.pack_bytes.size(); size += 101) {
    const auto outcome = small.with(small.index_bytes, small.pack_bytes.substr(0, size));
    INFO("cut to " << size);
    CHECK_FALSE(outcome.errors.empty());
    if (size < 32) {
      CHECK(outcome.errors.contains(small.index.filename()));
      continue;
    }
    for (std::uint32_t number = 0; number < good.size(); ++number) {
      const auto name = good.id(number).hex();
      std::uint64_t next = good.end();
      for (std::uint32_t other = 0; other < good.size(); ++other) {
        if (*good.offset(other) > *good.offset(number)) next = std::min(next, *good.offset(other));
      }
      const auto line = std::lower_bound(outcome.objects.begin(), outcome.objects.end(), name);
      const bool handed_on = line != outcome.objects.end() && name_in(*line) == name;
      if (next <= size - 20) CHECK(handed_on);  // as if the last 20 bytes were the checksum
      CHECK(handed_on != outcome.errors.contains(name));
    }
  }
}

TEST_CASE("an index that is cut short, or empty, costs its pack and nothing else") {
  SmallRepo small;
  const auto loose = small.repo.git({"hash-object", "-w", "--stdin"}, "loose");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{8}, std::size_t{1000}, std::size_t{1100}, small.index_bytes.size() - 1}) {
    const auto outcome = small.with(small.index_bytes.substr(0, size), small.pack_bytes);
    INFO("cut to " << size);
    CHECK(outcome.errors.contains(small.index.filename()));
    CHECK(outcome.objects == Lines{loose + " blob 5"});
  }
}

TEST_CASE("an index without its pack, and a folder in place of a pack") {
  SmallRepo small;
  const auto loose = small.repo.git({"hash-object", "-w", "--stdin"}, "loose");
  fs::remove(small.pack);
  auto outcome = walked(small.repo.path());
  CHECK(outcome.objects == Lines{loose + " blob 5"});
  REQUIRE(outcome.errors.size() == 1);
  CHECK_THAT(outcome.errors.at(small.index.filename()), Contains("No such file"));
  fs::create_directory(small.pack);
  outcome = walked(small.repo.path());
  CHECK(outcome.objects == Lines{loose + " blob 5"});
  CHECK(outcome.errors.contains(small.index.filename()));
}

TEST_CASE("an index of version 1") {
  SmallRepo small;
  fs::remove(small.index);
  small.repo.git({"index-pack", "--index-version=1", small.pack});
  const auto outcome = walked(small.repo.path());
  CHECK(outcome.objects == small.objects);
  CHECK(outcome.errors.empty());
}

TEST_CASE("a broken object is read from wherever else it is") {
  SmallRepo small;
  TestRepo other;
  other.git({"unpack-objects", "-q"}, small.pack_bytes);
  const auto objects = small.repo.path() / ".git/objects";
  SECTION("loose") {
    for (const auto& entry : fs::directory_iterator(other.path() / ".git/objects")) {
      if (entry.path().filename().native().size() == 2)
        fs::copy(entry.path(), objects / entry.path().filename(), fs::copy_options::recursive);
    }
  }
  // Packs are opened in the order of their names.
  for (const std::string name : {"pack-0", "pack-z"}) {
    DYNAMIC_SECTION("in " << name) {
      other.git({"pack-objects", "--quiet", "--depth=0", "packed"}, [&] {
        std::string names;
        for (const auto& line : small.objects) names += name_in(line) + "\n";
        return names;
      }());
      for (const std::string extension : {".pack", ".idx"})
        fs::copy(only_file(other.path(), extension), objects / "pack" / (name + extension));
    }
  }
  auto bytes = small.pack_bytes;
  for (std::size_t at = 20; at + 20 < bytes.size(); at += 40) bytes[at] = static_cast<char>(~bytes[at]);
  const auto outcome = small.with(small.index_bytes, bytes);
  CHECK(outcome.errors == std::map<std::string, std::string>());
  CHECK(outcome.objects == small.objects);
}

}  // namespace
}  // namespace keysift::test
