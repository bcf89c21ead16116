#include "env/package_door.h"

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;

class Tree {
 public:
  void write(const std::string& name, std::string_view bytes) {
    dir_.write(name, bytes);
    if (is_package_manifest(name)) manifests_.push_back(name);
  }

  Strings passages(const Strings& paths, bool tracked = false) const {
    std::vector<PackageFile> files;
    for (const auto& path : paths) files.push_back({path, tracked});
    Strings all;
    for (const auto& each : package_passages(WorkTree(dir_.path()), manifests_, files)) {
      auto line = each.file + (each.open ? " into " : " kept from ") + each.into + " by " + each.by.path +
                  ":" + std::to_string(each.by.line) + " " + each.by.text;
      if (!each.ignore_file.empty()) line += "; close: " + each.ignore_file + " " + each.pattern;
      if (!each.advice.empty()) line += "; by hand";
      all.push_back(line);
    }
    return all;
  }

 private:
  TempDir dir_;
  Strings manifests_;
};

TEST_CASE("npm packs what is below a package.json that is not private") {
  Tree tree;
  tree.write("web/package.json", "{\"name\": \"web\"}");
  tree.write("own/package.json", "{\"private\": true}");
  CHECK(tree.passages({".env", "own/.env", "web/.env"}) ==
        Strings{"web/.env into npm package web by web/package.json:0 ; close: web/.gitignore .env"});
}

TEST_CASE("setuptools takes what MANIFEST.in names") {
  Tree tree;
  tree.write("api/pyproject.toml", "[project]\nname = \"shop\"\n");
  CHECK(tree.passages({".env", "api/.env"}).empty());
  tree.write("api/MANIFEST.in", "include *.md\n# include .env\nrecursive-include conf \\\n  *.env # all\n");
  CHECK(
      tree.passages({"api/.env", "api/conf/a/prod.env"}) ==
      Strings{"api/conf/a/prod.env into Python sdist shop by api/MANIFEST.in:3 recursive-include conf *.env; "
              "close: api/MANIFEST.in global-exclude prod.env"});
  tree.write("api/MANIFEST.in", "graft conf\nglobal-exclude *.env\n");
  CHECK(tree.passages({"api/conf/prod.env"}) ==
        Strings{"api/conf/prod.env kept from Python sdist shop by api/MANIFEST.in:2 global-exclude *.env"});
  tree.write("api/pyproject.toml", "[build-system]\nrequires = [\"setuptools\", \"setuptools-scm>=8\"]\n");
  tree.write("api/MANIFEST.in", "");
  CHECK(tree.passages({"api/.env"}).empty());
  CHECK(
      tree.passages({"api/.env"}, true) ==
      Strings{
          "api/.env into Python sdist of api/ by api/pyproject.toml:0 setuptools-scm; close: api/MANIFEST.in "
          "global-exclude .env"});
}

TEST_CASE("hatchling takes what git does not ignore, and the pyproject.toml does not leave out") {
  Tree tree;
  const std::string start = "[build-system]\nbuild-backend = \"hatchling.build\"\n";
  tree.write("pyproject.toml", start);
  CHECK(tree.passages({".env"}) == Strings{".env into Python sdist of . by pyproject.toml:0 ; by hand"});
  tree.write(".gitignore", "dist\n.env\n");
  CHECK(tree.passages({".env"}) == Strings{".env kept from Python sdist of . by .gitignore:2 .env"});
  tree.write("pyproject.toml",
             start + "[tool.hatch.build.targets.sdist]\nexclude = [\n  \"x\",\n  \"*.env\",\n]\n");
  CHECK(tree.passages({"a/prod.env"}) ==
        Strings{"a/prod.env kept from Python sdist of . by pyproject.toml:6 *.env"});
  tree.write("pyproject.toml", start + "[tool.hatch.build.targets.sdist]\ninclude = [\"src\"]\n");
  CHECK(tree.passages({"a/prod.env", "src/prod.env"}) ==
        Strings{"src/prod.env into Python sdist of . by pyproject.toml:4 src; by hand"});
}

