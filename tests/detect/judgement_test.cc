#include "detect/judgement.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "detect/detector.h"
#include "detect/identifiers.h"
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
Judgement judged(const Rule& rule, std::string_view bytes) {
  const auto match = rule.pattern->search(bytes, 0, bytes.size(), rule.secret_group);
  REQUIRE(match);
  return judge(rule, bytes, *match);
}
bool credible(const Rule& rule, std::string_view bytes) { return judged(rule, bytes).kept; }

// Calls `check` with each of `count` random keys.
template <typename Check>
void each_random_key(unsigned count, Check&& check) {
  const std::vector<std::string> shapes = {
      "sk-proj-{{rand 74}}T3BlbkFJ{{rand 74}}", "sk-ant-api03-{{rand 93}}AA",
      "sk-{{rand 20 alnum}}T3BlbkFJ{{rand 20 alnum}}", "{{rand 40 hex}}", "{{rand 32 upper}}"};
  for (unsigned seed = 0; seed < count; ++seed) check(expand_template(shapes[seed % shapes.size()], seed));
}

TEST_CASE("what is written to show where a key goes is a placeholder") {
  for (const char* text : {"sk-proj-xxxxxxxx",
                           "xxxxxxxx",
                           "XXXXXXXXXXXXXXXX",
                           "sk-ant-api03-........",
                           "00000000",
                           "abc________def",
                           "sk-proj-your-key-here",
                           "sk-proj-example",
                           "MyExAmPlEkey",
                           "sk-PLACEHOLDER-1",
                           "changeme",
                           "Change-Me",
                           "CHANGE_ME",
                           "sk-redacted",
                           "put_your_token",
                           "sk-your-openai-key",
                           "my_key_here",
                           "abcdefgzzzzzzzz",
                           "sk-proj-abcdefghijklmno",
                           "a87654321b",
                           "put-your-key",
                           "xXxXxX",
                           "tdeadbeefdeadbeef"}) {
    INFO(text);
    CHECK(is_placeholder(text));
  }
}

