#include "env/fix.h"

#include <random>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

EnvFinding missing(const std::string& path, const std::string& ignore_file, const std::string& pattern) {
  EnvFinding finding;
  finding.path = path;
  finding.coverage = Coverage::not_ignored;
  finding.ignore_file = ignore_file;
  finding.pattern = pattern;
  return finding;
}

std::vector<FileEdit> edits(const TempDir& dir, const std::vector<EnvFinding>& findings) {
  return edits_for(WorkTree(dir.path()), findings);
}

TEST_CASE("each line is added once, to the end of its file") {
  const TempDir dir;
  dir.write(".gitignore", "dist/\n");
  const auto all = edits(dir, {missing(".env", ".gitignore", ".env"), missing("a/.env", ".gitignore", ".env"),
                               missing("a/.env.local", ".gitignore", ".env.local"),
                               missing("a/.env", "a/.dockerignore", "**/.env")});
  REQUIRE(all.size() == 2);
  CHECK(all[0].path == ".gitignore");
  CHECK(all[0].after() == "dist/\n.env\n.env.local\n");
  CHECK(all[1].path == "a/.dockerignore");
  CHECK(all[1].before == std::nullopt);
  CHECK(all[1].after() == "**/.env\n");
}

TEST_CASE("line ends stay as they are, and a last line gets one") {
  const TempDir dir;
  const auto after = [&](std::string_view before) {
    dir.write(".gitignore", before);
    return edits(dir, {missing(".env", ".gitignore", ".env")}).at(0).after();
  };
  CHECK(after("a\nb") == "a\nb\n.env\n");
  CHECK(after("a\r\nb\r\n") == "a\r\nb\r\n.env\r\n");
  CHECK(after("a\r\nb") == "a\r\nb\r\n.env\r\n");
  CHECK(after("") == ".env\n");
}

TEST_CASE("what is allowed, and what no line closes, needs none") {
  const TempDir dir;
  auto allowed = missing(".env", ".gitignore", ".env");
  allowed.allowed_by = ".keysiftignore:1";
  CHECK(edits(dir, {allowed, missing("b", "", "")}).empty());
}

TEST_CASE("an ignore file that is a link, or in UTF-16, is left alone") {
  const TempDir dir;
  dir.write("elsewhere", "a\n");
  std::filesystem::create_symlink("elsewhere", dir.path() / ".gitignore");
  CHECK(edits(dir, {missing(".env", ".gitignore", ".env")}).empty());
  dir.write("web/.gitignore", std::string("\xFF\xFE.\0e\0n\0v\0\n\0", 12));
  CHECK(edits(dir, {missing("web/.env", "web/.gitignore", ".env")}).empty());
}

TEST_CASE("the patch makes of each file what --fix would") {
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    TestRepo repo;
    std::vector<EnvFinding> findings;
    for (const char* file : {".gitignore", "a/.gitignore", "a/.dockerignore"}) {
      const std::string end = random() % 4 == 0 ? "\r\n" : "\n";
      std::string text;
      for (auto lines = random() % 7; lines > 0; --lines)
        text += "line" + std::to_string(random() % 100) + end;
      if (!text.empty() && random() % 3 == 0) text.resize(text.size() - end.size());
      if (random() % 4 != 0) repo.write(file, text);
      for (auto lines = random() % 3; lines > 0; --lines)
        findings.push_back(missing("x", file, ".env" + std::to_string(lines)));
    }
    const auto all = edits_for(WorkTree(repo.path()), findings);
    if (all.empty()) continue;
    INFO(unified_diff(all));
    repo.git({"apply", "-"}, unified_diff(all));
    for (const auto& edit : all) CHECK(WorkTree(repo.path()).read(edit.path) == edit.after());
    CHECK(edits_for(WorkTree(repo.path()), {}).empty());
  }
}

}  // namespace
}  // namespace keysift::test
