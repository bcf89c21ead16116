#include "rule/rule_file.h"

#include <string>

#include "base/failure.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift {
namespace {

/// What a Failure that `action` throws says; "nothing" when it throws none.
template <typename Action>
std::string complaint_of(Action&& action) {
  try {
    action();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "nothing";
}

std::string complaint(std::string_view toml) {
  return complaint_of([&] { parse_rules(toml, "my.toml"); });
}

std::string complaint_about(std::vector<Rule>& rules, const std::filesystem::path& added) {
  return complaint_of([&] { add_rules(rules, added); });
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

const std::string kRule = "[[rules]]\nid = \"a\"\nregex = '''key-[a-z]{8}'''\nkeywords = [\"key-\"]\n";

TEST_CASE("a rule that has a path needs no keywords") {
  const auto rules = parse_rules("[[rules]]\nid = 'a'\nregex = 'x'\npath = '[.]key$'\n", "a.toml");
  CHECK(rules.at(0).keywords.empty());
}

TEST_CASE("a rule is read with all that it says") {
  const auto rules = parse_rules(R"toml(title = "ours"

[[rules]]
id = "acme-token"
description = "Acme token"
provider = "Acme"
confidence = "high"
console = "https://acme.example/keys"
regex = '''(?i)acme(_|-)([a-z0-9]{8})'''
secretGroup = 2
keywords = ["acme_", "acme-"]
entropy = 2.5
path = '''\.py$'''
tags = ["internal"]
examples = ["acme_{{rand 8 hex}}"]
counterexamples = ["acme_{{repeat 8 0}}"]

  [[rules.allowlists]]
  description = "our documentation"
  regexes = ['''example''']
  regexTarget = "line"
  paths = ['''^docs/''']
  stopwords = ["changeme"]
)toml",
                                 "my.toml");
  REQUIRE(rules.size() == 1);
  const Rule& rule = rules.front();
  CHECK(rule.id == "acme-token");
  CHECK(rule.description == "Acme token");
  CHECK(rule.provider == "Acme");
  CHECK(rule.confidence == Confidence::high);
  CHECK(rule.console == "https://acme.example/keys");
  CHECK(rule.pattern->text() == "(?i)acme(_|-)([a-z0-9]{8})");
  CHECK(rule.secret_group == 2);
  CHECK(rule.keywords == std::vector<std::string>{"acme_", "acme-"});
  CHECK(rule.entropy == 2.5);
  CHECK(rule.path->found_in("a/b.py"));
  CHECK(rule.examples == std::vector<std::string>{"acme_{{rand 8 hex}}"});
  CHECK(rule.counterexamples == std::vector<std::string>{"acme_{{repeat 8 0}}"});
  REQUIRE(rule.allowlists.size() == 1);
  CHECK(rule.allowlists[0].regexes.at(0)->text() == "example");
  CHECK(rule.allowlists[0].target == AllowTarget::line);
  CHECK(rule.allowlists[0].paths.at(0)->text() == "^docs/");
  CHECK(rule.allowlists[0].stopwords == std::vector<std::string>{"changeme"});
  CHECK(rule.file == "my.toml");
  CHECK(rule.line == 3);
}

TEST_CASE("what a rule does not say has a default") {
  const auto rules = parse_rules(kRule, "my.toml");
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].confidence == Confidence::medium);
  CHECK(rules[0].secret_group == 0);
  CHECK(rules[0].entropy == 0);
  CHECK(rules[0].path == nullptr);
  CHECK(rules[0].allowlists.empty());
}

TEST_CASE("a file without rules has none") { CHECK(parse_rules("", "my.toml").empty()); }