TEST_CASE("a run of seven, or half a word, is no placeholder") {
  for (const char* text : {"", "x", "aaaaaaa", "abzzzzzzzyyyyyyyab", "exampl", "abcdefg", "7654321", "change",
                           "xxxx-xxxx-xxxx", "\xff\xfe"}) {
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
  std::map<Confidence, unsigned> kept;
  std::map<Confidence, std::vector<std::string>> doubted;
  unsigned kept_of_anyone = 0;
  std::vector<std::string> doubted_of_anyone;
  for (const auto& rule : built_in_rules()) {
    const unsigned count = rule.confidence == Confidence::low ? 1000 : 300;
    const bool names_provider = rule.provider != kAnyProvider;
    for (const auto& example : rule.examples) {
      for (unsigned seed = 0; seed < count; ++seed) {
        const auto bytes = expand_template(example, seed);
        const auto match = rule.pattern->search(bytes, 0, bytes.size(), rule.secret_group);
        const auto judgement = match ? judge(rule, bytes, *match) : Judgement{};
        if (judgement.kept && judgement.confidence == rule.confidence) {
          ++(names_provider ? kept[rule.confidence] : kept_of_anyone);
        } else {
          (names_provider ? doubted[rule.confidence] : doubted_of_anyone)
              .push_back(rule.id + ", seed " + std::to_string(seed) + ": " + std::string(judgement.reason));
        }
      }
    }
  }
  for (const auto confidence : {Confidence::low, Confidence::medium, Confidence::high}) {
    INFO(to_string(confidence));
    CHECK(kept[confidence] >= 10'000);
  }
  CHECK(doubted[Confidence::high] == std::vector<std::string>{});
  CHECK(doubted[Confidence::medium] == std::vector<std::string>{});
  CHECK(doubted[Confidence::low] == std::vector<std::string>{});
  // The rules for keys of anybody pass over what could be a name: a random key without a digit, say, which of
  // short passwords is one in twenty.
  CHECK(kept_of_anyone >= 3000);
  CHECK(doubted_of_anyone.size() <= kept_of_anyone / 40);
}

// A rule's example with identifiers where its random parts were; `cut` to the length of those.
std::string with_words(std::string_view example, bool cut, std::mt19937_64& random) {
  constexpr std::string_view kRandom = "{{rand ";
  std::string text;
  for (;;) {
    const auto at = example.find(kRandom);
    text += expand_template(example.substr(0, at));
    if (at == std::string_view::npos) return text;
    example.remove_prefix(at + kRandom.size());
    const auto length = static_cast<std::size_t>(std::stoul(std::string(example.substr(0, 8))));
    const auto words = identifier(random, length);
    text += cut ? words.substr(0, length) : words;
    example.remove_prefix(example.find("}}") + 2);
  }
}

// The rules for passwords are left out: those may be words.
TEST_CASE("of a hundred thousand examples with words in place of what is random, few are reported") {
  const bool cut = GENERATE(false, true);
  auto rules = built_in_rules();
  std::erase_if(rules, [](const Rule& rule) { return rule.words; });
  std::vector<std::string> examples;
  for (const auto& rule : rules) {
    std::copy_if(rule.examples.begin(), rule.examples.end(), std::back_inserter(examples),
                 [](const std::string& each) { return each.find("{{rand ") != std::string::npos; });
  }
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(1);
  std::map<std::string, unsigned> reported;  // by rule
  unsigned all = 0;
  for (unsigned i = 0; i < 100'000; ++i) {
    const auto text = with_words(examples[i % examples.size()], cut, random);
    const auto matches = detector.scan(text, scratch);
    const auto sure = std::find_if(matches.begin(), matches.end(),
                                   [](const Match& m) { return m.confidence > Confidence::low; });
    if (sure == matches.end()) continue;
    ++all;
    ++reported[sure->rule->id];
  }
  for (const auto& [rule, count] : reported) UNSCOPED_INFO(rule << ": " << count);
  CHECK(all <= (cut ? 1880 : 425));
}

TEST_CASE("a secret that reads like words is doubted, unless the rule expects words") {
  const auto words = "key=management-dashboard-settings-page";
  CHECK(judged(rule_with(""), words).kept);
  CHECK(judged(rule_with(""), words).confidence == Confidence::low);
  CHECK(judged(rule_with("words = true\n"), words).confidence == Confidence::medium);
}

TEST_CASE("what anybody's keys are called is not looked for in tests") {
  for (const auto& rule : built_in_rules()) {
    if (rule.id != "generic-secret" && rule.id != "assigned-password" && rule.id != "url-password") continue;
    INFO(rule.id);
    const auto admitted = [&](const std::string& path) { return place_admitted(rule, {path}); };
    for (const auto* const path :
         {"tests/a.py", "src/test/java/A.java", "app/src/androidTest/java/A.java", "Acme.Tests/AcmeTests.cs",
          "a/fixtures3.beta.json", "fixtures/a.yml", "web/Login.story.js", "web/login.spec.ts",
          "web/__mocks__/a.js", "conftest.py", "a/test_login.py", "FooTest.kt"})
      CHECK_FALSE(admitted(path));
    for (const auto* const path : {"src/a.py", "latest/a.json", "attest/a.json", "contest.py",
                                   "fixture_loader.py", "session.har", "Tested/a.cs", "history.js"})
      CHECK(admitted(path));
  }
}

TEST_CASE("passwords are called so in other languages, too") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  const auto password = expand_template("A7{{rand 14 alnum}}q5");
  for (const std::string before :
       {"Passwort: ",
        "contrase\xc3\xb1"
        "a: ",
        "mot de passe : ", "senha=", "\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9a", "requirepass "}) {
    INFO(before);
    const auto matches = detector.scan(before + password + "\n", scratch);
    REQUIRE(matches.size() == 1);
    CHECK(matches[0].secret == password);
    CHECK(matches[0].begin == before.size());
  }
}

TEST_CASE("what repeats itself does not stand") {
  CHECK_FALSE(credible(rule_with(""), "key=abcdxyzwabcdxyzwabcdxyzw"));
  CHECK_FALSE(credible(rule_with(""), "key=pf-secret-qzvkwxjmqzvkwxjmqzvkwxjm"));  // behind a prefix of ten
  CHECK(credible(rule_with(""), "key=abcdxyzwqsaf"));
}

TEST_CASE("a secret that starts in the midst of a word is none") {
  const auto rules =
      parse_rules("[[rules]]\nid = 'r'\nregex = 'sk-[a-z0-9]{8}'\nkeywords = ['sk-']\n", "t.toml");
  for (const char* before : {"", " ", "\"", "KEY", "key_", "key1", "\\n", "\\t", "%3d", "\\x3d", "\\u003d",
                             "\x1b[0m", "\x1b[1;32m", "\xc3\xa9", "\xfal", "\x01l", "tool -k"}) {
    INFO(before);
    CHECK(credible(rules[0], std::string(before) + "sk-q7w2x9zr"));
  }
  for (const char* before : {"ta", "di", "my-ri", "4m", "xm", "ad", "%zd", "\tl", "a-k"}) {
    INFO(before);
    CHECK_FALSE(credible(rules[0], std::string(before) + "sk-q7w2x9zr"));
  }
}

// In compiled programs and databases strings stand one after the other.
TEST_CASE("a token whose checksum fits may stand in the midst of a word") {
  const auto rules = parse_rules(
      "[[rules]]\nid = 'r'\nregex = 'abc_[0-9A-Za-z]{36}'\nkeywords = ['abc_']\nchecksum = 'crc32-base62'\n",
      "t.toml");
  const auto token = expand_template("abc_{{crc32 30}}");
  const auto other = expand_template("abc_{{rand 36 alnum}}");
  for (const auto& [before, after] :
       {std::pair("", "Q"), {"github_token", ""}, {"argument", "unexpected EOF"}, {"\nl", "\x12"}}) {
    INFO(before << ' ' << after);
    CHECK(judged(rules[0], before + token + after).confidence == Confidence::medium);
    CHECK(judged(rules[0], before + token + after).kept);
    CHECK_FALSE(credible(rules[0], before + other + after));
  }
  CHECK(credible(rules[0], other + "_b"));
}

TEST_CASE("a long key of an exact shape may stand behind a word, if it reads like none") {
  const std::string text = "[[rules]]\nid = 'r'\nregex = 'sk-[A-Za-z0-9_-]{45,90}'\nkeywords = ['sk-']\n";
  const auto medium = parse_rules(text, "t.toml");
  const auto high = parse_rules(text + "confidence = 'high'\n", "t.toml");
  int believed = 0;
  std::mt19937_64 random(1);
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const auto key = expand_template("sk-{{rand 45}}", seed);
    CHECK(credible(high[0], "\nl" + key));
    CHECK(credible(high[0], "api_token" + key));
    CHECK_FALSE(credible(medium[0], "api_token" + key));
    if (credible(high[0], "task-" + identifier(random, 60))) ++believed;
  }
  CHECK(believed <= 1);
}

