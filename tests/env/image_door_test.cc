#include "env/image_door.h"

#include <algorithm>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;

std::string shown(const Passage& passage) {
  auto line = passage.file + (passage.open ? " into " : " kept from ") + passage.into + " by " +
              passage.by.path + ":" + std::to_string(passage.by.line) + " " + passage.by.text;
  if (!passage.ignore_file.empty()) line += "; close: " + passage.ignore_file + " " + passage.pattern;
  return line;
}

class Tree {
 public:
  void write(const std::string& name, std::string_view bytes) {
    dir_.write(name, bytes);
    auto* list = is_dockerfile(name) ? &dockerfiles_ : &compose_files_;
    if (is_dockerfile(name) || name.ends_with("compose.yaml")) list->push_back(name);
  }

  std::vector<ImageBuild> builds() const {
    return image_builds(WorkTree(dir_.path()), dockerfiles_, compose_files_);
  }

  // "DOCKERFILE in CONTEXT".
  Strings build_lines() const {
    Strings all;
    for (const auto& each : builds())
      all.push_back(each.dockerfile + " in " + each.context +
                    (each.target.empty() ? "" : " to " + each.target));
    return all;
  }

  std::vector<Passage> passages(const Strings& paths) const {
    return image_passages(WorkTree(dir_.path()), builds(), paths);
  }

  Strings passage_lines(const Strings& paths) const {
    Strings all;
    for (const auto& each : passages(paths)) all.push_back(shown(each));
    return all;
  }

  bool takes(const std::string& path) const {
    const auto all = passages({path});
    return std::any_of(all.begin(), all.end(), [](const Passage& each) { return each.open; });
  }

  std::vector<EnvFinding> variables(const std::function<bool(std::string_view)>& is_key) const {
    return image_variables(WorkTree(dir_.path()), dockerfiles_, is_key);
  }

  std::vector<Reference> references() const {
    return compose_references(WorkTree(dir_.path()), compose_files_);
  }

 private:
  TempDir dir_;
  Strings dockerfiles_;
  Strings compose_files_;
};

TEST_CASE("a file is copied, unless the context's ignore file keeps it out") {
  Tree tree;
  tree.write("api/Dockerfile", "FROM a\nRUN x\nCOPY . /app\n");
  CHECK(tree.passage_lines({".env", "api/.env"}) ==
        Strings{
            "api/.env into image of api/Dockerfile by api/Dockerfile:3 COPY . /app; close: api/.dockerignore "
            "**/.env"});
  tree.write("api/.dockerignore", "*.log\n.env\n");
  CHECK(tree.passage_lines({"api/.env", "api/x/.env"}) ==
        Strings{"api/.env kept from image of api/Dockerfile by api/.dockerignore:2 .env",
                "api/x/.env into image of api/Dockerfile by api/Dockerfile:3 COPY . /app; close: "
                "api/.dockerignore **/.env"});
  tree.write("api/.dockerignore", "*\n!.env\n");
  CHECK(tree.passage_lines({"api/.env"}) ==
        Strings{"api/.env into image of api/Dockerfile by api/.dockerignore:2 !.env; close: "
                "api/.dockerignore **/.env"});
}

TEST_CASE("an ignore file of the Dockerfile's own goes before the context's") {
  Tree tree;
  tree.write("Dockerfile", "FROM a\nCOPY . .\n");
  tree.write(".dockerignore", "**/.env\n");
  tree.write("Dockerfile.dockerignore", "x\n");
  CHECK(
      tree.passage_lines({".env"}) ==
      Strings{
          ".env into image of Dockerfile by Dockerfile:2 COPY . .; close: Dockerfile.dockerignore **/.env"});
}

