#include "rule/rule_bytes.h"

#include "rule/rule_file.h"
#include "support/catch.h"

namespace keysift {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("rules come back from bytes with all that they say") {
  const auto read = parse_rules(R"toml(
[[rules]]
id = "acme-token"
description = "Acme token"
provider = "Acme"
confidence = "high"
console = "https://acme.example/keys"
regex = '''acme(_|-)([a-z0-9]{8})'''
secretGroup = 2
keywords = ["acme_", "acme-"]
exactKeywords = true
entropy = 2.5
checksum = "crc32-base62"
padding = "A"
words = true
path = '''\.py$'''
examples = ["acme_{{rand 8 hex}}"]
counterexamples = ["acme_{{repeat 8 0}}", "acme_"]

  [[rules.allowlists]]
  regexes = ['''example''', '''sample''']
  regexTarget = "line"
  paths = ['''^docs/''']
  stopwords = ["changeme"]

[[rules]]
id = "plain"
regex = '''plain-[a-z]+'''
keywords = ["plain-"]
)toml",
                                "my.toml");
  const auto rules = rules_of(bytes_of(read));
  REQUIRE(rules.size() == 2);

  const auto& rule = rules[0];
  CHECK(rule.id == "acme-token");
  CHECK(rule.description == "Acme token");
  CHECK(rule.provider == "Acme");
  CHECK(rule.confidence == Confidence::high);
  CHECK(rule.console == "https://acme.example/keys");
  CHECK(rule.pattern->text() == "acme(_|-)([a-z0-9]{8})");
  CHECK(rule.pattern->max_width() == 13);
  CHECK(rule.pattern->needed_run().length == 8);
  CHECK(rule.pattern->needed_run().bytes == needed_run("[a-z0-9]{8}").bytes);
  CHECK(rule.secret_group == 2);
  CHECK(rule.keywords == Texts{"acme_", "acme-"});
  CHECK(rule.exact_keywords);
  CHECK(rule.entropy == 2.5);
  CHECK(rule.checksum == Checksum::crc32_base62);
  CHECK(rule.padding == 'A');
  CHECK(rule.words);
  REQUIRE(rule.path);
  CHECK(rule.path->text() == "\\.py$");
  REQUIRE(rule.allowlists.size() == 1);
  const auto& list = rule.allowlists[0];
  REQUIRE(list.regexes.size() == 2);
  CHECK(list.regexes[1]->text() == "sample");
  CHECK(list.target == AllowTarget::line);
  REQUIRE(list.paths.size() == 1);
  CHECK(list.paths[0]->text() == "^docs/");
  CHECK(list.stopwords == Texts{"changeme"});
  CHECK(rule.examples == Texts{"acme_{{rand 8 hex}}"});
  CHECK(rule.counterexamples == Texts{"acme_{{repeat 8 0}}", "acme_"});
  CHECK(rule.file == "my.toml");
  CHECK(rule.line == 2);

  CHECK(rules[1].id == "plain");
  CHECK(rules[1].confidence == Confidence::medium);
  CHECK(rules[1].pattern->max_width() == SIZE_MAX);
  CHECK_FALSE(rules[1].exact_keywords);
  CHECK(rules[1].padding == '\0');
  CHECK_FALSE(rules[1].path);
  CHECK(rules[1].allowlists.empty());
  CHECK(rules[1].line == 26);
}

TEST_CASE("the built-in rules come back from bytes as they were") {
  const auto bytes = bytes_of(built_in_rules());
  CHECK(bytes_of(rules_of(bytes)) == bytes);
  CHECK(rules_of(bytes_of({})).empty());
}

}  // namespace
}  // namespace keysift