// "charset_normalizer-3.4.0.dist-info/RECORD"
TEST_CASE("a secret that stands in the midst of a digest is none") {
  const auto rules =
      parse_rules("[[rules]]\nid = 'r'\nregex = 'r8_[A-Za-z0-9]{32,40}'\nkeywords = ['r8_']\n", "t.toml");
  const auto key = expand_template("r8_{{rand 33 alnum}}");
  const auto digits = expand_template("{{rand 20}}");
  for (const auto& before :
       {"sha256=" + digits.substr(0, 8), std::string("a.txt,sha256=A"), "sha256=" + digits})
    CHECK_FALSE(credible(rules[0], before + key));
  for (const auto& before :
       {std::string("sha256="), std::string("sha256==A"), std::string("sha25=A"), "sha256=" + digits + "+"})
    CHECK(credible(rules[0], before + key));
}

TEST_CASE(
    "what looks like a short key in the midst of random text is none, unless its shape is exact and long") {
  const std::string text = "[[rules]]\nid = 'r'\nregex = 'r8_[A-Za-z0-9]{32,60}'\nkeywords = ['r8_']\n";
  const auto medium = parse_rules(text, "t.toml");
  const auto high = parse_rules(text + "confidence = 'high'\n", "t.toml");
  const auto key = expand_template("r8_{{rand 50 alnum}}");
  const auto shorter = expand_template("r8_{{rand 32 alnum}}");
  int believed = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const auto run = expand_template("{{rand 60}}A", seed);
    if (credible(medium[0], "gAAAAA" + run + key)) ++believed;
    CHECK(credible(high[0], "gAAAAA" + run + shorter) == credible(medium[0], "gAAAAA" + run + key));
    CHECK(credible(high[0], "gAAAAA" + run + key));
    CHECK(credible(medium[0], run.substr(0, 20) + "=" + key));
  }
  CHECK(believed <= 5);  // one in 700 has no digit where it is looked at
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) CHECK(credible(medium[0], identifier(random, 30) + "_" + key));
  CHECK(credible(medium[0], "const myReplicateApiToken2ForProduction_" + key));
}

TEST_CASE("a key that was cut short to show it is none") {
  const auto rules =
      parse_rules("[[rules]]\nid = 'r'\nregex = 'sk-[a-z0-9]{8}'\nkeywords = ['sk-']\n", "t.toml");
  CHECK(credible(rules[0], "sk-q7w2x9zr. A sentence follows."));
  for (const char* after : {"...", "***", "\xe2\x80\xa6"})
    CHECK_FALSE(credible(rules[0], std::string("sk-q7w2x9zr") + after));
}