TEST_CASE("a bad rule file is refused, with the line and what is wrong") {
  const std::string body = "[[rules]]\nid = \"a\"\n";
  const std::string regex = "regex = '''key-[a-z]{8}'''\n";
  const std::string keywords = "keywords = [\"key-\"]\n";
  struct Case {
    std::string toml;
    std::string line;
    std::string words;
  };
  const Case cases[] = {
      {"[[rules]]\nid = \n", "2", "TOML"},
      {"title = \"x\"\n[[rules]\n", "2", "TOML"},
      {kRule + "keyword = [\"x\"]\n", "5", "unknown key 'keyword'"},
      {"colour = \"red\"\n" + kRule, "1", "unknown key 'colour'"},
      {kRule + "  [[rules.allowlists]]\n  regex = \"x\"\n", "6", "unknown key 'regex'"},
      {"\n[[rules]]\n" + regex + keywords, "2", "no 'id'"},
      {body + keywords, "1", "no 'regex'"},
      {body + regex, "1", "no 'keywords'"},
      {body + regex + "keywords = []\n", "1", "no 'keywords'"},
      {body + regex + "keywords = [\"\"]\n", "4", "empty keyword"},
      {body + regex + "keywords = \"key-\"\n", "4", "'keywords' must be a list of strings"},
      {body + regex + "keywords = [1]\n", "4", "'keywords' must be a list of strings"},
      {"[[rules]]\nid = 7\n" + regex + keywords, "2", "'id' must be a string"},
      {body + "regex = \"\"\n" + keywords, "3", "empty"},
      {body + "regex = '''key-('''\n" + keywords, "3", "missing )"},
      {body + "regex = '''key-(?&ende)'''\n" + keywords, "3",
       "'(?&ende)' names nothing; there are (?&assigned), "},
      {body + "regex = '''(key-)*'''\n" + keywords, "3", "matches the empty string"},
      {body + "regex = '''x|'''\n" + keywords, "3", "matches the empty string"},
      {kRule + "secretGroup = 1\n", "5", "'secretGroup' is 1"},
      {kRule + "secretGroup = -1\n", "5", "'secretGroup'"},
      {kRule + "secretGroup = \"one\"\n", "5", "'secretGroup'"},
      {kRule + "maxWidth = 0\n", "5", "'maxWidth' must be a whole number of bytes"},
      {kRule + "maxWidth = 1.5\n", "5", "'maxWidth'"},
      {kRule + "checksum = 'crc'\n", "5", "'checksum' must be \"crc32-base62\" or \"crc32-hex\""},
      {kRule + "padding = 'AB'\n", "5", "'padding' must be one character"},
      {kRule + "padding = ''\n", "5", "'padding' must be one character"},
      {kRule + "entropy = \"high\"\n", "5", "'entropy'"},
      {kRule + "entropy = -1.0\n", "5", "'entropy'"},
      {kRule + "entropy = nan\n", "5", "'entropy'"},
      {kRule + "confidence = \"certain\"\n", "5", "'confidence'"},
      {kRule + "path = '''['''\n", "5", "RE2"},
      {kRule + "allowlists = \"none\"\n", "5", "allowlists"},
      {kRule + "  [[rules.allowlists]]\n  regexes = ['''(''']\n", "6", "RE2"},
      {kRule + "  [[rules.allowlists]]\n  regexes = ['(?&ende)']\n", "6", "'(?&ende)' names nothing"},
      {kRule + "  [[rules.allowlists]]\n  regexTarget = \"file\"\n", "6", "'regexTarget'"},
      {kRule + kRule, "5", "'a' is taken by my.toml:1"},
      {"rules = 3\n", "1", "rules"},
  };
  for (const Case& bad : cases) {
    const std::string said = complaint(bad.toml);
    INFO(bad.toml << "-> " << said);
    CHECK(said.starts_with("my.toml:" + bad.line + ": "));
    CHECK(contains(said, bad.words));
    CHECK_FALSE(contains(said, "\n"));
  }
}

