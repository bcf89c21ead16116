// What is found and meant to be there: marks on lines, and .keysift.toml.
#include "cli/keysift.h"
#include "rule/example.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using Catch::Matchers::Contains;
using nlohmann::json;
using Strings = std::vector<std::string>;

std::string key(unsigned seed) { return expand_template("sk-proj-{{rand 74}}T3BlbkFJ{{rand 74}}", seed); }

// "path:line by" for each allowed finding.
Strings allowed(const json& report) {
  Strings lines;
  for (const auto& finding : report.at("allowed")) {
    lines.push_back(finding.at("location").at("path").get<std::string>() + ":" +
                    std::to_string(finding.at("location").at("line").get<int>()) + " " +
                    finding.at("allowed_by").get<std::string>());
  }
  return lines;
}

TEST_CASE("a mark on its line allows a key, and the report says so") {
  const TempDir dir;
  dir.write("a.py", "k = '" + key(1) + "'  # keysift:allow\nk = '" + key(2) + "'\n");
  dir.write("b.py", "# gitleaks:allow\nk = '" + key(3) + "'  # gitleaks:allow\n");
  const auto result = scan({"files", dir.path()});
  CHECK(result.exit_code == 1);
  CHECK(places(result.report) == std::vector<Place>{{"a.py", 2, 6, 170, "openai-project-key"}});
  CHECK(allowed(result.report) == Strings{"a.py:1 a mark on its line", "b.py:2 a mark on its line"});
  const auto text = keysift({"files", dir.path()}).out;
  CHECK_THAT(text, Contains("Allowed\n  a.py:1  OpenAI project API key, by a mark on its line\n"));
  CHECK_THAT(text, Contains("2 findings allowed"));
  CHECK(text.find(key(1)) == std::string::npos);
}

TEST_CASE("nothing but what is allowed is nothing found") {
  const TempDir dir;
  dir.write("a.py", "k = '" + key(1) + "'  # keysift:allow\n");
  CHECK(scan({"files", dir.path()}).exit_code == 0);
}

TEST_CASE("the configuration in the root allows by path, by pattern and by word") {
  const TempDir dir;
  dir.write("docs/a.md", key(1));
  dir.write("src/b.c", key(2));
  const auto allow = [&](const std::string& list) {
    dir.write(".keysift.toml", "[[allowlists]]\n" + list);
    const auto result = scan({"files", dir.path()});
    Strings lines = allowed(result.report);
    for (const auto& place : places(result.report)) lines.push_back("found in " + place.path);
    return lines;
  };
  const Strings first = {"docs/a.md:1 .keysift.toml", "found in src/b.c"};
  CHECK(allow("paths = ['^docs/']") == first);
  CHECK(allow("regexes = ['^" + key(1).substr(0, 24) + "']") == first);
  CHECK(allow("stopwords = ['" + key(1).substr(20, 20) + "']") == first);
  CHECK(allow("paths = ['^nowhere/']") == Strings{"found in docs/a.md", "found in src/b.c"});
}

TEST_CASE("a configuration that is named stands in for the one in the root") {
  const TempDir dir;
  dir.write("a.md", key(1));
  dir.write(".keysift.toml", "[[allowlists]]\npaths = ['.']\n");
  dir.write("other/none.toml", "");
  CHECK(scan({"files", dir.path()}).exit_code == 0);
  CHECK(scan({"files", "--config", dir.path() / "other/none.toml", dir.path()}).exit_code == 1);
}

TEST_CASE("history is allowed by commit, by mark and by path") {
  TestRepo repo;
  repo.write("a", key(1));
  const auto first = repo.commit_all("first");
  repo.write("b", key(2) + " gitleaks:allow");
  repo.write("c", key(3));
  repo.commit_all("second");
  repo.git({"rm", "--quiet", "a", "b", "c"});
  repo.commit_all("third");
  repo.write(".keysift.toml",
             "[[allowlists]]\ncommits = ['" + first.substr(0, 12) + "']\n[[allowlists]]\npaths = ['^c$']\n");
  const auto result = scan({"history", repo.path()});
  CHECK(result.exit_code == 0);
  CHECK(allowed(result.report) ==
        Strings{"a:1 .keysift.toml", "b:1 a mark on its line", "c:1 .keysift.toml"});
}

