#include "env/compose_file.h"

#include "env/yaml.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;

// "KEY PATH at LINE".
Strings reads(std::string_view bytes) {
  Strings all;
  for (const auto& each : parse_compose_file(bytes).reads)
    all.push_back(each.key + " " + each.path + " at " + std::to_string(each.line));
  return all;
}

// "CONTEXT DOCKERFILE TARGET".
Strings builds(std::string_view bytes) {
  Strings all;
  for (const auto& each : parse_compose_file(bytes).builds)
    all.push_back(each.context + " " + each.dockerfile + " " + each.target);
  return all;
}

TEST_CASE("files that services read") {
  CHECK(
      reads("services:\n  a:\n    env_file: .env.a\n  b:\n    env_file:\n      - b.env\n      - path: c.env\n"
            "        required: false\nsecrets:\n  key:\n    file: ./key.txt\n") ==
      Strings{"env_file .env.a at 3", "env_file b.env at 6", "env_file c.env at 7",
              "secrets ./key.txt at 11"});
}

TEST_CASE("the .env file is read where values are put in") {
  const std::string_view start = "services:\n  a:\n    image: x\n    ";
  CHECK(reads(std::string(start) + "command: ${TAG}\n") == Strings{"the .env file .env at 4"});
  CHECK(reads(std::string(start) + "command: $TAG\n") == Strings{"the .env file .env at 4"});
  CHECK(reads(std::string(start) + "command: a$$TAG $5\n") == Strings{});
  CHECK(reads(std::string(start) + "# command: ${TAG}\n") == Strings{});
}

TEST_CASE("images that services build") {
  CHECK(builds("services:\n  a: {build: ./api}\n  b:\n    build:\n      dockerfile: d/Dockerfile\n      "
               "target: t\n"
               "  c:\n    build:\n      context: ..\n  d:\n    build: {dockerfile_inline: FROM x}\n") ==
        Strings{"./api  ", ". d/Dockerfile t", "..  "});
}

TEST_CASE("anchors, aliases and merged maps") {
  CHECK(reads("x-base: &base\n  env_file: base.env\nservices:\n  a:\n    <<: *base\n  b:\n    <<: [*base]\n"
              "  c:\n    <<: *base\n    env_file: c.env\n  d: *base\n") ==
        Strings{"env_file base.env at 2", "env_file base.env at 2", "env_file c.env at 10",
                "env_file base.env at 2"});
}

TEST_CASE("hostile YAML has nothing, and costs little") {
  CHECK(reads(std::string(100'000, '[')).empty());
  CHECK(reads("services: &a\n  b: *a\n").empty());
  CHECK(reads("services: *none\n").empty());
  CHECK(reads("a: &a {<<: *a}\n").empty());
  CHECK(reads("\xFF\xFE\x00").empty());
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 60; ++i) {
    const auto last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + ", " + last + ", " + last +
            "]\n";
  }
  CHECK(reads(bomb + "services:\n  x:\n    env_file: *a59\n").empty());
  std::string chain = "- &b0 [x]\n";
  for (int i = 1; i < 99'000; ++i)
    chain += "- &b" + std::to_string(i) + " [*b" + std::to_string(i - 1) + "]\n";
  CHECK(parse_yaml(chain) == nullptr);
  std::string merges = "m0: &m0 {k: v}\n";
  for (int i = 1; i < 60; ++i) {
    const auto last = "*m" + std::to_string(i - 1);
    merges += "m" + std::to_string(i) + ": &m" + std::to_string(i) + " {<<: [" + last + ", " + last + "]}\n";
  }
  CHECK(reads(merges + "services:\n  x: *m59\n").empty());
}

TEST_CASE("how Compose files are called") {
  for (const char* path : {"compose.yaml", "a/compose.yml", "docker-compose.yml", "docker-compose.prod.yaml",
                           "compose.override.yml", "docker-compose-ci.yml"})
    CHECK(is_compose_file(path));
  for (const char* path : {"compose.json", "composer.yml", "my-compose.yml", "compose", "compose.yaml/x"})
    CHECK_FALSE(is_compose_file(path));
}

}  // namespace
}  // namespace keysift::test
