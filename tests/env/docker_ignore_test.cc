#include "env/docker_ignore.h"

#include "support/catch.h"

namespace keysift::test {
namespace {

bool excludes(std::string_view rules, std::string_view path) {
  const DockerIgnore file(rules);
  const auto* line = file.decide(path);
  return line != nullptr && !line->negated;
}

struct Case {
  std::string rules;
  std::vector<std::string> excluded;
  std::vector<std::string> kept;
};

void check(const std::vector<Case>& cases) {
  for (const auto& each : cases) {
    for (const auto& path : each.excluded) {
      INFO(each.rules << " excludes " << path);
      CHECK(excludes(each.rules, path));
    }
    for (const auto& path : each.kept) {
      INFO(each.rules << " keeps " << path);
      CHECK_FALSE(excludes(each.rules, path));
    }
  }
}

// https://docs.docker.com/build/concepts/context/#syntax, example by example.
TEST_CASE("what Docker's reference says its patterns fit") {
  check({
      {"# comment\n", {}, {"# comment", "comment"}},
      {"*/temp*\n", {"somedir/temporary.txt", "somedir/temp", "a/temp/b"}, {"temp", "a/b/temp"}},
      {"*/*/temp*\n", {"somedir/subdir/temporary.txt"}, {"somedir/temporary.txt", "a/b/c/temp"}},
      {"temp?\n", {"tempa", "tempb", "tempa/x"}, {"temp", "tempab", "a/tempa"}},
      {"**/*.go\n", {"a.go", "a/b.go", "a/b/c.go"}, {"a.god", "go"}},
      {"*.md\n!README.md\n", {"a.md"}, {"README.md", "a/b.md"}},
      {"*.md\n!README*.md\nREADME-secret.md\n", {"a.md", "README-secret.md"}, {"README.md", "README-1.md"}},
      {"*.md\nREADME-secret.md\n!README*.md\n", {"a.md"}, {"README.md", "README-secret.md"}},
      {"/foo/bar\n", {"foo/bar", "foo/bar/x"}, {"a/foo/bar", "foo"}},
      {"foo/bar\n", {"foo/bar"}, {"a/foo/bar"}},
      {"*\n!Dockerfile\n", {"a", "a/b", ".env"}, {"Dockerfile"}},
  });
}

TEST_CASE("a pattern begins at the root of the context") {
  check({
      {".env\n", {".env", ".env/x"}, {"web/.env", ".env.local"}},
      {"**/.env\n", {".env", "web/.env", "a/b/.env"}, {"web/x.env"}},
      {"**/.env*\n", {".env", "web/.env.local"}, {"web/x.env"}},
      {"**\n", {".env", "a/b"}, {}},
      {"a/**\n", {"a/b", "a/b/c"}, {"a", "b"}},
      {"a/**/b\n", {"a/b", "a/x/b", "a/x/y/b"}, {"a/xb"}},
  });
}

TEST_CASE("blanks, '/' and '.' around a pattern do not count, and a '!' works below an excluded folder") {
  check({
      {"  .env \t\r\n", {".env"}, {}},
      {"\xEF\xBB\xBF.env\n", {".env"}, {}},
      {"./.env\n", {".env"}, {}},
      {"web//x/../.env/\n", {"web/.env"}, {}},
      {"! .env\n", {}, {".env"}},
      {"web\n!web/.env\n", {"web/a"}, {"web/.env"}},
      {" # no comment\n", {"# no comment"}, {}},
      {"/\n.\n!\n\n", {}, {".env"}},
      {"../.env\n", {}, {".env", "web/.env"}},
      {"/../.env\n", {".env"}, {"web/.env"}},
      {"**.env\n", {".env", "prod.env", "web/prod.env"}, {".env.local"}},
      {"*\n!**.env\n", {"a"}, {"prod.env", "web/prod.env"}},
      {"a^b\n", {"a^b"}, {"ab"}},
  });
}

TEST_CASE("sets, and backslashes") {
  check({
      {"[ab].env\n", {"a.env", "b.env"}, {"c.env", "ab.env"}},
      {"[^a].env\n", {"b.env"}, {"a.env"}},
      {"[a-c]x\n", {"bx"}, {"dx"}},
      {"\\*.env\n", {"*.env"}, {"a.env"}},
      {"a+b(c){d}$|e\n", {"a+b(c){d}$|e"}, {"aab"}},
      {"[\n", {}, {"[", "a"}},
  });
}

TEST_CASE("the line that decides is told") {
  const DockerIgnore file("# keep out\n\n*.env\n  !prod.env  \n");
  const auto* line = file.decide("prod.env");
  REQUIRE(line != nullptr);
  CHECK(line->line == 4);
  CHECK(line->text == "!prod.env");
  CHECK(line->negated);
  REQUIRE(file.decide("a.env") != nullptr);
  CHECK(file.decide("a.env")->line == 3);
  CHECK(file.decide("x") == nullptr);
}

TEST_CASE("a line for a name fits it everywhere, and nothing else") {
  for (const char* name : {".env", "a*b?.env", "[x].env", "back\\slash", "#x", "!x", "a^b", "[a^]*"}) {
    INFO(name);
    const auto line = "**/" + docker_name(name) + "\n";
    CHECK(excludes(line, name));
    CHECK(excludes(line, std::string("a/b/") + name));
    CHECK_FALSE(excludes(line, "a/other"));
  }
}

TEST_CASE("a hostile file is read in time that does not run away") {
  std::string stars;
  for (int i = 0; i < 100; ++i) stars += "**/*a";
  CHECK_FALSE(excludes(stars + "\n", std::string(2'000, 'a') + "b"));
  std::string many;
  for (int i = 0; i < 300'000; ++i) many += "*\n";
  CHECK_FALSE(excludes(many, "a"));  // nobody writes so many lines: none is trusted
  CHECK_FALSE(excludes(std::string(4 << 20, '('), "a"));
}

}  // namespace
}  // namespace keysift::test
