#include "finding/gitleaks.h"

#include "finding/sample.h"
#include "support/catch.h"

using namespace keysift;
using namespace keysift::test;

namespace {

const std::string kCommit(40, 'a');
const std::set<std::string> kRules{"openai-key", "npm-token"};

Finding finding_at(const std::string& path, std::uint64_t line, Origin origin = Origin::worktree) {
  auto finding = finding_in(path, origin);
  finding.location.begin.line = line;
  return finding;
}

Finding introduced_at(const std::string& path, std::uint64_t line, std::uint64_t line_then) {
  auto finding = finding_at(path, line);
  finding.provenance.emplace().introduced.emplace().commit = kCommit;
  finding.provenance->introduced_line = line_then;
  return finding;
}

bool allows(const std::string& line, const Finding& finding, const std::string& folder = {}) {
  return GitleaksIgnores(line, folder).allowing(finding, kRules) != nullptr;
}

}  // namespace

TEST_CASE("gitleaks' ignore file: the entry that allows is named by its line") {
  const GitleaksIgnores ignores("\xef\xbb\xbf# ours\r\n\n  a.py:openai-key:3 \r\n" + kCommit +
                                ":b.py:openai-key:4\n#a.py:openai-key:5\n" + kCommit + ":c.py:openai-key:6");
  CHECK(ignores.wrong_lines().empty());
  REQUIRE(ignores.allowing(finding_at("a.py", 3), kRules) != nullptr);
  CHECK(ignores.allowing(finding_at("a.py", 3), kRules)->place() == ".gitleaksignore:3");
  CHECK(ignores.allowing(introduced_at("b.py", 4, 4), kRules)->place() == ".gitleaksignore:4");
  CHECK(ignores.allowing(introduced_at("c.py", 6, 6), kRules)->place() == ".gitleaksignore:6");
  CHECK(ignores.allowing(finding_at("a.py", 5), kRules) == nullptr);
  CHECK(GitleaksIgnores().allowing(finding_at("a.py", 3), kRules) == nullptr);
}

TEST_CASE("gitleaks' ignore file: path, line and rule fit") {
  CHECK(allows("a.py:openai-key:3", finding_at("a.py", 3)));
  CHECK_FALSE(allows("a.py:openai-key:3", finding_at("a.py", 4)));
  CHECK_FALSE(allows("a.py:openai-key:3", finding_at("src/a.py", 3)));
  CHECK_FALSE(allows("a.py:npm-token:3", finding_at("a.py", 3)));
  CHECK(allows("a.py:generic-api-key:3", finding_at("a.py", 3)));
  CHECK_FALSE(allows("a.py:generic-api-key:3", finding_at("a.py", 4)));
  CHECK(allows("src\\api\\a.py:openai-key:3", finding_at("src/api/a.py", 3)));
  CHECK(allows("src/a.py:openai-key:3", finding_at("a.py", 3), "src/"));
  CHECK_FALSE(allows("a.py:openai-key:3", finding_at("a.py", 3), "src/"));
  for (const auto origin : {Origin::commit_message, Origin::tag_message, Origin::note})
    CHECK_FALSE(allows("refs/notes/x:openai-key:3", finding_at("refs/notes/x", 3, origin)));
}

TEST_CASE("gitleaks' ignore file: with a commit, that one introduced it") {
  const auto entry = kCommit + ":a.py:openai-key:3";
  CHECK(allows(entry, introduced_at("a.py", 3, 3)));
  CHECK(allows(entry, introduced_at("a.py", 9, 3)));
  CHECK_FALSE(allows(entry, introduced_at("a.py", 9, 8)));
  CHECK_FALSE(allows(entry, finding_at("a.py", 3)));
  CHECK_FALSE(allows(std::string(40, 'b') + ":a.py:openai-key:3", introduced_at("a.py", 3, 3)));
  CHECK(allows("a.py:openai-key:3", introduced_at("a.py", 9, 3)));
  CHECK(allows(kCommit + ":a.py:generic-api-key:3", introduced_at("a.py", 3, 3)));
}

TEST_CASE("gitleaks' ignore file: a path may hold colons") {
  CHECK(allows("a:b:openai-key:3", finding_at("a:b", 3)));
  CHECK(allows(kCommit + ":a:b:openai-key:3", introduced_at("a:b", 3, 3)));
  CHECK(allows(std::string(39, 'a') + ":b:openai-key:3", finding_at(std::string(39, 'a') + ":b", 3)));
  CHECK(allows(kCommit + ":openai-key:3", finding_at(kCommit, 3)));
}

TEST_CASE("gitleaks' ignore file: lines that are wrong") {
  for (const std::string line :
       {"a.py", "a.py:3", "a.py:openai-key:", "a.py:openai-key:x", "a.py:openai-key:0",
        "a.py:openai-key:3 # why", "a.py::3", ":openai-key:3", ":", "::", "tests/",
        "a.py:openai-key:99999999999999999999", "a.py:openai-key:-3"}) {
    INFO(line);
    CHECK(GitleaksIgnores("#\n" + line + "\na.py:openai-key:3").wrong_lines() == std::vector<std::size_t>{2});
  }
  CHECK(GitleaksIgnores(kCommit + "::openai-key:3").wrong_lines().size() == 1);
}

TEST_CASE("gitleaks' report: rule, path and secret fit") {
  GitleaksReport report;
  report.add("openai-key", "a.py", 7, "secret");
  report.add("npm-token", "b.py", 3, "secret");
  report.add("generic-api-key", "c.py", 3, "secret");
  report.add("openai-key", "d.py", 3, "another");
  CHECK(report.lists(finding_at("a.py", 3), kRules));
  CHECK_FALSE(report.lists(finding_at("src/a.py", 3), kRules));
  CHECK_FALSE(report.lists(finding_at("b.py", 3), kRules));
  CHECK(report.lists(finding_at("c.py", 9), kRules));
  CHECK_FALSE(report.lists(finding_at("d.py", 3), kRules));
  CHECK_FALSE(report.lists(finding_at("a.py", 7, Origin::note), kRules));
}

TEST_CASE("gitleaks' report: where the secret was redacted, rule, path and line fit") {
  for (const std::string secret : {"REDACTED", "sec...", "...", ""}) {
    INFO(secret);
    GitleaksReport report("src/");
    report.add("openai-key", "src/a.py", 7, secret);
    CHECK(report.lists(finding_at("a.py", 7), kRules));
    CHECK(report.lists(introduced_at("a.py", 9, 7), kRules));
    CHECK_FALSE(report.lists(finding_at("a.py", 8), kRules));
    CHECK_FALSE(report.lists(finding_at("src/a.py", 7), kRules));
  }
}
