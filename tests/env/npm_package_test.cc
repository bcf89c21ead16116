#include "env/npm_package.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <utility>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;
using nlohmann::json;

std::optional<Passage> passage(const TempDir& dir, const std::string& manifest, const std::string& path,
                               const Strings& manifests = {}) {
  const WorkTree tree(dir.path());
  return NpmPackage(tree, manifest, NpmWorkspaces(tree, manifests)).passage_of(path);
}

std::string shown(const std::optional<Passage>& passage) {
  if (!passage) return "";
  auto line = std::string(passage->open ? "into " : "kept from ") + passage->into + " by " +
              passage->by.path + ":" + std::to_string(passage->by.line) + " " + passage->by.text;
  if (!passage->ignore_file.empty()) line += "; close: " + passage->ignore_file + " " + passage->pattern;
  return line;
}

TEST_CASE("npm takes a file unless a rule keeps it out") {
  const TempDir dir;
  dir.write("web/package.json", "{\"name\": \"shop\"}\n");
  dir.write("web/.env", "A=1\n");
  CHECK(shown(passage(dir, "web/package.json", "web/.env")) ==
        "into npm package shop by web/package.json:0 ; close: web/.gitignore .env");
  CHECK(passage(dir, "web/package.json", ".env") == std::nullopt);
  dir.write("web/.gitignore", "dist\n.env\n");
  CHECK(shown(passage(dir, "web/package.json", "web/.env")) ==
        "kept from npm package shop by web/.gitignore:2 .env");
  dir.write("web/.npmignore", "# no tests\ntest\n");
  CHECK(shown(passage(dir, "web/package.json", "web/.env")) ==
        "into npm package shop by web/.npmignore:0 ; close: web/.npmignore .env");
  dir.write("web/.npmignore", ".env\n!.env\n");
  CHECK(shown(passage(dir, "web/package.json", "web/a/.env")) ==
        "into npm package shop by web/.npmignore:2 !.env; close: web/.npmignore .env");
}

TEST_CASE("what `files` names goes before any ignore file at the root") {
  const TempDir dir;
  dir.write(".npmignore", ".env\n");
  dir.write("package.json", "{\n  \"files\": [\n    \"src\",\n    \".env\"\n  ]\n}\n");
  dir.write(".env", "A=1\n");
  dir.write("src/.env.local", "A=1\n");
  const auto named = passage(dir, "package.json", ".env");
  CHECK(shown(named) == "into npm package in . by package.json:4 \".env\"");
  CHECK(named->advice == "Take it out of \"files\" in package.json.");
  dir.write("package.json", "{\n  \"files\": [\n    \"src\",\n    \"./.env\"\n  ]\n}\n");
  CHECK(passage(dir, "package.json", ".env")->advice == "Take it out of \"files\" in package.json.");
  CHECK(shown(passage(dir, "package.json", "src/.env.local")) ==
        "into npm package in . by package.json:3 \"src\"");
  CHECK(passage(dir, "package.json", "src/.env.local")->advice ==
        "Take it out of \"files\" in package.json, or add \"!**/.env.local\" at its end.");
  CHECK(shown(passage(dir, "package.json", "other/.env")) ==
        "kept from npm package in . by package.json:2 \"files\"");
  dir.write("src/.npmignore", ".env.*\n");
  CHECK(shown(passage(dir, "package.json", "src/.env.local")) ==
        "kept from npm package in . by src/.npmignore:1 .env.*");
}

TEST_CASE("what npm publishes, and never takes") {
  const TempDir dir;
  const auto published = [&](const std::string& manifest) {
    dir.write("package.json", manifest);
    const WorkTree tree(dir.path());
    return NpmPackage(tree, "package.json", NpmWorkspaces(tree, {})).is_published();
  };
  CHECK(published("{}"));
  CHECK(published("{\"private\": false}"));
  CHECK_FALSE(published("{\"private\": true}"));
  CHECK_FALSE(published("{"));
  CHECK_FALSE(published("[]"));
  CHECK_FALSE(published(std::string(1 << 20, '[')));
  dir.write("package.json", "{}");
  CHECK(passage(dir, "package.json", ".npmrc") == std::nullopt);
  CHECK(passage(dir, "package.json", "a/.npmrc") == std::nullopt);
}

