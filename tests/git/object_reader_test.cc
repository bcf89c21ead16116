#include "git/object_reader.h"

#include <algorithm>
#include <fstream>

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

Repository open(const fs::path& path) {
  forget_user_configuration();
  return Repository::open(path);
}

// Every object, read by name, is what git says it is, in any order of reading.
void check_all(const fs::path& path) {
  const ObjectDatabase database(open(path));
  auto lines = listed_by_git(path);
  std::mt19937_64 random(1);
  for (int order = 0; order < 3; ++order) {
    ObjectReader reader(database);
    for (const auto& line : lines) {
      const auto id = Oid::from_hex(line);
      const auto object = reader.read(id);
      INFO(line << ": " << reader.problem());
      REQUIRE(object);
      CHECK(name_of(object->type, object->bytes) == id);
    }
    std::shuffle(lines.begin(), lines.end(), random);
  }
}

TEST_CASE("any object is read by its name") {
  TestRepo repo;
  make_history(repo, 1, 150, 10, 3000, edit_prose);
  repo.write("empty", "");
  repo.commit_all("empty");
  repo.git({"tag", "--annotate", "--message", "a tag", "v1"});
  SECTION("loose") {}
  SECTION("by offset deltas") { repo.git({"repack", "-a", "-d", "-f", "--quiet", "--depth=50"}); }
  SECTION("by ref deltas") {
    repo.git({"-c", "repack.useDeltaBaseOffset=false", "repack", "-a", "-d", "-f", "--quiet", "--depth=50"});
  }
  SECTION("by an index of version 1") {
    repo.git({"-c", "pack.indexVersion=1", "repack", "-a", "-d", "--quiet"});
  }
  check_all(repo.path());
}

TEST_CASE("an object that is not there is missing") {
  const TestRepo repo;
  const ObjectDatabase database(open(repo.path()));
  ObjectReader reader(database);
  CHECK_FALSE(reader.read(Oid::from_hex(std::string(40, '1'))));
  CHECK(reader.problem() == "it is missing");
}

// Puts a loose object's file into the repository, whatever it holds.
void put_loose(const TestRepo& repo, const Oid& id, const std::string& bytes) {
  const auto hex = id.hex();
  repo.write(".git/objects/" + hex.substr(0, 2) + "/" + hex.substr(2), bytes);
}