TEST_CASE("a wrong checksum makes a token doubtful") {
  const auto rule = rule_with("checksum = 'crc32-base62'\n");
  CHECK(judged(rule, "key=" + expand_template("abc_{{crc32 30}}")).confidence == Confidence::medium);
  CHECK(judged(rule, "key=" + expand_template("abc_{{rand 36 alnum}}")).confidence == Confidence::low);
}

TEST_CASE("Grafana's checksum covers the prefix, too, and may be in capitals") {
  const auto rules = parse_rules(
      "[[rules]]\nid = 'r'\nregex = 'glsa_[0-9A-Za-z]{32}_[0-9A-Fa-f]{8}'\nkeywords = ['glsa_']\n"
      "checksum = 'crc32-hex'\n",
      "t.toml");
  // The CRC-32 of "123456789" is cbf43926.
  CHECK(crc32_hex("123456789") == "2639f4cb");
  auto token = expand_template("{{crc32-hex 32 glsa_}}");
  CHECK(judged(rules[0], token).confidence == Confidence::medium);
  std::transform(token.end() - 8, token.end(), token.end() - 8,
                 [](unsigned char c) { return std::toupper(c); });
  CHECK(judged(rules[0], token).confidence == Confidence::medium);
  token.back() = token.back() == '0' ? '1' : '0';
  CHECK(judged(rules[0], token).confidence == Confidence::low);
}

TEST_CASE("runs of a rule's padding are not held against a secret") {
  const auto rule = rule_with("padding = 'A'\n");
  CHECK(credible(rule, "key=q7w2x9zrAAAAAAAAAAAAAAp4k8"));
  CHECK_FALSE(credible(rule, "key=q7w2x9zrBBBBBBBBBBBBBBp4k8"));
  CHECK_FALSE(credible(rule, "key=xxxxxxxxxxxxAAAAAAAAAAAAAA"));
  CHECK_FALSE(credible(rule_with(""), "key=q7w2x9zrAAAAAAAAAAAAAAp4k8"));
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
    CHECK_FALSE(credible(list("regexTarget = 'match'\n", "^next_key="), "the next_key=abc here"));
    CHECK_FALSE(credible(list("regexTarget = 'match'\n", "^x{39}key="), std::string(60, 'x') + "key=abc"));
  }
  SECTION("line") {
    const auto rule = list("regexTarget = 'line'\n", "^the.*here$");
    CHECK_FALSE(credible(rule, "the key=abc here"));
    CHECK_FALSE(credible(rule, "x\nthe key=abc here\ny"));
    CHECK(credible(rule, "the\nkey=abc\nhere"));
    CHECK(credible(list("regexTarget = 'line'\n", "here"), "here\nkey=abc\nhere"));
    CHECK_FALSE(credible(list("regexTarget = 'line'\n", "here"), "here" + std::string(96, ' ') + "key=abc"));
    CHECK(credible(list("regexTarget = 'line'\n", "here"), "here" + std::string(97, ' ') + "key=abc"));
    CHECK_FALSE(credible(list("regexTarget = 'line'\n", "here"), "key=abc" + std::string(46, ' ') + "here"));
    CHECK(credible(list("regexTarget = 'line'\n", "here"), "key=abc" + std::string(47, ' ') + "here"));
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
  CHECK(place_admitted(rule_with(""), {"any/where", "", {}}));
  CHECK(place_admitted(rule_with(""), {"", "", {}}));

  const auto only = rule_with("path = '''\\.env$'''\n");
  CHECK(place_admitted(only, {"a/.env", "", {}}));
  CHECK_FALSE(place_admitted(only, {"a/.env.md", "", {}}));
  CHECK_FALSE(place_admitted(only, {"", "", {}}));

  const auto but = rule_with(
      "path = 'src'\n[[rules.allowlists]]\npaths = ['^src/test/', 'x$']\n[[rules.allowlists]]\npaths = "
      "['y$']\n");
  CHECK(place_admitted(but, {"src/main", "", {}}));
  CHECK_FALSE(place_admitted(but, {"src/test/main", "", {}}));
  CHECK_FALSE(place_admitted(but, {"src/x", "", {}}));
  CHECK_FALSE(place_admitted(but, {"src/y", "", {}}));
  CHECK_FALSE(place_admitted(but, {"lib/main", "", {}}));
  // Regexes of an allowlist are about secrets.
  CHECK(place_admitted(rule_with("[[rules.allowlists]]\nregexes = ['src']\n"), {"src/main", "", {}}));
  CHECK(place_admitted(rule_with("path = '^\\xff'\n"), {"\xff\xfe", "", {}}));
}

}  // namespace
}  // namespace keysift::test
