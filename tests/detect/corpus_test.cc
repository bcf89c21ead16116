// What the keywords lose of what the patterns find: nothing, in the files of the corpus and of a repository.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "detect/oracle.h"
#include "rule/rule_file.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;

// How many matches the patterns have in the files below a folder; each file is checked.
std::size_t compare_below(const fs::path& folder) {
  const auto rules = built_in_rules();
  const Oracle oracle(rules);
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}, .explain = true});
  Detector::Scratch scratch(detector);
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    auto found = found_in(detector.scan(bytes, scratch));
    std::sort(found.begin(), found.end());
    INFO(entry.path());
    REQUIRE(found == oracle.matches(bytes));
    count += found.size();
  }
  return count;
}

TEST_CASE("the keywords of the rules lose nothing in the corpus") {
  if (run({"python3", "-c", "import tomllib"}).exit_code != 0) {
    WARN("skipped: there is no Python 3.11 to make the corpus");
    return;
  }
  const TempDir dir;
  const auto made = run({"python3", KEYSIFT_SOURCE "/tests/corpus/make_corpus", dir.path()});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK(compare_below(dir.path() / "files") > 10'000);
}

// KEYSIFT_TREE names another folder than our own repository.
TEST_CASE("the keywords of the rules lose nothing in a repository") {
  if (const char* tree = std::getenv("KEYSIFT_TREE")) {
    compare_below(tree);
    return;
  }
  std::size_t count = 0;
  for (const char* part : {"docs", "fixtures", "rules", "src", "tests"})
    count += compare_below(fs::path(KEYSIFT_SOURCE) / part);
  CHECK(count > 10);
}

}  // namespace
}  // namespace keysift::test