TEST_CASE("a broken loose object is told as such") {
  TestRepo repo;
  const auto id = name_of(ObjectType::blob, "some text");
  const auto whole = deflated("blob 9" + std::string(1, '\0') + "some text");
  std::string bytes;
  SECTION("empty") {}
  SECTION("no zlib stream") { bytes = "blob 9"; }
  SECTION("cut short") { bytes = whole.substr(0, whole.size() - 6); }
  SECTION("of a type that does not exist") {
    bytes = deflated("blub 9" + std::string(1, '\0') + "some text");
  }
  SECTION("without a size") { bytes = deflated("blob " + std::string(1, '\0') + "some text"); }
  SECTION("with more than its size") { bytes = deflated("blob 8" + std::string(1, '\0') + "some text"); }
  SECTION("with less than its size") { bytes = deflated("blob 10" + std::string(1, '\0') + "some text"); }
  SECTION("with a size that lies") {
    bytes = deflated("blob 18446744073709551615" + std::string(1, '\0') + "some text");
  }
  SECTION("without an end to its header") { bytes = deflated(std::string(10'000, 'b')); }
  put_loose(repo, id, bytes);
  const ObjectDatabase database(open(repo.path()));
  ObjectReader reader(database);
  CHECK_FALSE(reader.read(id));
  CHECK_THAT(reader.problem(), Contains("broken"));
  put_loose(repo, id, whole);
  CHECK(reader.read(id)->bytes == "some text");
}

fs::path pack_folder(const TestRepo& repo) { return repo.path() / ".git/objects/pack"; }

TEST_CASE("deltas in a circle end") {
  const TestRepo repo;
  PackBuilder pack;
  const auto a = name_of(ObjectType::blob, "a");
  const auto b = name_of(ObjectType::blob, "b");
  pack.add_ref_delta(a, b, delta_header(1, 1) + insert("a"));
  pack.add_ref_delta(b, a, delta_header(1, 1) + insert("b"));
  SECTION("in one pack") { pack.write(pack_folder(repo)); }
  SECTION("in two") {
    PackBuilder other;
    pack = {};
    pack.add_ref_delta(a, b, delta_header(1, 1) + insert("a"));
    other.add_ref_delta(b, a, delta_header(1, 1) + insert("b"));
    pack.write(pack_folder(repo), "one");
    other.write(pack_folder(repo), "two");
  }
  const ObjectDatabase database(open(repo.path()));
  ObjectReader reader(database);
  for (int again = 0; again < 2; ++again) {
    CHECK_FALSE(reader.read(a));
    CHECK_FALSE(reader.read(b));
    CHECK_THAT(reader.problem(), Contains("broken"));
  }
}

TEST_CASE("sizes that lie cost their object and no memory") {
  const TestRepo repo;
  PackBuilder pack;
  const auto huge = std::uint64_t{1} << 60;
  const auto lie = name_of(ObjectType::blob, "lie");
  const auto base = name_of(ObjectType::blob, "base");
  const auto delta = name_of(ObjectType::blob, "delta");
  const auto good = name_of(ObjectType::blob, "good");
  pack.add_entry(lie, 3, huge, "", deflated("lie"));
  const auto at = pack.add(ObjectType::blob, "base");
  pack.add_offset_delta(delta, at, delta_header(4, huge) + copy(0, 4));
  pack.add_offset_delta(good, at, delta_header(4, 4) + insert("good"));
  pack.write(pack_folder(repo));
  const ObjectDatabase database(open(repo.path()));
  ObjectReader reader(database);
  CHECK_FALSE(reader.read(lie));
  CHECK_FALSE(reader.read(delta));
  CHECK(reader.read(base)->bytes == "base");
  CHECK(reader.read(good)->bytes == "good");
  const auto whole = [](auto&&...) {};
  CHECK_FALSE(reader.read(lie, 1, whole, whole));
}

TEST_CASE("a large blob is read in parts where it is stored whole") {
  TestRepo repo;
  repo.write("large", std::string(5'000'000, 'x') + "end");
  repo.commit_all("large");
  const auto id = Oid::from_hex(repo.git({"rev-parse", "HEAD:large"}));
  const auto tree = Oid::from_hex(repo.git({"rev-parse", "HEAD^{tree}"}));
  SECTION("loose") {}
  SECTION("packed") { repo.git({"repack", "-a", "-d", "--quiet"}); }
  const ObjectDatabase database(open(repo.path()));
  ObjectReader reader(database);
  std::string bytes;
  std::size_t whole = 0;
  const auto take = [&](const Object&) { ++whole; };
  const auto take_large = [&](ObjectStream& large) {
    CHECK(large.size == 5'000'003);
    std::string part(700'001, '\0');
    for (std::size_t got = 1; got > 0; bytes.append(part, 0, got))
      got = large.bytes.read(part.data(), part.size());
  };
  CHECK(reader.read(id, 5'000'002, take, take_large));
  CHECK(name_of(ObjectType::blob, bytes) == id);
  CHECK(whole == 0);
  CHECK(reader.read(id, 5'000'003, take, take_large));
  CHECK(reader.read(tree, 1, take, take_large));
  CHECK(whole == 2);
}

TEST_CASE("tags lead to what they tag") {
  TestRepo repo;
  repo.write("a", "1");
  const auto commit = repo.commit_all("first");
  repo.git({"tag", "--annotate", "--message=x", "one"});
  repo.git({"tag", "--annotate", "--message=x", "two", "one"});
  repo.git({"tag", "--annotate", "--message=x", "blob", "HEAD:a"});
  repo.git({"tag", "--annotate", "--message=x", "tree", "HEAD^{tree}"});
  const ObjectDatabase database(open(repo.path()));
  ObjectReader objects(database);
  const auto peeled = [&](const std::string& name, ObjectType type) {
    const auto found = peel(objects, Oid::from_hex(repo.git({"rev-parse", name})), type);
    return found ? found->hex() : "";
  };
  CHECK(peeled("one", ObjectType::commit) == commit);
  CHECK(peeled("two", ObjectType::commit) == commit);
  CHECK(peeled("HEAD", ObjectType::commit) == commit);
  CHECK(peeled("tree", ObjectType::tree) == repo.git({"rev-parse", "HEAD^{tree}"}));
  CHECK(peeled("blob", ObjectType::commit) == "");
  CHECK(peeled("blob", ObjectType::blob) == repo.git({"rev-parse", "HEAD:a"}));
  CHECK_FALSE(peel(objects, Oid::from_hex(std::string(40, '1')), ObjectType::commit));
}

}  // namespace
}  // namespace keysift::test