TEST_CASE("what each kind of source takes") {
  const auto takes = [](const std::string& copy, const std::string& path) {
    Tree tree;
    tree.write("Dockerfile", "FROM a\nCOPY " + copy + "\n");
    tree.write("web/x", "");
    return tree.takes(path);
  };
  CHECK(takes("web /w", "web/.env"));
  CHECK(takes("./web/ /w", "web/a/.env"));
  CHECK(takes("/web /w", "web/.env"));
  CHECK(takes("w* /w", "web/.env"));
  CHECK(takes(".env* /w/", ".env.local"));
  CHECK(takes("*.env /w/", "prod.env"));
  CHECK(takes("a web /w/", "web/.env"));
  CHECK_FALSE(takes("web /w", ".env"));
  CHECK_FALSE(takes("web /w", "website/.env"));
  CHECK_FALSE(takes("*.env /w/", "web/prod.env"));
  CHECK_FALSE(takes("package*.json ./", ".env"));
  CHECK_FALSE(takes("--from=b . .", ".env"));
  CHECK_FALSE(takes("$WHAT /w", "web/.env"));
  CHECK_FALSE(takes("--exclude=.env . .", ".env"));
  CHECK(takes("--exclude=*.log . .", ".env"));
}

TEST_CASE("a COPY that names the file needs a hand: it would fail if the file were ignored") {
  for (const char* copies :
       {"COPY .env /app/\n", "COPY .env package*.json ./\n", "COPY . .\nCOPY .env /x/\n"}) {
    Tree tree;
    tree.write("Dockerfile", "FROM a\n" + std::string(copies));
    const auto passages = tree.passages({".env"});
    REQUIRE(passages.size() == 1);
    CHECK(passages[0].open);
    CHECK(passages[0].ignore_file == "");
    CHECK(passages[0].advice.find("--env-file") != std::string::npos);
  }
}

