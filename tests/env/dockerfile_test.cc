#include "env/dockerfile.h"

#include "support/catch.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;

// The COPY of a one-stage file.
DockerCopy only_copy(const std::string& instructions) {
  const auto file = parse_dockerfile("FROM scratch\n" + instructions);
  REQUIRE(file.stages.size() == 1);
  REQUIRE(file.stages[0].copies.size() == 1);
  return file.stages[0].copies[0];
}

// "NAME=VALUE at LINE".
Strings variables(std::string_view bytes) {
  Strings all;
  for (const auto& each : parse_dockerfile(bytes).variables)
    all.push_back(each.instruction + " " + each.name + "=" + each.value + " at " + std::to_string(each.line));
  return all;
}

TEST_CASE("what is copied, from where to where") {
  CHECK(only_copy("COPY . .\n").sources == Strings{"."});
  CHECK(only_copy("COPY . .\n").destination == "/");
  CHECK(only_copy("WORKDIR /app\nCOPY a b c/\n").sources == Strings{"a", "b"});
  CHECK(only_copy("WORKDIR /app\nCOPY a b c/\n").destination == "/app/c");
  CHECK(only_copy("WORKDIR /app\nWORKDIR api\nadd a /x/../y\n").destination == "/y");
  CHECK(only_copy("WORKDIR /app\nWORKDIR api\nCOPY a .\n").destination == "/app/api");
  CHECK(only_copy("COPY a $HOME/\n").destination == "");
  CHECK(only_copy("COPY [\"a b\", \"c d\"]\n").sources == Strings{"a b"});
  CHECK(only_copy("COPY --chown=1:1 --link --exclude=*.env . /app\n").excludes == Strings{"*.env"});
  CHECK(only_copy("COPY --chown=1:1 --link --exclude=*.env . /app\n").sources == Strings{"."});
  CHECK(only_copy("ADD https://example.com/x git@example.com:a/b local /x/\n").sources == Strings{"local"});
  CHECK(only_copy("ONBUILD COPY . /app\n").sources == Strings{"."});
  CHECK(only_copy("COPY --from=Build /a /b\n").from == "build");
}

TEST_CASE("what gets too long for a path is not put together") {
  std::string folders;
  for (int i = 0; i < 3000; ++i) folders += "WORKDIR a\n";
  CHECK(only_copy(folders + "COPY a .\n").destination == "");
  CHECK(only_copy(folders + "WORKDIR /b\nCOPY a .\n").destination == "/b");
  const std::string value(3000, 'x');
  CHECK(only_copy("ENV V=" + value + "\nCOPY $V$V ${V} /y\n").sources == Strings{value + "$V", "${V}"});
  CHECK(only_copy("ENV V=b\nCOPY a$V$V ${V} /y\n").sources == Strings{"abb", "b"});
}

TEST_CASE("instructions go on over lines, with comments between") {
  const auto copy = only_copy("# comment \\\nCOPY a \\\n  # between\n\n  b \\  \n  /x/\nRUN y\n");
  CHECK(copy.line == 3);
  CHECK(copy.sources == Strings{"a", "b"});
  CHECK(only_copy("COPY a /b\r\nRUN x\r\n").destination == "/b");
  const auto file = parse_dockerfile("# syntax=x\n# escape=`\nFROM a\nCOPY c:\\ `\n /x\n");
  CHECK(file.stages.at(0).copies.at(0).sources == Strings{"c:\\"});
}

TEST_CASE("documents within are no instructions") {
  const auto file = parse_dockerfile(
      "FROM a\nRUN <<EOF cat <<-\"X\"\nCOPY 1 /\nEOF\nCOPY 2 /\n\tX\nCOPY <<E /x\nCOPY 3 /\nE\nRUN cat <<< "
      "y\n"
      "COPY 4 /\n");
  REQUIRE(file.stages.at(0).copies.size() == 2);
  CHECK(file.stages[0].copies[0].sources.empty());
  CHECK(file.stages[0].copies[1].sources == Strings{"4"});
  CHECK(parse_dockerfile("FROM a\nRUN <<EOF\nCOPY 1 /\n").stages.at(0).copies.empty());
  CHECK(parse_dockerfile("FROM a\nONBUILD RUN <<EOF\nCOPY 1 /\nEOF\n").stages.at(0).copies.empty());
  for (const char* run :
       {"RUN echo \"say <<EOF here\"", "RUN [\"sh\", \"-c\", \"cat <<EOF\"]", "RUN echo \\\\"}) {
    INFO(run);
    CHECK(parse_dockerfile("FROM a\n" + std::string(run) + "\nCOPY 1 /\n").stages.at(0).copies.size() == 1);
  }
}

TEST_CASE("stages") {
  const auto file = parse_dockerfile(
      "ARG V=1\nFROM --platform=linux/amd64 node:${V} AS Build\nWORKDIR /w\nCOPY a .\nFROM build\nCOPY b .\n"
      "FROM nginx as last\n");
  REQUIRE(file.stages.size() == 3);
  CHECK(file.stages[0].name == "build");
  CHECK(file.stages[1].base == "build");
  CHECK(file.stages[1].copies.at(0).destination == "/w");
  CHECK(stage_named(file, "BUILD", 3) == 0);
  CHECK(stage_named(file, "1", 3) == 1);
  CHECK(stage_named(file, "3", 3) == std::string::npos);
  CHECK(stage_named(file, "last", 2) == std::string::npos);
  CHECK(stage_named(file, "", 3) == std::string::npos);
}

TEST_CASE("variables, as they are written in both ways") {
  CHECK(
      variables("ARG A=1\nFROM x\nENV B=2 C=\"three 3\" D='4'\\ 5\nENV E six 6\nARG F H=8\nENV G=\\\n7\n") ==
      Strings{"ARG A=1 at 1", "ENV B=2 at 3", "ENV C=three 3 at 3", "ENV D=4 5 at 3", "ENV E=six 6 at 4",
              "ARG H=8 at 5", "ENV G=7 at 6"});
}

TEST_CASE("what is broken breaks nothing") {
  for (const auto& bytes :
       {std::string(), std::string("COPY . .\n"), std::string("FROM"), std::string("FROM a\nCOPY"),
        std::string("FROM a\nCOPY [\"a"), std::string("FROM a\nENV A=\"b"),
        std::string("FROM a\nCOPY --from= a"), std::string("\\\n\\\n\\"), std::string(4 << 20, '['),
        "FROM a\nCOPY " + std::string(1 << 20, '['), std::string("\0\0FROM", 6)}) {
    parse_dockerfile(bytes);
  }
  CHECK(parse_dockerfile("COPY . .\n").stages.empty());
}

}  // namespace
}  // namespace keysift::test