TEST_CASE("a key of so many names that reading it would overflow the stack is refused") {
  const auto names = [](std::size_t count, std::string_view name) {
    std::string all;
    for (; count > 1; --count) all.append(name).append(".");
    return all.append(name);
  };
  const std::string refusal = "my.toml:2: not valid TOML: a key of more than 32 names";
  for (const std::string_view name : {"a", "\"a.\"", "\"\\\"\"", "'\"'", " a-1 "}) {
    INFO(name);
    CHECK(complaint("\n" + names(33, name) + " = 1\n") == refusal);
    CHECK(complaint("\n[" + names(500'000, name) + "]\n") == refusal);
    CHECK(complaint("\nx = {'\"' = \"\", " + names(33, name) + " = 1}\n") == refusal);
    CHECK(contains(complaint("\n" + names(32, name) + " = 1\n"), "unknown key"));
  }
}

TEST_CASE("a NUL byte is no TOML") {
  using namespace std::string_literals;
  CHECK(complaint("\n[[\0"s) == "my.toml:2: not valid TOML: a NUL byte");
}

TEST_CASE("what a hostile rule file says cannot act on a terminal") {
  const std::string said = complaint("\"\\u001b[31m\" = 1\n");
  CHECK_FALSE(contains(said, "\x1b"));
  const std::string id = "[[rules]]\nid = \"a\\n\\u001b\"\n";
  CHECK(complaint(id) == "my.toml:1: rule 'a\\x0a\\x1b' has no 'regex'");
  const auto rule = id + "regex = 'ab'\nkeywords = ['ab']\n";
  CHECK(complaint(rule + rule).starts_with("my.toml:5: rule id 'a\\x0a\\x1b' is taken by my.toml:1"));
  CHECK(said != "nothing");
}

TEST_CASE("add_rules adds a file, or every file of a folder") {
  const test::TempDir dir;
  dir.write("b.toml", "[[rules]]\nid = \"b\"\nregex = \"bbb\"\nkeywords = [\"b\"]\n");
  dir.write("a.toml", "[[rules]]\nid = \"a\"\nregex = \"aaa\"\nkeywords = [\"a\"]\n");
  dir.write("notes.txt", "no rules here");
  dir.write("deeper/c.toml", "nor here");

  std::vector<Rule> rules;
  add_rules(rules, dir.path() / "b.toml");
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].id == "b");
  CHECK(rules[0].file == (dir.path() / "b.toml").string());

  std::vector<Rule> folder;
  add_rules(folder, dir.path());
  REQUIRE(folder.size() == 2);
  CHECK(folder[0].id == "a");
  CHECK(folder[1].id == "b");

  SECTION("an id that is there already is refused") {
    const std::string there = (dir.path() / "b.toml").string() + ":1";
    CHECK(complaint_about(rules, dir.path() / "b.toml") ==
          there + ": rule id 'b' is taken by " + there + "; give each rule an id of its own");
    CHECK(complaint_about(rules, dir.path()) != "nothing");
  }
  SECTION("nothing to read is refused") {
    CHECK(contains(complaint_about(rules, dir.path() / "none.toml"), "none.toml: No such file"));
    CHECK(complaint_about(rules, dir.path() / "deeper" / "c.toml")
              .starts_with((dir.path() / "deeper/c.toml:1").string()));
    dir.write("empty/notes.txt", "");
    CHECK(contains(complaint_about(rules, dir.path() / "empty"), "*.toml"));
  }
}

TEST_CASE("a rule's allowlist takes no commits, a configuration's does") {
  const std::string list = "allowlists]]\ncommits = ['0123abcd']\n";
  CHECK(parse_config("[[" + list, "c.toml").allowlists.front().commits ==
        std::vector<std::string>{"0123abcd"});
  const std::string rule = "[[rules]]\nid = 'r'\nregex = 'key'\nkeywords = ['key']\n[[rules.";
  CHECK_THROWS_WITH(parse_rules(rule + list, "r.toml"),
                    Catch::Matchers::StartsWith("r.toml:6: unknown key 'commits'"));
}

}  // namespace
}  // namespace keysift
