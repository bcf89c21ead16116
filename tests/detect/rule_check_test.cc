#include "detect/rule_check.h"

#include <string>
#include <vector>

#include "detect/detector.h"
#include "detect/oracle.h"
#include "rule/built_in_files.h"
#include "rule/rule_file.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using Lines = std::vector<std::string>;

std::vector<Rule> rule_with(const std::string& more) {
  return parse_rules("\n[[rules]]\nid = 'r'\nregex = 'key-[0-9]{4}'\nkeywords = ['key-']\n" + more,
                     "dir/my.toml");
}

TEST_CASE("every built-in rule keeps its word") { CHECK(check_examples(built_in_rules()) == Lines{}); }

TEST_CASE("a rule that keeps its word, and one that gives none") {
  CHECK(check_examples(rule_with("examples = ['a key-1234']\ncounterexamples = ['key-12', '']\n")).empty());
  CHECK(check_examples(rule_with("")).empty());
  CHECK(check_examples({}).empty());
}

TEST_CASE("an example in which nothing is found") {
  CHECK(check_examples(rule_with("examples = ['key-1234', 'key-123']\n")) ==
        Lines{"dir/my.toml:2: r: example 'key-123' has 0 findings, not 1"});
}

TEST_CASE("an example in which two are found") {
  CHECK(check_examples(rule_with("examples = ['key-{{rand 4 digit}} key-{{rand 4 digit}}']\n")) ==
        Lines{"dir/my.toml:2: r: example 'key-{{rand 4 digit}} key-{{rand 4 digit}}' has 2 findings, not 1"});
}

TEST_CASE("a counterexample in which something is found") {
  CHECK(check_examples(rule_with("counterexamples = ['key-1234', 'key-12']\n")) ==
        Lines{"dir/my.toml:2: r: counterexample 'key-1234' has 1 finding, not 0"});
}

TEST_CASE("what a terminal would obey is shown, not sent") {
  CHECK(check_examples(rule_with("examples = [\"\\u001b[2J\"]\n")) ==
        Lines{"dir/my.toml:2: r: example '\\x1b[2J' has 0 findings, not 1"});
}

TEST_CASE("a surer rule that takes an example away is noticed") {
  auto rules = rule_with(
      "examples = ['key-1234']\n[[rules]]\nid = 's'\nregex = '-[0-9]+'\nkeywords = ['-1']\n"
      "confidence = 'high'\nexamples = ['key-1234']\n");
  CHECK(check_examples(rules) == Lines{"dir/my.toml:2: r: example 'key-1234' has 0 findings, not 1"});
}

TEST_CASE("no built-in file holds anything that its own rules would find") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  for (const BuiltInFile& file : built_in_files()) {
    INFO(file.name);
    for (const auto& match : detector.scan(file.text, scratch)) CHECK(match.confidence == Confidence::low);
  }
}

}  // namespace
}  // namespace keysift::test
