#include "finding/ignore_list.h"

#include "base/failure.h"
#include "finding/sample.h"
#include "support/catch.h"

using namespace keysift;
using namespace keysift::test;

namespace {

constexpr std::int64_t kNow = 1'735'689'600;                          // 2025-01-01
const std::string kFingerprint = "e960b79465376c61c931b5070aaa694b";  // of openai-key, a.py, secret

bool allows(const std::string& line, const Finding& finding, const std::string& folder = {}) {
  return IgnoreList(line, "f", folder).allowing(finding, kNow) != nullptr;
}

bool covers(const std::string& pattern, const std::string& path) {
  return allows(pattern + " # why", finding_in(path));
}

std::string complaint(const std::string& bytes) {
  try {
    const IgnoreList list(bytes, ".keysiftignore");
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("An ignore file's entries") {
  const IgnoreList list("# comment\n\n" + kFingerprint +
                            " # a test key\n \t\n  tests/*.json  until 2025-06-30   # until #7 is done  \r\n"
                            "a\\ b\\#c # spaces",
                        "f");
  const auto& entries = list.entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].what == kFingerprint);
  CHECK(entries[0].has_fingerprint());
  CHECK(entries[0].until.empty());
  CHECK(entries[0].reason == "a test key");
  CHECK(entries[0].place() == ".keysiftignore:3");
  CHECK(entries[1].what == "tests/*.json");
  CHECK_FALSE(entries[1].has_fingerprint());
  CHECK(entries[1].until == "2025-06-30");
  CHECK(entries[1].reason == "until #7 is done");
  CHECK(entries[1].line == 5);
  CHECK(entries[2].what == "a\\ b\\#c");
}

TEST_CASE("A line that is wrong is told by file and line, and not quoted") {
  const auto neither =
      ": neither a fingerprint (32 of 0-9 and a-f) nor a pattern of paths as in .gitignore, such as "
      "tests/data/*.json";
  const auto between =
      ".keysiftignore:1: only 'until YYYY-MM-DD' may stand between the entry and its '# reason'; a space in "
      "a path is written '\\ '";
  const auto missing =
      ".keysiftignore:1: the reason is missing; end the line with one: # why this is no leak";
  const auto day = ".keysiftignore:1: 'until' needs a day, such as: until 2030-12-31";
  CHECK(complaint("\n# x\n!a.py # why\n") == ".keysiftignore:3" + std::string(neither));
  for (const std::string& what :
       {kFingerprint.substr(1), kFingerprint + "0", std::string("E960B79465376C61C931B5070AAA694B"),
        std::string("a[b"), std::string("/"), std::string("!") + kFingerprint})
    CHECK(complaint(what + " # why") == ".keysiftignore:1" + std::string(neither));
  CHECK(complaint("a.py") == missing);
  CHECK(complaint("a.py #") == missing);
  CHECK(complaint("a.py until 2025-01-01 # ") == missing);
  CHECK(complaint("a.py# why") == between);
  CHECK(complaint("a b.py # why") == between);
  CHECK(complaint("a.py until 2025-01-01 or so # why") == between);
  for (const std::string date : {"2025-02-29", "2025-1-1", "tomorrow", "1735689600", "2025-01-01T00:00", ""})
    CHECK(complaint("a.py until " + date + " # why") == day);
}

TEST_CASE("A fingerprint allows its finding, wherever that stands") {
  const auto line = kFingerprint + " # why";
  CHECK(allows(line, finding_in("a.py")));
  CHECK(allows(line, finding_in("a.py", Origin::history)));
  CHECK_FALSE(allows(line, finding_in("b.py")));
  CHECK(allows(finding_in("src/a.py").fingerprint() + " # why", finding_in("a.py"), "src/"));
  CHECK(allows(line, finding_in("a.py"), "src/"));
}

TEST_CASE("A pattern allows what .gitignore would ignore with it") {
  CHECK(covers("a.py", "a.py"));
  CHECK(covers("a.py", "src/a.py"));
  CHECK(covers("*.py", "src/a.py"));
  CHECK(covers("src", "src/deep/a.py"));
  CHECK(covers("src/", "src/deep/a.py"));
  CHECK(covers("/src/deep", "src/deep/a.py"));
  CHECK(covers("src/**/a.py", "src/very/deep/a.py"));
  CHECK(covers("*.zip", "lib/a.zip!inner/a.py"));
  CHECK(covers("a.zip!inner/*", "a.zip!inner/a.py"));
  CHECK(covers("deadbeef", "deadbeef/a.py"));
  CHECK(covers("\\#a\\ b", "#a b"));
  CHECK_FALSE(covers("/a.py", "src/a.py"));
  CHECK_FALSE(covers("a.py/", "a.py"));
  CHECK_FALSE(covers("src/*.py", "src/deep/a.py"));
  CHECK_FALSE(covers("A.PY", "a.py"));
  CHECK_FALSE(covers("*", ""));
  CHECK(allows("src/a.py # why", finding_in("a.py"), "src/"));
  CHECK_FALSE(allows("/a.py # why", finding_in("a.py"), "src/"));
  for (const auto origin : {Origin::commit_message, Origin::tag_message, Origin::note})
    CHECK_FALSE(allows("* # why", finding_in("refs/tags/v1", origin)));
}

TEST_CASE("An entry counts through its last day in UTC") {
  const auto entry = [](const std::string& until) { return kFingerprint + " until " + until + " # why"; };
  CHECK(allows(entry("2025-01-01"), finding_in("a.py")));
  CHECK_FALSE(allows(entry("2024-12-31"), finding_in("a.py")));
  const IgnoreList list(entry("2025-01-01"), "f");
  CHECK(list.allowing(finding_in("a.py"), kNow + 86'399) != nullptr);
  CHECK(list.allowing(finding_in("a.py"), kNow + 86'400) == nullptr);
}

TEST_CASE("Entries that somebody should look at") {
  const std::string other(32, '0');
  const IgnoreList list("a.py until 2024-12-31 # 1\n" + kFingerprint + " # 2\n" + other + " # 3\n*.x # 4\n" +
                            other + " until 2024-01-01 # 5\n",
                        "f");
  const auto lines = [&](const std::set<std::string>* found) {
    std::string text;
    for (const auto& [entry, expired, repository] : list.stale(kNow, found))
      text += entry.reason + (expired ? " expired " : " unknown ");
    return text;
  };
  const std::set<std::string> found{kFingerprint};
  CHECK(lines(nullptr) == "1 expired 5 expired ");
  CHECK(lines(&found) == "1 expired 3 unknown 5 expired ");
}

TEST_CASE("An entry is put in its place, and comments stay where they belong") {
  const auto with = [](const std::string& bytes, const IgnoreEntry& entry) {
    return with_entry(bytes, "f", entry);
  };
  const IgnoreEntry entry{kFingerprint, {}, "why", 0};
  const auto line = kFingerprint + " # why\n";
  CHECK(with("", entry) == line);
  CHECK(with("# top\n\n", entry) == "# top\n\n" + line);
  CHECK(with("# top\nf/ # f\n# about a\na # a\n# end", entry) ==
        "# top\n# about a\na # a\n" + line + "f/ # f\n# end\n");
  CHECK(with("# top\n" + kFingerprint + " # old\n# about f\nf/ # f", entry) ==
        "# top\n" + line + "# about f\nf/ # f\n");
  CHECK(with("a # a\n# about it\n" + kFingerprint + " until 2025-01-01 # old\n" + kFingerprint + " # older\n",
             entry) == "a # a\n# about it\n" + line);
  CHECK(with("", {kFingerprint, "2030-01-01", "why", 0}) == kFingerprint + " until 2030-01-01 # why\n");
  CHECK_THROWS_AS(with("no reason", entry), Failure);
}
