#include "env/near_miss.h"

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

bool git_ignores(const TestRepo& repo, std::string_view rules, const std::string& path) {
  repo.write(".gitignore", rules);
  return run({"git", "check-ignore", "--no-index", "--quiet", path}, repo.path(), {}, clean_environment())
             .exit_code == 0;
}

std::string utf16(std::string_view text) {
  std::string bytes = "\xFF\xFE";
  for (const char c : text) (bytes += c) += '\0';
  return bytes;
}

struct Case {
  std::string rules;
  std::string path;
  std::size_t line;
  std::string problem;  // how it begins
};

TEST_CASE("what looks as if it ignored a file and, says git, does not") {
  const TestRepo repo;
  const std::vector<Case> cases = {
      {"dist\n# .env\n", ".env", 2, "It is a comment"},
      {"#.env\n", "a/.env", 1, "It is a comment"},
      {"  .env\n", ".env", 1, "To git, the blanks before"},
      {".env\t\n", ".env", 1, "To git, what stands behind"},
      {".env\\ \n", ".env", 1, "To git, what stands behind"},
      {".env\xC2\xA0\n", ".env", 1, "It holds a character that does not show"},
      {"\xE2\x80\x8B.env\n", ".env", 1, "It holds a character that does not show"},
      {"a\n\xEF\xBB\xBF.env\n", ".env", 2, "It holds a character that does not show"},
      {".env # local settings\n", ".env", 1, "To git, the comment behind"},
      {".env\t# local settings\n", ".env", 1, "To git, the comment behind"},
      {"\".env\"\n", ".env", 1, "To git, the quotes"},
      {"'.env'\r\n", ".env", 1, "To git, the quotes"},
      {"./.env\n", ".env", 1, "To git, a pattern that begins with ./"},
      {"/.env\n", "api/.env", 1, "The / before it"},
      {".env/\n", ".env", 1, "The / behind it"},
      {"env\n", ".env", 1, "It lacks the dot"},
      {"env.*\n", ".env.local", 1, "It lacks the dot"},
      {"web\\.env\n", "web/.env", 1, "Git parts folders by /"},
      {".env, .env.local\n", ".env.local", 1, "Git reads a line as one pattern"},
      {".env .env.local\n", ".env", 1, "Git reads a line as one pattern"},
      {".ENV\n", ".env", 1, "To git, upper and lower case"},
      {"*.Env\n", "prod.env", 1, "To git, upper and lower case"},
      {utf16("dist\n.env\n"), ".env", 2, "The file is in UTF-16"},
      {"dist\r.env\rlog\r", ".env", 2, "Its lines end with CR alone"},
  };
  for (const auto& each : cases) {
    INFO(each.rules << " for " << each.path);
    CHECK_FALSE(git_ignores(repo, each.rules, each.path));
    const auto misses = near_misses(each.rules, each.path, false);
    REQUIRE(misses.size() == 1);
    CHECK(misses[0].line == each.line);
    CHECK(misses[0].problem.substr(0, each.problem.size()) == each.problem);
  }
}

TEST_CASE("what git reads as it looks is no slip") {
  const TestRepo repo;
  for (const char* rules : {".env  \n", ".env\r\n", "\xEF\xBB\xBF.env\n", "**/.env\n"}) {
    INFO(rules);
    CHECK(git_ignores(repo, rules, "a/.env"));
  }
}

TEST_CASE("a line that means something else is no slip") {
  for (const char* rules :
       {"", "\n", "# *\n", "#\n", "/**/\n", "# how to make an .env file\n", "web/.env\n", ".environment\n",
        "!.env\n", "\" \"\n", "*.envs\n", "api/other/.env\n", "# -----\n"}) {
    INFO(rules);
    CHECK(near_misses(rules, "api/.env", false).empty());
  }
}

TEST_CASE("where upper and lower case are the same, they are no slip") {
  CHECK(near_misses(".ENV\n", ".env", true).empty());
  CHECK(near_misses("./.ENV\n", ".env", true).size() == 1);
}

TEST_CASE("a hostile ignore file costs no more than it may") {
  std::string rules(1 << 20, '*');
  rules += '\n';
  for (int i = 0; i < 500'000; ++i) rules += "#a\n";
  CHECK(near_misses(rules, ".env", false).empty());
}

}  // namespace
}  // namespace keysift::test
