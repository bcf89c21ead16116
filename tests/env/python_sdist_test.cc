#include "env/python_sdist.h"

#include <algorithm>
#include <random>
#include <set>
#include <sstream>

#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

// Prints what setuptools' own reading of the MANIFEST.in takes in.
constexpr const char* kOracle = R"(
import os
from setuptools.command.egg_info import FileList
files = FileList()
files.findall()
for line in open('MANIFEST.in').read().splitlines():
    if line.strip(): files.process_template_line(line)
print('\n'.join(os.path.normpath(file) for file in files.files))
)";

std::set<std::string> lines_of(const std::string& text) {
  std::istringstream lines(text);
  std::set<std::string> all;
  for (std::string line; std::getline(lines, line);) all.insert(line);
  return all;
}

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
  std::size_t taken = 0;
  for (unsigned round = 0; round < 40; ++round) {
    const TempDir dir;
    std::vector<std::string> files;
    for (const auto& folder : folders)
      for (const auto& name : names) files.push_back(folder + name);
    for (const auto& file : files) dir.write(file, "A=1\n");
    std::string manifest;
    for (auto count = 1 + random() % 4; count > 0; --count) {
      const auto word = one_of(words);
      manifest += word;
      if (word.starts_with("recursive")) manifest += random() % 2 == 0 ? " a" : " b/c";
      const bool names_folder = word == "graft" || word == "prune";
      manifest += ' ' + (names_folder ? std::string(random() % 2 == 0 ? "a" : "b/") : one_of(globs));
      manifest += !names_folder && random() % 3 == 0 ? ' ' + one_of(globs) + "\n" : "\n";
    }
    dir.write("MANIFEST.in", manifest);
    dir.write("pyproject.toml", "");
    const auto expected = lines_of(run({"python3", "-c", kOracle}, dir.path()).out);
    const WorkTree tree(dir.path());
    const PythonSdist sdist(tree, "");
    for (const auto& file : files) {
      const auto passage = sdist.passage_of(file, false);
      INFO("round " << round << ", " << file << " and\n" << manifest);
      CHECK((passage && passage->open) == expected.contains(file));
      if (expected.contains(file)) ++taken;
    }
  }
  CHECK(taken > 100);
}

}  // namespace
}  // namespace keysift::test