TEST_CASE("in hatchling's settings what comes last decides") {
  Tree tree;
  const auto by = [&](const std::string& settings, const std::string& path) {
    tree.write("api/pyproject.toml",
               "[build-system]\nbuild-backend = \"hatchling.build\"\n[tool.hatch.build]\n" + settings);
    const auto lines = tree.passages({path});
    return lines.empty() ? "" : lines[0].substr(path.size() + 1, lines[0].find(';') - path.size() - 1);
  };
  tree.write(".gitignore", ".env\n/api/conf\n");
  CHECK(by("", "api/.env") == "kept from Python sdist of api/ by .gitignore:1 .env");
  CHECK(by("ignore-vcs = true\n", "api/.env") == "into Python sdist of api/ by api/pyproject.toml:0 ");
  CHECK(by("ignore-vcs = true\n[tool.hatch.build.targets.sdist]\nignore-vcs = false\n", "api/.env") ==
        "kept from Python sdist of api/ by .gitignore:1 .env");
  CHECK(by("exclude = [\"!.env\"]\n", "api/.env") ==
        "into Python sdist of api/ by api/pyproject.toml:4 !.env");
  CHECK(by("exclude = [\".env\"]\nartifacts = [\"*.env\"]\n", "api/.env") ==
        "into Python sdist of api/ by api/pyproject.toml:5 *.env");
  // The .gitignore counts as if it lay in the project's folder.
  CHECK(by("", "api/conf/prod.env") == "into Python sdist of api/ by api/pyproject.toml:0 ");
  CHECK(by("packages = [\"src/app\"]\ninclude = [\"*\"]\n", "api/prod.env").empty());
  CHECK(by("packages = [\"src/app\"]\n", "api/src/app/prod.env") ==
        "into Python sdist of api/ by api/pyproject.toml:4 /src/app");
  CHECK(by("only-include = [\"app\"]\n", "api/src/app/prod.env").empty());
  CHECK(by("exclude = [\"a\\n\\n\\n*.env\"]\n", "api/prod.env") ==
        "into Python sdist of api/ by api/pyproject.toml:0 ");
}

