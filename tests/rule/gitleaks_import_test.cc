#include "rule/gitleaks_import.h"

#include "rule/rule_file.h"
#include "support/catch.h"

using namespace keysift;

TEST_CASE("gitleaks' rules become a rule file, with what changed") {
  const auto config = parse_gitleaks_config(
      "[[rules]]\nid = 'a'\nregex = '''key=\"([a-z'\\n]{8})\"(x)?'''\nkeywords = ['KEY=']\nentropy = "
      "3.5\npath = "
      "'\\.env$'\n[[rules.allowlists]]\nregexTarget = 'line'\nregexes = ['a\"b']\ncommits = ['abc']\n"
      "[[rules.allowlists]]\ncondition = 'AND'\nstopwords = ['w']\npaths = ['p']\n"
      "[[rules]]\nid = 'b'\nregex = 'x'\n[[rules]]\nid = 'c'\npath = 'x'\n"
      "[[rules]]\nid = 'd'\nregex = \"'''\"\nkeywords = ['far']\n[allowlist]\npaths = ['p']\n",
      "c.toml", [](const auto&) { return std::nullopt; });
  const auto text = as_rule_file(config, {});
  CHECK(
      text ==
      "# allowlists of all rules belong into .keysift.toml, which takes [[allowlists]] as they are, but for "
      "'condition'\n\n"
      "# the secret is the first group, or, where that is absent, the match\n"
      "# commits of an allowlist are left out: name them in .keysift.toml\n"
      "# an allowlist that needs all of its conditions is left out\n"
      "# placeholders are dropped, and what reads like words is of low confidence\n"
      "[[rules]]\nid = '''a'''\ndescription = '''a'''\nregex = '''key=\"([a-z'\\n]{8})\"(x)?'''\nsecretGroup "
      "= 1\n"
      "keywords = ['''key=''']\nentropy = 3.5\npath = '''\\.env$'''\n"
      "[[rules.allowlists]]\nregexes = ['''a\"b''']\nregexTarget = \"line\"\n\n"
      "# b is left out: it has no keywords, and keysift looks at what is near one only\n\n"
      "# c is left out: it has no regex, and keysift's rules are about what is in files\n\n"
      "# a match that has none of the keywords in it is not found: see whether they are right\n"
      "# placeholders are dropped, and what reads like words is of low confidence\n"
      "[[rules]]\nid = '''d'''\ndescription = '''d'''\nregex = \"'''\"\nkeywords = ['''far''']\n");
  const auto rules = parse_rules(text, "mine.toml");
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].secret_group == 1);
  CHECK(rules[1].pattern->text() == "'''");
  CHECK(parse_rules(as_rule_file(config, rules), "mine.toml")[0].id == "gitleaks-a");
}