TEST_CASE("no line keeps out what package.json or npm itself takes in") {
  const TempDir dir;
  dir.write("package.json", "{\"main\": \"prod.env\", \"bin\": {\"x\": \"./a.pem\"}}");
  dir.write(".npmignore", "prod.env\n");
  for (const char* file : {"prod.env", "a.pem"}) {
    const auto named = passage(dir, "package.json", file);
    CHECK(shown(named) == "into npm package in . by package.json:0 " + std::string(file));
    CHECK(named->advice == "Take it out of package.json.");
  }
  const auto license = passage(dir, "package.json", "license.key");
  CHECK(shown(license) == "into npm package in . by .npmignore:0 ");
  CHECK(license->advice == "npm packs every file of this name: call it something else, or move it.");
  CHECK(shown(passage(dir, "package.json", "a/license.key")) ==
        "into npm package in . by .npmignore:0 ; close: .npmignore license.key");
}

TEST_CASE("a workspace goes by the ignore files above it, too") {
  const TempDir dir;
  dir.write("package.json", "{\"private\": true, \"workspaces\": [\"packages/*\"]}");
  dir.write(".gitignore", ".env\n");
  dir.write("packages/a/package.json", "{}");
  dir.write("tools/b/package.json", "{}");
  const Strings manifests{"package.json", "packages/a/package.json", "tools/b/package.json"};
  CHECK(shown(passage(dir, "packages/a/package.json", "packages/a/.env", manifests)) ==
        "kept from npm package in packages/a/ by .gitignore:1 .env");
  CHECK(passage(dir, "tools/b/package.json", "tools/b/.env", manifests)->open);
}

TEST_CASE("a workspace that npm does not see is a package like any other") {
  const TempDir dir;
  dir.write("package.json", "{\"private\": true, \"workspaces\": [\"p/*\", \"!./p/b\", \"p/.named/\"]}");
  dir.write(".gitignore", ".env\n");
  Strings manifests{"package.json"};
  for (const char* folder : {"p/.hidden/", "p/.named/", "p/a/", "p/b/"}) {
    manifests.push_back(folder + std::string("package.json"));
    dir.write(manifests.back(), "{}");
  }
  const auto is_open = [&](const std::string& folder) {
    return passage(dir, folder + "package.json", folder + ".env", manifests)->open;
  };
  CHECK_FALSE(is_open("p/a/"));
  CHECK(is_open("p/b/"));
  CHECK(is_open("p/.hidden/"));
  CHECK_FALSE(is_open("p/.named/"));
}

