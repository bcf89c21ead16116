#include "detect/judgement.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "rule/example.h"
#include "rule/rule_file.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

Rule rule_with(const std::string& more) {
  auto rules = parse_rules(
      "[[rules]]\nid = 'r'\nregex = '''key=([^ \\n]+)'''\nsecretGroup = 1\nkeywords = ['key=']\n" + more,
      "test.toml");
  return std::move(rules.front());
}

// Whether the only match of `rule` in `bytes` stands.
bool credible(const Rule& rule, std::string_view bytes) {
  const auto match = rule.pattern->search(bytes, 0, bytes.size(), rule.secret_group);
  REQUIRE(match);
  return is_credible(rule, bytes, *match);
}

// Calls `check` with each of `count` random keys.
template <typename Check>
void each_random_key(unsigned count, Check&& check) {
  const std::vector<std::string> shapes = {
      "sk-proj-{{rand 74}}T3BlbkFJ{{rand 74}}", "sk-ant-api03-{{rand 93}}AA",
      "sk-{{rand 20 alnum}}T3BlbkFJ{{rand 20 alnum}}", "{{rand 40 hex}}", "{{rand 32 upper}}"};
  for (unsigned seed = 0; seed < count; ++seed) check(expand_template(shapes[seed % shapes.size()], seed));
}

bool is_near(double a, double b) { return std::abs(a - b) < 1e-9; }

TEST_CASE("entropy in bits per byte") {
  CHECK(entropy("") == 0);
  CHECK(entropy("a") == 0);
  CHECK(entropy("aaaaaaaa") == 0);
  CHECK(is_near(entropy("ab"), 1));
  CHECK(is_near(entropy("aabb"), 1));
  CHECK(is_near(entropy("abcd"), 2));
  CHECK(is_near(entropy("aaab"), 0.8112781244591328));
  CHECK(is_near(entropy("aaaaaaabbbbbbbccccccc"), std::log2(3)));
  CHECK(is_near(entropy(std::string("\0\0\xff\xff", 4)), 1));
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(is_near(entropy(all), 8));
  CHECK(is_near(entropy(all + all), 8));
}

TEST_CASE("what is written to show where a key goes is a placeholder") {
  for (const char* text :
       {"sk-proj-xxxxxxxx", "xxxxxxxx", "XXXXXXXXXXXXXXXX", "sk-ant-api03-........", "00000000",
        "abc________def", "sk-proj-your-key-here", "sk-proj-example", "MyExAmPlEkey", "sk-PLACEHOLDER-1",
        "changeme", "Change-Me", "CHANGE_ME", "sk-redacted", "put_your_token", "sk-your-openai-key",
        "my_key_here", "abcdefgzzzzzzzz"}) {
    INFO(text);
    CHECK(is_placeholder(text));
  }
}

TEST_CASE("a run of seven, or half a word, is no placeholder") {
  for (const char* text : {"", "x", "xxxxxxx", "abxxxxxxxyyyyyyyab", "your-key", "exampl",
                           "sk-proj-abcdefghijklmno", "change", "xxxx-xxxx-xxxx", "\xff\xfe"}) {
    INFO(text);
    CHECK_FALSE(is_placeholder(text));
  }
}

TEST_CASE("a random key is never taken for a placeholder") {
  std::vector<std::string> taken;
  each_random_key(100'000, [&](const std::string& key) {
    if (is_placeholder(key)) taken.push_back(key);
  });
  CHECK(taken.empty());
}