TEST_CASE("a mistake in the configuration is told by file and line") {
  const TempDir dir;
  const auto complaint = [&](const std::string& text) {
    dir.write(".keysift.toml", text);
    const auto result = keysift({"files", "."}, dir.path());
    CHECK(result.exit_code == 2);
    return result.err;
  };
  CHECK_THAT(complaint("[[allowlists]]\npath = ['x']\n"), Contains(".keysift.toml:2: unknown key 'path'"));
  CHECK_THAT(complaint("\n[[rules]]\n"), Contains(".keysift.toml:2: unknown key 'rules'"));
  CHECK_THAT(complaint("[[allowlists]]\nregexes = ['(']\n"),
             Contains(".keysift.toml:2: RE2 refuses the pattern"));
  CHECK_THAT(complaint("[[allowlists]]\ncommits = ['HEAD']\n"),
             Contains(".keysift.toml:2: 'commits' must be names of commits"));
}

std::string repeated(const std::string& text, unsigned times) {
  std::string all;
  for (unsigned i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("a configuration or a rule file that would need too much is refused in one line") {
  const TempDir dir;
  dir.write("a.txt", "");
  // What keysift says if it refuses; else its exit code.
  const auto with = [&](const std::string& name, const std::string& text) {
    dir.write(name, text);
    const auto outcome =
        keysift({"files", "a.txt", name == "c.toml" ? "--config" : "--rules", name}, dir.path());
    return outcome.exit_code == 2 ? outcome.err : std::to_string(outcome.exit_code);
  };
  const auto config = [&](const std::string& text) { return with("c.toml", text); };
  const std::string list = "[[allowlists]]\nregexes = [\n", end = "]\n";
  CHECK(config(list + "'a',\n'((a{1000}){1000})'" + end) ==
        "keysift: c.toml:4: RE2 refuses the pattern: invalid repetition size: {1000}\n");
  CHECK(config(list + "'" + repeated("a{1000}", 1000) + "'" + end) ==
        "keysift: c.toml:3: RE2 refuses the pattern: pattern too large - compile failed\n");
  CHECK(config(list + "'" + repeated("(", 10'000) + repeated(")", 9'999) + "'" + end).size() < 300);
  CHECK(config(list + repeated("'a',\n", 1'000) + end) == "0");
  CHECK(config(list + repeated("'a',\n", 1'001) + end) ==
        "keysift: c.toml:1003: this is the 1001st pattern; a file may have 1000\n");
  CHECK(contains(config(list + repeated("'[^a]{1000}a{1000}[^a]{1000}a{1000}',\n", 600) + end),
                 ": the patterns up to here are too large together; a file may have 2000000 instructions of "
                 "RE2\n"));
  CHECK(
      config("x = " + repeated("[", 100'000)) ==
      "keysift: c.toml:1: not valid TOML: Error while parsing value: exceeded maximum nested value depth of "
      "256 (TOML_MAX_NESTED_VALUES)\n");
  const auto deep = "a" + repeated(".a", 1'000'000);
  for (const auto& text : {deep + " = 1", "[" + deep + "]", "x = {" + deep + " = 1}"})
    CHECK(config(text) == "keysift: c.toml:1: not valid TOML: a key of more than 32 names\n");

  const auto rule = [&](const std::string& rest) {
    return with("r.toml", "[[rules]]\nid = 'mine'\nkeywords = ['a']\n" + rest);
  };
  CHECK(rule("regex = '((a{1000}){1000})'\n") ==
        "keysift: r.toml:4: RE2 refuses the pattern of rule 'mine': invalid repetition size: {1000}\n");
  CHECK(rule("regex = 'a'\n[[rules.allowlists]]\nregexes = ['b',\n'" + repeated("a{1000}", 1000) + "']\n") ==
        "keysift: r.toml:7: RE2 refuses the pattern of rule 'mine': pattern too large - compile failed\n");
}

TEST_CASE("a pyproject.toml with a key of a million parts stops nothing") {
  TestRepo repo;
  repo.write("pyproject.toml", "[a" + repeated(".a", 200'000) + "]\n");
  repo.write(".env", "A=1\n");
  CHECK(scan({"env", "."}, repo.path()).exit_code == 1);
}

}  // namespace
}  // namespace keysift::test