TEST_CASE("a hostile pattern is tried in time that does not run away") {
  const TempDir dir;
  dir.write("package.json", "{}");
  std::string rules = "{{a,b},{c,d}}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}\n";
  for (int i = 0; i < 200; ++i) rules += "**/a*";
  rules += "\n" + std::string(500, '(') + "\n" + std::string(4'000, '*') + "\n[[[[\n@(a|b\n";
  dir.write(".npmignore", rules);
  CHECK(passage(dir, "package.json", "a/b/.env")->open);
}

TEST_CASE("a package.json of great size is read in time that does not run away") {
  const TempDir dir;
  json manifest = {{"name", "x"}, {"files", json::array()}, {"workspaces", json::array()}};
  for (int i = 0; i < 150'000; ++i) {
    manifest["files"].push_back("f" + std::to_string(i));
    manifest["workspaces"].push_back("w*" + std::to_string(i));
  }
  dir.write("package.json", manifest.dump(0));
  Strings manifests{"package.json"};
  for (int i = 0; i < 50; ++i) {
    manifests.push_back("p" + std::to_string(i) + "/package.json");
    dir.write(manifests.back(), "{}");
  }
  CHECK(shown(passage(dir, "package.json", "f7", manifests)) ==
        "into npm package x by package.json:10 \"f7\"");
  CHECK_FALSE(passage(dir, "package.json", ".env", manifests)->open);
}

// A package that `npm pack` and we are asked about, with as many kinds of rules as there are.
class GeneratedPackage {
 public:
  explicit GeneratedPackage(unsigned seed) : random_(seed) {
    json manifest = {{"name", "x"}, {"version", "1.0.0"}};
    if (chance(3)) manifest["files"] = patterns_of_files();
    if (chance(6)) manifest["main"] = one_of({"./a/.env", "index.js", "a/b/prod.env"});
    if (chance(8))
      manifest["workspaces"] = {one_of({"a", "b/*", "none", "b/.c"}), one_of({"!a", "a/b/", "!b/*", "*"})};
    dir_.write("package.json", manifest.dump(2));
    for (const char* folder : {"", "a/", "a/b/", "b/", "b/.c/"}) {
      for (const char* name : {".npmignore", ".gitignore"})
        if (chance(*folder == '\0' ? 2 : 5)) dir_.write(folder + std::string(name), rules());
      for (const char* name : {".env", ".env.local", "prod.env", "x.js", "Readme.env", "a.pem", ".npmrc"})
        if (!chance(4)) add(folder + std::string(name));
      if (*folder != '\0' && !chance(9)) continue;
      if (*folder != '\0') dir_.write(folder + std::string("package.json"), "{}");
      manifests_.push_back(folder + std::string("package.json"));
    }
  }

  const std::filesystem::path& path() const { return dir_.path(); }

  std::set<std::string> packed_by_us() const {
    std::set<std::string> packed;
    const WorkTree tree(dir_.path());
    NpmPackage package(tree, "package.json", NpmWorkspaces(tree, manifests_));
    for (const auto& file : files_)
      if (const auto found = package.passage_of(file); found && found->open) packed.insert(file);
    return packed;
  }

  // Does what is told of all that would get out; gives the files that are to be in after that.
  std::set<std::string> close() const {
    const auto packed = packed_by_us();
    auto left = packed;
    std::set<std::pair<std::string, std::string>> lines;
    const WorkTree tree(dir_.path());
    NpmPackage package(tree, "package.json", NpmWorkspaces(tree, manifests_));
    for (const auto& file : packed) {
      const auto found = package.passage_of(file);
      if (found->ignore_file.empty()) continue;
      lines.emplace(found->ignore_file, found->pattern);
      left.erase(file);
    }
    for (const auto& [file, line] : lines) dir_.write(file, tree.read(file).value_or("") + line + "\n");
    return left;
  }

  // Of those that npm lists.
  std::set<std::string> generated(const json& listing) const {
    std::set<std::string> packed;
    for (const auto& file : listing.at("files")) packed.insert(file.at("path").get<std::string>());
    std::erase_if(packed, [&](const std::string& file) { return !files_.contains(file); });
    return packed;
  }

  // All rules, to look at.
  std::string rules_written() const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.path())) {
      const auto name = entry.path().filename().native();
      if (name != "package.json" && name != ".npmignore" && name != ".gitignore") continue;
      const WorkTree tree(dir_.path());
      const auto path = entry.path().lexically_relative(dir_.path()).native();
      all += path + ":\n" + tree.read(path).value_or("") + "\n";
    }
    return all;
  }

 private:
  bool chance(unsigned of) { return random_() % of == 0; }

  std::string one_of(std::initializer_list<const char*> choices) {
    return *(choices.begin() + random_() % choices.size());
  }

  void add(const std::string& path) {
    dir_.write(path, "A=1\n");
    files_.insert(path);
  }

  std::string pattern() {
    return one_of({".env",
                   "*.env",
                   ".env*",
                   ".env.*",
                   "/.env",
                   "a",
                   "a/",
                   "/a",
                   "a/b",
                   "a/*",
                   "a/**",
                   "**/.env",
                   "**/b/**",
                   "b",
                   "*",
                   "**",
                   "*.js",
                   "prod.env",
                   "a/b/.env",
                   "/a/*/prod.env",
                   "*.{env,pem}",
                   "[.]env",
                   "a/{b,c}/",
                   ".c",
                   "*/.env",
                   "x.js",
                   "!",
                   "PROD.ENV",
                   "?env",
                   "*.p?m",
                   "a/**/prod.env",
                   "./.env",
                   "+(a|b)/.env",
                   "b/.c/*",
                   "[!a].pem",
                   "\\.env",
                   ".env ",
                   "#.env",
                   "a/.env/",
                   "b/"});
  }

  std::string rules() {
    std::string text;
    for (auto count = 1 + random_() % 4; count > 0; --count)
      text += std::string(chance(4) ? "!" : "") + pattern() + (chance(9) ? "\r\n" : "\n");
    return text;
  }

  Strings patterns_of_files() {
    Strings all;
    for (auto count = random_() % 4; count > 0; --count)
      all.push_back(std::string(chance(5) ? "!" : "") + (chance(5) ? "./" : "") + pattern());
    return all;
  }

  TempDir dir_;
  std::mt19937_64 random_;
  std::set<std::string> files_;
  Strings manifests_;
};