TEST_CASE("a hostile Dockerfile costs no more than it may") {
  Tree tree;
  std::string text;
  for (int i = 0; i < 80'000; ++i) text += "FROM a\n";
  tree.write("a/Dockerfile", text + "COPY . /x\n");
  CHECK(tree.takes("a/.env"));
  text = "FROM a\n";
  for (int i = 0; i < 100'000; ++i) text += "COPY a*" + std::to_string(i) + " /x\n";
  tree.write("b/Dockerfile", text);
  CHECK_FALSE(tree.takes("b/.env"));
}

TEST_CASE("a file of another stage counts if it gets into the last one") {
  const auto takes = [](const std::string& rest, const std::string& context = ".") {
    Tree tree;
    tree.write("Dockerfile", "FROM a AS build\nWORKDIR /app\nCOPY " + context + " .\nRUN make\n" + rest);
    return tree.takes(".env");
  };
  CHECK(takes(""));
  CHECK_FALSE(takes("FROM b\nCOPY --from=build /app/dist /srv\n"));
  CHECK(takes("FROM b\nCOPY --from=build /app /srv\n"));
  CHECK(takes("FROM b\nCOPY --from=0 /app/.env /srv\n"));
  CHECK(takes("FROM b\nCOPY --from=build /app/.e* /srv/\n"));
  CHECK(takes("FROM build\nRUN x\n"));
  CHECK(takes("FROM build AS two\nFROM c\nCOPY --from=two /app /x\n"));
  CHECK_FALSE(takes("FROM build AS two\nFROM c\nCOPY --from=two /x /x\n"));
  CHECK(takes("FROM b AS two\nCOPY --from=build /app /in\nFROM c\nCOPY --from=two /in /out\n"));
  CHECK_FALSE(takes("FROM b AS two\nCOPY --from=build /app /in\nFROM c\nCOPY --from=two /app /out\n"));
}

TEST_CASE("where the folder that a base image works in is not known, a file counts as taken") {
  const auto takes = [](const std::string& first, const std::string& rest) {
    Tree tree;
    tree.write("Dockerfile", first + "\nCOPY . .\nFROM c\nCOPY --from=0 " + rest + " /x\n");
    return tree.takes(".env");
  };
  CHECK(takes("FROM composer", "/app"));
  CHECK(takes("FROM composer\nWORKDIR src", "/app"));
  CHECK_FALSE(takes("FROM scratch", "/app"));
  CHECK(takes("FROM scratch", "/"));
  CHECK(takes("FROM a\nWORKDIR \"/app\"", "/app"));
  CHECK_FALSE(takes("FROM a\nWORKDIR \"/app\"", "/other"));
}

TEST_CASE("variables that the file gives a value are put in") {
  const auto takes = [](const std::string& text) {
    Tree tree;
    tree.write("Dockerfile", text);
    return tree.takes(".env");
  };
  CHECK(takes("FROM a\nARG SRC=.\nCOPY ${SRC} /a\n"));
  CHECK(takes("ARG S=build\nFROM a AS build\nWORKDIR /w\nCOPY . .\nFROM $S\n"));
  CHECK_FALSE(takes("FROM a\nARG SRC=src\nCOPY $SRC /a\n"));
  CHECK_FALSE(takes("FROM a\nCOPY $SRC /a\n"));
}

TEST_CASE("the stage that Compose asks for becomes an image, and so does the last one") {
  Tree tree;
  tree.write("Dockerfile", "FROM a AS dev\nCOPY . /app\nFROM a\nCOPY src /app\n");
  CHECK_FALSE(tree.takes(".env"));
  tree.write("compose.yaml", "services:\n  a:\n    build:\n      context: .\n      target: dev\n");
  CHECK(tree.build_lines() == Strings{"Dockerfile in ", "Dockerfile in  to dev"});
  CHECK(tree.takes(".env"));
}

TEST_CASE("builds are those of Compose, and one for each other Dockerfile, in its likely context") {
  Tree tree;
  tree.write("api/Dockerfile", "FROM a\nCOPY app /app\n");
  tree.write("api/app/x", "");
  tree.write("web/Dockerfile", "FROM a\nCOPY web/src /app\n");
  tree.write("web/src/x", "");
  tree.write("job/prod.Dockerfile", "FROM a\nCOPY . /app\n");
  tree.write("docker/Dockerfile", "FROM a\nCOPY . /app\n");
  tree.write("lost/Dockerfile", "FROM a\nCOPY nowhere /app\n");
  CHECK(tree.build_lines() == Strings{"api/Dockerfile in api/", "docker/Dockerfile in ",
                                      "job/prod.Dockerfile in job/", "lost/Dockerfile in lost/",
                                      "web/Dockerfile in "});
  tree.write(
      "deploy/compose.yaml",
      "services:\n  a:\n    build: ../api\n  b:\n    build: {context: .., dockerfile: job/prod.Dockerfile}\n"
      "  c:\n    build: ../..\n  d:\n    build: $WHERE\n  e:\n    build: https://example.com/x.git\n");
  CHECK(tree.build_lines() == Strings{"api/Dockerfile in api/", "docker/Dockerfile in ",
                                      "job/prod.Dockerfile in ", "lost/Dockerfile in lost/",
                                      "web/Dockerfile in "});
}

TEST_CASE("secrets in variables are told without them") {
  Tree tree;
  tree.write("Dockerfile", "ARG TOKEN=secret\nFROM a\nENV A=1 \\\n  KEY=\"secret\"\n");
  const auto found =
      tree.variables([](std::string_view text) { return text.find("=secret") != std::string_view::npos; });
  REQUIRE(found.size() == 2);
  CHECK(found[0].cause == Place{"Dockerfile", 1, "ARG TOKEN"});
  CHECK(found[1].cause == Place{"Dockerfile", 3, "ENV KEY"});
  CHECK(found[1].path == "Dockerfile");
  CHECK(found[1].coverage == Coverage::image_variable);
}

TEST_CASE("files that Compose reads are told from its folder on") {
  Tree tree;
  tree.write("deploy/compose.yaml",
             "services:\n  a:\n    env_file: [prod.env, ../x.env, /etc/y.env, ~/z.env, ../../out.env, "
             "'${E}.env']\n");
  Strings all;
  for (const auto& each : tree.references())
    all.push_back(each.file + " by " + each.by.path + ":" + std::to_string(each.by.line));
  CHECK(all == Strings{"deploy/prod.env by deploy/compose.yaml:3", "x.env by deploy/compose.yaml:3",
                       "deploy/.env by deploy/compose.yaml:3"});
}

TEST_CASE("how Dockerfiles are called") {
  for (const char* path :
       {"Dockerfile", "a/Dockerfile.prod", "web.Dockerfile", "a.dockerfile", "Containerfile"})
    CHECK(is_dockerfile(path));
  for (const char* path : {"Dockerfile.dockerignore", "dockerfile.md", "MyDockerfile", "Dockerfile/x"})
    CHECK_FALSE(is_dockerfile(path));
}

}  // namespace
}  // namespace keysift::test