TEST_CASE("no built-in rule doubts a random key of its own shape") {
  unsigned checked = 0;
  std::vector<std::string> doubted;
  for (const auto& rule : built_in_rules()) {
    for (const auto& example : rule.examples) {
      for (unsigned seed = 0; seed < 1000; ++seed) {
        const auto bytes = expand_template(example, seed);
        const auto match = rule.pattern->search(bytes, 0, bytes.size(), rule.secret_group);
        if (match && is_credible(rule, bytes, *match)) {
          ++checked;
        } else {
          doubted.push_back(rule.id + ", seed " + std::to_string(seed));
        }
      }
    }
  }
  CHECK(checked >= 10'000);
  CHECK(doubted == std::vector<std::string>{});
}

TEST_CASE("a secret with less entropy than the rule asks for does not stand") {
  const auto rule = rule_with("entropy = 2.0\n");
  CHECK(credible(rule, "key=abcd"));
  CHECK_FALSE(credible(rule, "key=abca"));
  CHECK(credible(rule_with(""), "key=aaaa"));
  // The secret is measured, not the match.
  CHECK_FALSE(credible(rule_with("entropy = 2.5\n"), "key=ababab"));
}

TEST_CASE("an empty secret does not stand") {
  auto rules = parse_rules(
      "[[rules]]\nid = 'r'\nregex = 'key=([a-z]*)'\nsecretGroup = 1\nkeywords = ['key=']\n", "t.toml");
  CHECK_FALSE(credible(rules[0], "key="));
  CHECK(credible(rules[0], "key=a"));
}

TEST_CASE("an allowlist's regexes are held against the secret, unless it says otherwise") {
  const auto list = [](const std::string& target, const std::string& regex) {
    return rule_with("[[rules.allowlists]]\n" + target + "regexes = ['''" + regex + "''']\n");
  };
  SECTION("secret") {
    CHECK_FALSE(credible(list("", "^abc$"), "key=abc"));
    CHECK_FALSE(credible(list("regexTarget = 'secret'\n", "^abc$"), "key=abc"));
    CHECK(credible(list("", "key="), "key=abc"));
    CHECK(credible(list("", "^bc"), "key=abc"));
  }
  SECTION("match") {
    CHECK_FALSE(credible(list("regexTarget = 'match'\n", "^key=abc$"), "the key=abc here"));
    CHECK(credible(list("regexTarget = 'match'\n", "the"), "the key=abc here"));
  }
  SECTION("line") {
    const auto rule = list("regexTarget = 'line'\n", "^the.*here$");
    CHECK_FALSE(credible(rule, "the key=abc here"));
    CHECK_FALSE(credible(rule, "x\nthe key=abc here\ny"));
    CHECK(credible(rule, "the\nkey=abc\nhere"));
    CHECK(credible(list("regexTarget = 'line'\n", "here"), "here\nkey=abc\nhere"));
    CHECK_FALSE(credible(list("regexTarget = 'line'\n", "^$|^key"), "\nkey=abc"));
  }
}

TEST_CASE("a stopword is looked for in the secret, in any case") {
  const auto rule = rule_with("[[rules.allowlists]]\nstopwords = ['Dummy']\n");
  CHECK_FALSE(credible(rule, "key=1dUMMy2"));
  CHECK(credible(rule, "dummy key=12345"));
  CHECK(credible(rule, "key=dumm-y"));
}

TEST_CASE("one condition of one allowlist is enough") {
  const auto rule = rule_with(
      "[[rules.allowlists]]\nregexes = ['^a', '^b']\nstopwords = ['fake']\n[[rules.allowlists]]\nregexes = "
      "['^c']\n");
  for (const char* text : {"key=a1", "key=b1", "key=c1", "key=dFAKE"}) CHECK_FALSE(credible(rule, text));
  CHECK(credible(rule, "key=d1"));
}

TEST_CASE("an allowlist of paths alone does not touch the secret") {
  CHECK(credible(rule_with("[[rules.allowlists]]\npaths = ['.*']\n"), "key=abc"));
}

TEST_CASE("a rule's path, and the paths its allowlists except") {
  CHECK(path_admitted(rule_with(""), "any/where"));
  CHECK(path_admitted(rule_with(""), ""));

  const auto only = rule_with("path = '''\\.env$'''\n");
  CHECK(path_admitted(only, "a/.env"));
  CHECK_FALSE(path_admitted(only, "a/.env.md"));
  CHECK_FALSE(path_admitted(only, ""));

  const auto but = rule_with(
      "path = 'src'\n[[rules.allowlists]]\npaths = ['^src/test/', 'x$']\n[[rules.allowlists]]\npaths = "
      "['y$']\n");
  CHECK(path_admitted(but, "src/main"));
  CHECK_FALSE(path_admitted(but, "src/test/main"));
  CHECK_FALSE(path_admitted(but, "src/x"));
  CHECK_FALSE(path_admitted(but, "src/y"));
  CHECK_FALSE(path_admitted(but, "lib/main"));
  // Regexes of an allowlist are about secrets.
  CHECK(path_admitted(rule_with("[[rules.allowlists]]\nregexes = ['src']\n"), "src/main"));
  CHECK(path_admitted(rule_with("path = '^\\xff'\n"), "\xff\xfe"));
}

}  // namespace
}  // namespace keysift::test
