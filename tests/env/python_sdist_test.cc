#include "env/python_sdist.h"

#include <algorithm>
#include <random>
#include <set>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

// Prints what setuptools' own reading of the MANIFEST.in takes in, for each folder that it is given.
constexpr const char* kOracle = R"(
import os, sys
from setuptools.command.egg_info import FileList
for folder in sys.argv[1:]:
    os.chdir(folder)
    files = FileList()
    files.findall()
    for line in open('MANIFEST.in').read().splitlines():
        if line.strip(): files.process_template_line(line)
    print('\n'.join(folder + '/' + os.path.normpath(file) for file in files.files))
)";

TEST_CASE("MANIFEST.in takes in what it does for setuptools") {
  if (run({"python3", "-c", "import setuptools.command.egg_info"}).exit_code != 0) {
    WARN("skipped: python3 has no setuptools");
    return;
  }
  const std::vector<std::string> folders = {"", "a/", "a/b/", "b/", "b/c/d/"};
  const std::vector<std::string> names = {".env", "prod.env", "x.py", ".env.local"};
  const std::vector<std::string> globs = {".env",  "*.env",  "*",        "?rod.env", "[!p]*",
                                          "a/*",   "*/.env", "a/b/.env", "b",        ".env*",
                                          "[.x]*", "**",     "**/.env"};
  const std::vector<std::string> words = {
      "include", "exclude", "recursive-include", "recursive-exclude", "global-include", "global-exclude",
      "graft",   "prune"};
  std::mt19937_64 random(1);
  const auto one_of = [&](const auto& choices) { return choices[random() % choices.size()]; };
  const TempDir dir;
  std::vector<std::string> files;
  for (const auto& folder : folders)
    for (const auto& name : names) files.push_back(folder + name);
  std::vector<std::string> command{"python3", "-c", kOracle};
  std::vector<std::string> manifests;
  for (unsigned round = 0; round < 40; ++round) {
    const auto project = std::to_string(round) + "/";
    command.push_back((dir.path() / std::to_string(round)).native());
    for (const auto& file : files) dir.write(project + file, "A=1\n");
    auto& manifest = manifests.emplace_back();
    for (auto count = 1 + random() % 4; count > 0; --count) {
      const auto word = one_of(words);
      manifest += word;
      if (word.starts_with("recursive")) manifest += random() % 2 == 0 ? " a" : " b/c";
      const bool names_folder = word == "graft" || word == "prune";
      manifest += ' ' + (names_folder ? std::string(random() % 2 == 0 ? "a" : "b/") : one_of(globs));
      manifest += !names_folder && random() % 3 == 0 ? ' ' + one_of(globs) + "\n" : "\n";
    }
    dir.write(project + "MANIFEST.in", manifest);
    dir.write(project + "pyproject.toml", "");
  }
  const auto lines = lines_of(run(command, dir.path()).out);
  const std::set<std::string> taken(lines.begin(), lines.end());
  CHECK(taken.size() > 100);
  const WorkTree tree(dir.path());
  for (unsigned round = 0; round < manifests.size(); ++round) {
    const auto project = std::to_string(round) + "/";
    const PythonSdist sdist(tree, project);
    for (const auto& file : files) {
      const auto passage = sdist.passage_of(project + file, false);
      INFO("round " << round << ", " << file << " and\n" << manifests[round]);
      CHECK((passage && passage->open) == taken.contains((dir.path() / (project + file)).native()));
    }
  }
}

}  // namespace
}  // namespace keysift::test
