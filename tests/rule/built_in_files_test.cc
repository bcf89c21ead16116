#include "rule/built_in_files.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "rule/example.h"
#include "rule/rule_file.h"
#include "support/catch.h"

namespace keysift {
namespace {

bool contains_in_any_case(std::string_view text, std::string_view keyword) {
  return std::search(text.begin(), text.end(), keyword.begin(), keyword.end(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
         }) != text.end();
}

TEST_CASE("the built-in rules are those of rules/, sorted by file") {
  std::set<std::string> ids;
  for (const Rule& rule : built_in_rules()) ids.insert(rule.id);
  for (const char* id :
       {"openai-project-key", "openai-service-account-key", "openai-admin-key", "openai-user-key",
        "openai-legacy-key", "openai-key-unmarked", "anthropic-api-key", "anthropic-admin-key",
        "anthropic-oauth-token", "anthropic-session-key", "anthropic-key-other"}) {
    INFO(id);
    CHECK(ids.contains(id));
  }
  const auto by_name = [](const BuiltInFile& a, const BuiltInFile& b) { return a.name < b.name; };
  CHECK(std::is_sorted(built_in_files().begin(), built_in_files().end(), by_name));
}

TEST_CASE("each built-in file passes the checks that people's files have to pass") {
  for (const BuiltInFile& file : built_in_files()) {
    INFO(file.name);
    CHECK_FALSE(parse_rules(file.text, std::string(file.name)).empty());
  }
}

TEST_CASE("each built-in rule says what it is and shows that it works") {
  for (const Rule& rule : built_in_rules()) {
    INFO(rule.id);
    CHECK_FALSE(rule.description.empty());
    CHECK_FALSE(rule.provider.empty());
    CHECK((rule.console.empty() || rule.console.starts_with("https://")));
    CHECK_FALSE(rule.examples.empty());
    CHECK_FALSE(rule.counterexamples.empty());
    CHECK(rule.pattern->max_width() > 0);
  }
}

TEST_CASE("each example matches its rule's pattern and holds a keyword, if there is any, with any seed") {
  for (const Rule& rule : built_in_rules()) {
    for (const std::string& example : rule.examples) {
      for (unsigned seed = 1; seed <= 50; ++seed) {
        const std::string text = expand_template(example, seed);
        INFO(rule.id << ": " << example << " with seed " << seed);
        CHECK(rule.pattern->search(text, 0, text.size(), rule.secret_group).has_value());
        const auto stands_in = [&](const std::string& keyword) {
          return contains_in_any_case(text, keyword);
        };
        CHECK((rule.keywords.empty() || std::any_of(rule.keywords.begin(), rule.keywords.end(), stands_in)));
      }
    }
  }
}

}  // namespace
}  // namespace keysift
