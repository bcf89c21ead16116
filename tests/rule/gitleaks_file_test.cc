// gitleaks' configuration, each key right and wrong.
#include "rule/gitleaks_file.h"

#include <map>

#include "base/failure.h"
#include "rule/rule_file.h"
#include "support/catch.h"

using namespace keysift;

namespace {

using Files = std::map<std::string, std::string>;

GitleaksConfig parsed(const std::string& toml, const Files& files = {}) {
  return parse_gitleaks_config(toml, "c.toml", [&](const std::string& path) -> std::optional<std::string> {
    const auto file = files.find(path);
    return file == files.end() ? std::nullopt : std::optional(file->second);
  });
}

std::string complaint(const std::string& toml, const Files& files = {}) {
  try {
    parsed(toml, files);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "nothing";
}

std::string rule(const std::string& rest) { return "[[rules]]\nid = 'a'\nregex = 'x(y)'\n" + rest; }

std::vector<std::string> ids(const std::vector<Rule>& rules) {
  std::vector<std::string> all;
  for (const auto& each : rules) all.push_back(each.id);
  return all;
}

}  // namespace

TEST_CASE("a rule with all of its keys") {
  const auto config = parsed(
      "title = 't'\n[[rules]]\nid = 'mine'\ndescription = 'Mine'\nregex = '''k(?<name>[a-z]+)(\\d)'''\npath "
      "= "
      "'\\.env$'\nsecretGroup = 2\nentropy = 3\nkeywords = ['KEY', 'k']\ntags = ['t']\nskipReport = true\n"
      "[[rules.allowlists]]\ncondition = 'AND'\nregexTarget = 'line'\nregexes = ['a']\nstopwords = "
      "['w']\npaths = "
      "['p']\ncommits = [' 0ABC ']\n[[rules.required]]\nid = 'other'\nwithinLines = 5\nwithinColumns = 0\n"
      "[[rules]]\nid = 'other'\npath = 'x'\n");
  REQUIRE(config.rules.size() == 2);
  CHECK(config.notes.empty());
  const auto& mine = config.rules[0];
  CHECK(mine.judge == Judge::gitleaks);
  CHECK(mine.description == "Mine");
  CHECK(mine.pattern->text() == "k(?P<name>[a-z]+)(\\d)");
  CHECK(mine.path->text() == "\\.env$");
  CHECK(mine.secret_group == 2);
  CHECK(mine.entropy == 3);
  CHECK(mine.keywords == std::vector<std::string>{"key", "k"});
  CHECK(mine.tags == std::vector<std::string>{"t"});
  CHECK_FALSE(mine.reported);
  REQUIRE(mine.allowlists.size() == 1);
  CHECK(mine.allowlists[0].all);
  CHECK(mine.allowlists[0].target == AllowTarget::line);
  CHECK(mine.allowlists[0].commits == std::vector<std::string>{"0abc"});
  REQUIRE(mine.required.size() == 1);
  CHECK(mine.required[0].lines == 5);
  CHECK(mine.required[0].columns == 0);
  CHECK(config.rules[1].pattern == nullptr);
  CHECK(config.rules[1].description == "other");
}

TEST_CASE("keys count in any case, and what 8.0 called otherwise") {
  const auto config = parsed("[[Rules]]\nID = 'a'\nRegex = '(x)(y)'\nsecretgroup = 1\nKeyWords = ['x']\n");
  CHECK(config.rules[0].secret_group == 1);
  CHECK(config.rules[0].keywords.size() == 1);
  CHECK(parsed(rule("entropyGroup = 1\n")).rules[0].secret_group == 1);
}

TEST_CASE("allowlists in old and new spelling") {
  CHECK(parsed(rule("[rules.allowlist]\npaths = ['a']\n")).rules[0].allowlists.size() == 1);
  CHECK(parsed(rule("[allowlist]\nregexes = ['a']\n")).allowlists.size() == 1);
  const auto config =
      parsed(rule("[[allowlists]]\ntargetRules = ['a']\nstopwords = ['s']\n[[allowlists]]\npaths = ['p']\n"));
  CHECK(config.allowlists.size() == 1);
  CHECK(config.rules[0].allowlists.size() == 1);
  CHECK(complaint(rule("[allowlist]\npaths = ['a']\n[[allowlists]]\npaths = ['a']\n")) ==
        "c.toml:4: [allowlist] cannot be used beside [[allowlists]]; make it one of those");
  CHECK(complaint(rule("[[allowlists]]\ntargetRules = ['none']\npaths = ['p']\n")) ==
        "c.toml:5: 'targetRules' names 'none', and there is no such rule");
  CHECK(complaint(rule("[[allowlists]]\ncondition = 'xor'\npaths = ['p']\n")) ==
        "c.toml:5: 'condition' must be \"AND\" or \"OR\"");
  CHECK(complaint(rule("[[allowlists]]\nregexTarget = 'file'\nregexes = ['p']\n")) ==
        "c.toml:5: 'regexTarget' must be \"match\", \"line\" or \"secret\"");
  CHECK(complaint(rule("[allowlist]\nregexes = ['(']\n")) ==
        "c.toml:5: RE2 refuses the pattern: missing ): (");
  CHECK(parsed(rule("[allowlist]\ndescription = 'd'\n")).notes ==
        std::vector<std::string>{
            "c.toml:4: this allowlist has no commits, paths, regexes or stopwords, and allows nothing"});
}

TEST_CASE("what is wrong is told by file, line and rule") {
  CHECK(complaint("[[rules]]\nregex = 'x'\n") == "c.toml:1: a rule has no 'id'");
  CHECK(complaint("[[rules]]\nid = 'a'\n") ==
        "c.toml:1: rule 'a' has neither 'regex' nor 'path', and would have no effect");
  CHECK(complaint("[[rules]]\nid = 'a'\nregex = '(?=x)'\n") ==
        "c.toml:3: RE2 refuses the pattern of rule 'a': invalid perl operator: (?=");
  CHECK(complaint(rule("secretGroup = 2\n")) ==
        "c.toml:4: rule 'a': 'secretGroup' is 2, but the pattern has 1 group");
  CHECK(complaint(rule("secretGroup = 'x'\n")) == "c.toml:4: 'secretGroup' must be a whole number from 0 on");
  CHECK(complaint(rule("entropy = 'x'\n")) == "c.toml:4: 'entropy' must be a number, in bits per character");
  CHECK(complaint(rule("keywords = 'x'\n")) == "c.toml:4: 'keywords' must be a list of strings");
  CHECK(complaint(rule("keywords = ['']\n")) == "c.toml:4: rule 'a' has an empty keyword");
  CHECK(complaint(rule("[[rules.required]]\nwithinLines = 1\n")) ==
        "c.toml:4: rule 'a': what it requires has no 'id'");
  CHECK(complaint(rule("[[rules.required]]\nid = 'b'\n")) ==
        "c.toml:1: rule 'a' requires 'b', and there is no such rule");
  CHECK(complaint(rule("[[rules.required]]\nid = 'a'\nwithinLines = -1\n")) ==
        "c.toml:6: 'withinLines' must be a whole number from 0 on");
  CHECK(complaint("extend = 1\n") == "c.toml:1: 'extend' must be a table: [extend]");
  std::string large = "[[rules]]\nid = 'a'\nregex = '''";
  for (int i = 0; i < 3000; ++i) large += "[^a]{1000}b";
  CHECK(complaint(large + "'''\n") ==
        "c.toml:3: the patterns up to here are too large together; a file may have 2000000 instructions of "
        "RE2");
}

TEST_CASE("what has no effect is noted, as gitleaks goes on") {
  CHECK(parsed(rule("keyword = ['x']\n")).notes ==
        std::vector<std::string>{"c.toml:4: the key 'keyword' is not known, and has no effect"});
  CHECK(parsed("minVersion = 'v8.25.0'\n" + rule("")).notes.empty());
  CHECK(
      parsed("minVersion = '8.31.2'\n" + rule("")).notes ==
      std::vector<std::string>{"c.toml:1: it asks for gitleaks 8.31.2; what is known here is that of 8.30"});
  const auto twice = parsed(rule("") + rule("entropy = 2\n"));
  REQUIRE(twice.rules.size() == 1);
  CHECK(twice.rules[0].entropy == 2);
  CHECK(twice.notes ==
        std::vector<std::string>{"c.toml:4: rule 'a' is there twice; the first has no effect"});
}

TEST_CASE("a configuration extends another, and goes before it") {
  const Files files{{"base.toml",
                     "[[rules]]\nid = 'a'\nregex = 'base'\nentropy = 2\nkeywords = ['k']\n[[rules]]\nid = "
                     "'b'\nregex = 'b'\n[[rules]]\nid = 'c'\nregex = 'c'\n[allowlist]\npaths = ['p']\n"}};
  const auto config = parsed(
      "[extend]\npath = 'base.toml'\ndisabledRules = ['b', 'none']\n[[rules]]\nid = 'a'\nentropy = "
      "4\nkeywords = "
      "['l']\n[rules.allowlist]\nstopwords = ['s']\n",
      files);
  CHECK(ids(config.rules) == std::vector<std::string>{"a", "c"});
  CHECK(config.rules[0].pattern->text() == "base");
  CHECK(config.rules[0].entropy == 4);
  CHECK(config.rules[0].keywords == std::vector<std::string>{"k", "l"});
  CHECK(config.rules[0].allowlists.size() == 1);
  CHECK(config.allowlists.size() == 1);
  CHECK(config.notes ==
        std::vector<std::string>{"c.toml:2: 'disabledRules' names 'none', and there is no such rule"});
  CHECK(complaint("[extend]\npath = 'gone'\n", files) == "c.toml:2: there is no file 'gone' to extend");
  CHECK(complaint("[extend]\npath = 'base.toml'\nuseDefault = true\n", files) ==
        "c.toml:1: 'path' and 'useDefault' cannot both be given in [extend]");
}

TEST_CASE("a file that extends itself ends") {
  const Files files{{"c.toml", "[extend]\npath = 'c.toml'\n[[rules]]\nid = 'a'\nregex = 'x'\n"}};
  CHECK(ids(parsed(files.at("c.toml"), files).rules) == std::vector<std::string>{"a"});
}

TEST_CASE("its rules take the place of the built-in ones, or stand beside them") {
  auto rules = built_in_rules();
  const auto count = rules.size();
  auto alone = parsed(rule(""));
  take_rules(alone, rules);
  CHECK(ids(rules) == std::vector<std::string>{"a"});

  rules = built_in_rules();
  const auto first = rules[0].id;
  const auto second = rules[1].id;
  auto beside = parsed("[extend]\nuseDefault = true\ndisabledRules = ['" + first + "']\n" + rule("") +
                       "[[rules]]\nid = '" + second +
                       "'\n[rules.allowlist]\nstopwords = ['s']\n[[rules]]\nid = 'of-gitleaks'\n");
  take_rules(beside, rules);
  CHECK(rules.size() == count);
  CHECK(rules.back().id == "a");
  CHECK(rules[0].id == second);
  CHECK(rules[0].judge == Judge::keysift);
  CHECK_FALSE(rules[0].description.empty());
  CHECK(beside.notes == std::vector<std::string>{
                            "c.toml:11: rule 'of-gitleaks' changes one of gitleaks' own that keysift has "
                            "none for; it has no effect"});
}

TEST_CASE("of keysift's rules, those that stand for gitleaks' own are changed and disabled by its ids") {
  const auto of = [](const std::string& toml, std::vector<Rule>& rules) {
    rules = built_in_rules();
    auto config = parsed("[extend]\nuseDefault = true\n" + toml);
    take_rules(config, rules);
    return config.notes;
  };
  const auto rule_called = [](const std::vector<Rule>& rules, const std::string& id) {
    return std::find_if(rules.begin(), rules.end(), [&](const Rule& each) { return each.id == id; });
  };
  std::vector<Rule> rules;
  CHECK(of("disabledRules = ['github-pat', 'shopify-access-token', 'jwt-base64']\n", rules).empty());
  CHECK(rule_called(rules, "github-personal-token") == rules.end());
  CHECK(rule_called(rules, "shopify-token") != rules.end());  // it finds what three others do, too

  const std::string list = "[[rules.allowlists]]\nstopwords = ['s']\n";
  CHECK(of("[[rules]]\nid = 'aws-access-token'\n" + list, rules).empty());
  CHECK(rule_called(rules, "aws-access-key-id")->allowlists.back().stopwords ==
        std::vector<std::string>{"s"});
  CHECK(rule_called(rules, "aws-temporary-access-key-id")->allowlists.back().stopwords.size() == 1);
  CHECK(of("[[allowlists]]\ntargetRules = ['aws-access-token']\nstopwords = ['t']\n", rules).empty());
  CHECK(rule_called(rules, "aws-access-key-id")->allowlists.back().stopwords ==
        std::vector<std::string>{"t"});

  CHECK(of("[[rules]]\nid = 'aws-access-token'\nentropy = 3\n", rules) ==
        std::vector<std::string>{
            "c.toml:3: rule 'aws-access-token' changes one of gitleaks' own; keysift has aws-access-key-id, "
            "aws-temporary-access-key-id for it, and takes its allowlists alone"});
}

TEST_CASE("what is a gitleaks configuration") {
  for (const auto* text : {"[[rules]]\n", "[extend]\n", "[allowlist]\n", "minVersion = 'x'",
                           "[[allowlists]]\ntargetRules = ['a']\n"})
    CHECK(is_gitleaks_config(text));
  for (const auto* text : {"", "[[allowlists]]\npaths = ['a']\n", "[env]\n", "[[[", "title = 'x'"})
    CHECK_FALSE(is_gitleaks_config(text));
}