TEST_CASE("a MANIFEST.in with more patterns than people write is read in part") {
  Tree tree;
  tree.write("setup.py", "");
  std::string line = "include .env";
  for (int i = 0; i < 300'000; ++i) line += " *" + std::to_string(i);
  tree.write("MANIFEST.in", line + "\nexclude .env\n");
  CHECK(tree.passages({".env"}).size() == 1);
}

TEST_CASE("of other builders, and a pyproject.toml that is broken, nothing is said") {
  Tree tree;
  for (const char* project : {"[build-system]\nbuild-backend = \"flit_core.buildapi\"\n", "no toml ["}) {
    tree.write("pyproject.toml", project);
    tree.write("MANIFEST.in", "include .env\n");
    CHECK(tree.passages({".env"}, true).empty());
  }
}

TEST_CASE("Helm packs all but what .helmignore names, in its own way") {
  Tree tree;
  tree.write("charts/shop/Chart.yaml", "name: shop\nversion: 1.0.0\n");
  const Strings paths{"charts/shop/.env", "charts/shop/conf/prod.env"};
  CHECK(tree.passages({paths[0]}) ==
        Strings{"charts/shop/.env into Helm chart shop by charts/shop/Chart.yaml:0 ; close: "
                "charts/shop/.helmignore .env"});
  const auto by = [&](const std::string& rules, const std::string& path) {
    tree.write("charts/shop/.helmignore", rules);
    const auto line = tree.passages({path}).at(0);
    const auto at = line.find(".helmignore:");
    return line.substr(at + 12, line.find_first_of(" ;", at + 12) - at - 12);
  };
  CHECK(by("# x\n\n  .env  \n", paths[0]) == "3");
  CHECK(by("*.env\n", paths[1]) == "1");
  CHECK(by("conf/\n", paths[1]) == "1");
  CHECK(by("/prod.env\nconf/*.env\n", paths[1]) == "2");
  CHECK(by("prod.env/\n", paths[1]) == "0");
  CHECK(by("**/prod.env\n", paths[1]) == "0");
  // A line with '!' leaves out what does not fit it.
  CHECK(by("!*.yaml\n", paths[0]) == "1");
  CHECK(by("!.env\n", paths[0]) == "0");
  tree.write("charts/shop/.helmignore", "");
  CHECK(tree.passages({"charts/shop/templates/.env"}).empty());
  CHECK(tree.passages({"charts/shop/templates/prod.env"}).size() == 1);
}

TEST_CASE("uploads go by an ignore file of their own, or by git's") {
  Tree tree;
  tree.write("app.yaml", "runtime: python312\n");
  tree.write("k8s/app.yaml", "kind: Deployment\n");
  CHECK(tree.passages({".env"}) == Strings{".env into gcloud upload by app.yaml:0 ; close: .gitignore .env"});
  CHECK(tree.passages({"k8s/.env"}).size() == 1);
  tree.write(".gitignore", ".env\n");
  CHECK(tree.passages({".env"}) == Strings{".env kept from gcloud upload by .gitignore:1 .env"});
  tree.write(".gcloudignore", ".git\n");
  CHECK(tree.passages({".env"}) ==
        Strings{".env into gcloud upload by .gcloudignore:0 ; close: .gcloudignore .env"});
  tree.write(".gcloudignore", ".git\n#!include:.gitignore\n");
  CHECK(tree.passages({".env"}) == Strings{".env kept from gcloud upload by .gitignore:1 .env"});
}

TEST_CASE("gcloud puts the lines of an included file where it is included") {
  Tree tree;
  tree.write("app.yaml", "runtime: python312\n");
  tree.write(".gitignore", "dist\n.env\n#!include:more\n");
  tree.write("more", "\n*.pem\n");
  const auto by = [&](const std::string& rules, const std::string& path) {
    tree.write(".gcloudignore", rules);
    const auto line = tree.passages({path}).at(0);
    return line.substr(0, line.find(';'));
  };
  CHECK(by("!.env\n\n#!include:.gitignore\n", ".env") == ".env kept from gcloud upload by .gitignore:2 .env");
  CHECK(by("#!include:.gitignore\r\n\n!.env\n", ".env") ==
        ".env into gcloud upload by .gcloudignore:3 !.env");
  CHECK(by("#!include:more\n# !include:.gitignore\n", ".env") ==
        ".env kept from gcloud upload by .gitignore:2 .env");
  CHECK(by("#!include:.gitignore\n", "a.pem") == "a.pem into gcloud upload by .gcloudignore:0 ");
  CHECK(by("#!include:./.gitignore\n", ".env") == ".env into gcloud upload by .gcloudignore:0 ");
}

TEST_CASE("an included file of great size, many times over, does not run away") {
  Tree tree;
  tree.write("big", std::string(1 << 20, '\n'));
  std::string rules;
  for (int i = 0; i < 100'000; ++i) rules += "#!include:big\n";
  tree.write(".gcloudignore", rules + ".env\n");
  CHECK(tree.passages({".env"}) == Strings{".env kept from gcloud upload by .gcloudignore:100001 .env"});
}

TEST_CASE("Vercel goes by .vercelignore and rules of its own, not by git's") {
  Tree tree;
  tree.write("web/vercel.json", "{}");
  tree.write("web/.gitignore", ".env*\n");
  const Strings paths{"web/.env", "web/.env.local", "web/.env.production.local"};
  CHECK(tree.passages(paths) ==
        Strings{"web/.env into Vercel upload of web/ by web/vercel.json:0 ; close: web/.vercelignore .env"});
  tree.write("web/.vercelignore", "docs\n./.env\n!.env.local\n");
  CHECK(tree.passages(paths) ==
        Strings{"web/.env kept from Vercel upload of web/ by web/.vercelignore:2 .env",
                "web/.env.local into Vercel upload of web/ by web/.vercelignore:3 !.env.local; close: "
                "web/.vercelignore .env.local"});
}

TEST_CASE("Heroku takes what git tracks") {
  Tree tree;
  tree.write("Procfile", "web: x\n");
  CHECK(tree.passages({".env"}).empty());
  CHECK(tree.passages({".env"}, true) ==
        Strings{".env into Heroku slug by Procfile:0 ; close: .slugignore .env"});
  tree.write(".slugignore", "*.env\n");
  CHECK(tree.passages({".env"}, true) == Strings{".env kept from Heroku slug by .slugignore:1 *.env"});
  tree.write(".slugignore", "\n*.env\n!.env\n");
  CHECK(tree.passages({".env"}, true) == Strings{".env kept from Heroku slug by .slugignore:2 *.env"});
}

}  // namespace
}  // namespace keysift::test
