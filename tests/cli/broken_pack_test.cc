// Packs and loose objects that are broken or lie: each costs what is in it, is told by name, and nothing
// more.
#include <filesystem>
#include <set>

#include "cli/keysift.h"
#include "git/pack_builder.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Names = std::set<std::string>;

const std::string kLost = "The quick brown fox jumps over the lazy dog, and is never seen again.\n";
const Oid kLostName = name_of(ObjectType::blob, kLost);
const Oid kOtherName = name_of(ObjectType::blob, "another one");

Scan history(const TestRepo& repo, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"history", repo.path()});
  return scan(more);
}

Names named_in_errors(const json& report) {
  Names names;
  for (const json& error : report.at("errors")) names.insert(error.at("path"));
  return names;
}

fs::path pack_folder(const TestRepo& repo) { return repo.path() / ".git/objects/pack"; }
const std::string kPackFile = "pack-test.pack";

void flip(const fs::path& file, std::uint64_t at, unsigned bits) {
  auto bytes = bytes_of(file);
  bytes.at(at) = static_cast<char>(static_cast<unsigned char>(bytes.at(at)) ^ bits);
  replace_file(file, bytes);
}

TEST_CASE("what is broken is named, and the rest of the pack and of the repository is scanned") {
  const bool leaky = GENERATE(false, true);
  TestRepo repo;
  repo.write("k.txt", leaky ? openai_project_key(1) : "An ordinary file.\n");
  repo.commit_all("start");
  PackBuilder pack;
  const std::string base = leaky ? openai_project_key(2) : "An ordinary blob.\n";
  const auto base_name = name_of(ObjectType::blob, base);
  const auto base_at = pack.add(ObjectType::blob, base);
  const auto pack_file = pack_folder(repo) / kPackFile;
  Names lost{kLostName.hex()};

  SECTION("a pack that is cut short") {
    pack.add(ObjectType::blob, kLost);
    pack.write(pack_folder(repo));
    fs::resize_file(pack_file, fs::file_size(pack_file) - 1);
  }
  SECTION("a flipped bit in an entry's body") {
    const auto at = pack.add(ObjectType::blob, kLost);
    const auto middle = (at + pack.end()) / 2;
    pack.write(pack_folder(repo));
    flip(pack_file, middle, 4);
  }
  SECTION("an entry's kind turned into one that git does not know") {
    const auto at = pack.add(ObjectType::blob, kLost);
    pack.write(pack_folder(repo));
    flip(pack_file, at, 0x30);
  }
  SECTION("a blob's kind turned into a delta's") {
    const auto at = pack.add(ObjectType::blob, kLost);
    pack.write(pack_folder(repo));
    flip(pack_file, at, 0x40);
  }
  SECTION("an index that points past the pack's end") { pack.claim(kLostName, 100'000); }
  SECTION("an index that points far past the pack's end") { pack.claim(kLostName, std::uint64_t{1} << 62); }
  SECTION("a delta whose base is itself") {
    pack.add_ref_delta(kLostName, kLostName, delta_header(kLost.size(), 4) + insert("more"));
  }
  SECTION("two deltas that are each other's base") {
    pack.add_ref_delta(kLostName, kOtherName, delta_header(4, 4) + insert("more"));
    pack.add_ref_delta(kOtherName, kLostName, delta_header(4, 4) + insert("less"));
    lost.insert(kOtherName.hex());
  }
  SECTION("a delta whose base is nowhere") {
    pack.add_ref_delta(kLostName, kOtherName, delta_header(4, 4) + insert("more"));
  }
  SECTION("an entry that claims too large a size") {
    pack.add_entry(kLostName, 3, kLost.size() + 1, "", deflated(kLost));
  }
  SECTION("an entry that claims too small a size") {
    pack.add_entry(kLostName, 3, kLost.size() - 1, "", deflated(kLost));
  }
  SECTION("an entry that claims more bytes than there is memory") {
    pack.add_entry(kLostName, 3, std::uint64_t{1} << 60, "", deflated(kLost));
  }
  SECTION("a delta that lies about its base") {
    pack.add_offset_delta(kLostName, base_at, delta_header(base.size() + 1, 4) + insert("more"));
  }
  SECTION("a delta that lies about what it makes, and one that stands on it") {
    pack.add_offset_delta(kLostName, base_at, delta_header(base.size(), 5) + insert("more"));
    pack.add_ref_delta(kOtherName, kLostName, delta_header(5, 4) + insert("less"));
    lost.insert(kOtherName.hex());
  }
  SECTION("a loose object that is cut short") {
    const auto name = repo.git({"hash-object", "-w", "--stdin"}, kLost);
    REQUIRE(name == kLostName.hex());
    const auto file = repo.path() / ".git/objects" / name.substr(0, 2) / name.substr(2);
    replace_file(file, bytes_of(file).substr(0, fs::file_size(file) - 10));
  }
  if (!fs::exists(pack_file)) pack.write(pack_folder(repo));

  const Scan result = history(repo);
  CHECK(named_in_errors(result.report) == lost);
  CHECK(result.report.at("summary").at("complete") == false);
  CHECK(result.exit_code == (leaky ? 1 : 3));
  if (leaky) {
    CHECK(finding_of(result.report, openai_project_key(1)).at("provenance").at("state") == "live");
    CHECK(finding_of(result.report, openai_project_key(2)).at("provenance").at("blob") == base_name.hex());
  } else {
    CHECK(result.report.at("findings") == json::array());
  }
}

TEST_CASE("a pack or an index that cannot be used at all is named, and the rest is scanned") {
  const bool leaky = GENERATE(false, true);
  TestRepo repo;
  repo.write("k.txt", leaky ? openai_project_key() : "An ordinary file.\n");
  repo.commit_all("start");
  PackBuilder pack;
  pack.add(ObjectType::blob, kLost);
  const auto index_file = pack.write(pack_folder(repo));
  SECTION("an index cut short") { fs::resize_file(index_file, 1000); }
  SECTION("an index whose counts go down") { flip(index_file, 8, 0x80); }
  SECTION("a pack cut down to its header") { fs::resize_file(pack_folder(repo) / kPackFile, 12); }
  SECTION("a pack of an unknown version") { flip(pack_folder(repo) / kPackFile, 7, 0x40); }
  const Scan result = history(repo);
  CHECK(named_in_errors(result.report) == Names{"pack-test.idx"});
  CHECK(result.report.at("summary").at("complete") == false);
  CHECK(result.exit_code == (leaky ? 1 : 3));
  CHECK(findings_of(result.report, openai_project_key()).size() == (leaky ? 1 : 0));
}

// Commits and trees that are deltas made from themselves: whoever follows such a chain never comes back.
class CircularRepo {
 public:
  CircularRepo() {
    repo.write("k.txt", openai_project_key());
    start = repo.commit_all("start");
    PackBuilder pack;
    pack.add_ref_delta(kLostName, kLostName, delta_header(4, 4) + insert("more"));
    pack.write(pack_folder(repo));
  }

  void branch_at(const std::string& commit) const { repo.write(".git/refs/heads/main", commit + "\n"); }

  /// Writes a commit, which git would refuse to.
  std::string commit(const std::string& tree, const std::string& parent) {
    const std::string who = "Ada Author <ada@example.com> 1704067200 +0000\n";
    return repo.git({"hash-object", "-t", "commit", "-w", "--literally", "--stdin"},
                    "tree " + tree + "\nparent " + parent + "\nauthor " + who + "committer " + who + "\nx\n");
  }

  TestRepo repo;
  std::string start;
  const std::string circular = kLostName.hex();
};

TEST_CASE("a branch whose commit is made from itself") {
  CircularRepo hostile;
  hostile.branch_at(hostile.circular);
  const Scan result = history(hostile.repo);
  CHECK(result.exit_code == 1);
  CHECK(findings_of(result.report, openai_project_key()).size() == 1);
  CHECK(named_in_errors(result.report) == Names{hostile.circular});
  for (const std::string& range :
       std::vector<std::string>{"HEAD~1..HEAD", "main..", hostile.start + ".." + hostile.circular,
                                hostile.start + ".." + hostile.circular.substr(0, 8)}) {
    const Outcome outcome = keysift({"history", hostile.repo.path(), "--range", range});
    INFO(range);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
  }
  const std::string broken =
      "cannot be read (its entry in a pack, or one that it is made from, is broken); try: git fsck";
  CHECK(keysift({"history", hostile.repo.path(), "--range", "HEAD~1..HEAD"}).err ==
        "keysift: --range: 'HEAD~1': " + hostile.circular + " " + broken + "\n");
  CHECK(keysift({"history", hostile.repo.path(), "--branch", "main"}).exit_code == 2);
  CHECK(keysift({"scan", hostile.repo.path()}).exit_code == 1);
}

TEST_CASE("a commit whose parent is made from itself") {
  CircularRepo hostile;
  const auto tree = hostile.repo.git({"rev-parse", "HEAD^{tree}"});
  const auto tip = hostile.commit(tree, hostile.commit(tree, hostile.circular));
  hostile.branch_at(tip);
  const Scan whole = history(hostile.repo);
  CHECK(whole.exit_code == 1);
  CHECK(named_in_errors(whole.report) == Names{hostile.circular});
  const Scan last = history(hostile.repo, {"--range", "HEAD~1..HEAD"});
  CHECK(last.exit_code == 3);
  CHECK(named_in_errors(last.report) == Names{hostile.circular});
  CHECK(keysift({"history", hostile.repo.path(), "--range", "HEAD~2..HEAD"}).exit_code == 2);
  const Scan all = history(hostile.repo, {"--branch", "main"});
  CHECK(all.exit_code == 1);
  CHECK(named_in_errors(all.report) == Names{hostile.circular});
}

TEST_CASE("a commit whose tree is made from itself") {
  CircularRepo hostile;
  hostile.branch_at(hostile.commit(hostile.circular, hostile.start));
  for (const std::vector<std::string>& range : {std::vector<std::string>{}, {"--range", "HEAD~1..HEAD"}}) {
    const Scan result = history(hostile.repo, range);
    CHECK(result.exit_code == (range.empty() ? 1 : 3));
    CHECK(named_in_errors(result.report) == Names{hostile.circular});
  }
}

}  // namespace
}  // namespace keysift::test