bool has_npm() {
  try {
    return run({"npm", "--version"}).out.starts_with("11.");
  } catch (const std::exception&) {
    return false;
  }
}

// What npm would pack of each, in their order.
json npm_pack(const std::vector<std::unique_ptr<GeneratedPackage>>& packages) {
  const TempDir home;
  Strings command{"npm", "pack", "--dry-run", "--json", "--ignore-scripts", "--offline"};
  for (const auto& package : packages) command.push_back(package->path().native());
  const auto outcome =
      run(command, home.path(), {},
          {{"HOME", home.path().native()}, {"npm_config_cache", (home.path() / "cache").native()}});
  return json::parse(outcome.out);
}

unsigned rounds(unsigned usual) {
  const char* more = std::getenv("KEYSIFT_ROUNDS");
  return more != nullptr ? static_cast<unsigned>(std::atoi(more)) : usual;
}

TEST_CASE("what is packed is what npm packs") {
  if (!has_npm()) {
    WARN("skipped: it compares with npm 11, which is not here");
    return;
  }
  const auto count = rounds(60);
  std::vector<std::unique_ptr<GeneratedPackage>> packages;
  for (unsigned seed = 0; seed < count; ++seed) packages.push_back(std::make_unique<GeneratedPackage>(seed));
  const auto listings = npm_pack(packages);
  REQUIRE(listings.size() == count);
  std::size_t packed = 0;
  for (unsigned seed = 0; seed < count; ++seed) {
    const auto expected = packages[seed]->generated(listings[seed]);
    packed += expected.size();
    INFO("seed " << seed << "\n" << packages[seed]->rules_written());
    CHECK(packages[seed]->packed_by_us() == expected);
  }
  CHECK(packed > 5 * count);
}

TEST_CASE("the line that is told keeps a file out of what npm packs, and lets no other one in") {
  if (!has_npm()) {
    WARN("skipped: it asks npm 11, which is not here");
    return;
  }
  const auto count = rounds(30);
  std::vector<std::unique_ptr<GeneratedPackage>> packages;
  for (unsigned seed = 0; seed < count; ++seed)
    packages.push_back(std::make_unique<GeneratedPackage>(1'000'000 + seed));
  std::vector<std::set<std::string>> most;
  for (const auto& package : packages) most.push_back(package->close());
  const auto listings = npm_pack(packages);
  REQUIRE(listings.size() == count);
  for (unsigned seed = 0; seed < count; ++seed) {
    const auto packed = packages[seed]->generated(listings[seed]);
    INFO("seed " << seed << "\n" << packages[seed]->rules_written());
    Strings more;
    std::set_difference(packed.begin(), packed.end(), most[seed].begin(), most[seed].end(),
                        std::back_inserter(more));
    CHECK(more == Strings{});
  }
}

}  // namespace
}  // namespace keysift::test
