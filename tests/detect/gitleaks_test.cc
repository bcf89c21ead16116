// Rules of gitleaks' configuration: found near their keywords, against RE2 over the whole text as gitleaks
// does it.
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <random>

#include "base/text.h"
#include "detect/detector.h"
#include "detect/gitleaks_judgement.h"
#include "rule/gitleaks_file.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

// Patterns of the shapes that people write, among them such as need more than a look near their keyword.
constexpr std::string_view kConfig = R"toml(
[[rules]]
id = "assigned"
regex = '''(?i)[\w.-]{0,20}?(?:acme|token)(?:[ \t\w.-]{0,10})[\s'"]{0,3}(?:=|>|:{1,3}=|:)[\s"'=]{0,5}([\w=.-]{6,20}|[a-z0-9][a-z0-9+/]{5,}={0,2})(?:[\s'";]|\\n|$)'''
keywords = ["acme", "token"]

[[rules]]
id = "my-generic"
regex = '''(?i)(?:acc[-_]?ess|passw(?:or)?d)\s*[=:]\s*"([^"\s]{4,12})"'''
keywords = ["access", "acc-ess", "acc_ess", "passwd", "password"]

[[rules]]
id = "prefix"
regex = '''\bpre-[0-9a-f]{8}\b'''
keywords = ["pre-"]

[[rules]]
id = "no-bound"
regex = '''begin[\s\S]{4,}?end'''
keywords = ["begin"]

[[rules]]
id = "run"
regex = '''\b(ey[a-zA-Z0-9]{5,}\.ey[a-zA-Z0-9/_-]{5,}(?:\.[a-z]{3,}={0,2})?)(?:[\s"]|$)'''
keywords = ["ey"]

[[rules]]
id = "choice"
regex = '''((?:hvs\.[\w-]{9,12}|s\.(?i:[a-z0-9]{6})))(?:["\s]|$)'''
keywords = ["hvs.", "s."]

[[rules]]
id = "elsewhere"
regex = '''[0-9]{5}-[0-9]{3}'''
keywords = ["zipcode"]

[[rules]]
id = "without-keywords"
regex = '''Q[xyz]{3}Q'''

[[rules]]
id = "lines"
regex = '''\bcurl\b(?:.*?|.*?(?:[\r\n]{1,2}.*?){1,2})[ \t](?:-u|--user)[ =]([\w.]+:[\w.]+)(?:\s|\z)'''
keywords = ["curl"]

[[rules]]
id = "far"
regex = '''(?i)mark[\s\S]{0,600}?seek=([a-z0-9]{4,8})'''
keywords = ["mark"]

[[rules]]
id = "chain"
regex = '''k_[a-z]{2},\s(k_[a-z]{2})'''
keywords = ["k_"]
[[rules.allowlists]]
regexes = ['''ab$''']

[[rules]]
id = "lined"
regex = '''pin-[0-9a-f]{8}'''
keywords = ["pin-"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''safe''']

[[rules]]
id = "wide"
regex = '''<.{2,6}key.{0,3}>'''
keywords = ["key"]
)toml";

std::vector<Rule> rules_of_config() {
  return parse_gitleaks_config(kConfig, "c.toml", [](const auto&) { return std::nullopt; }).rules;
}

struct Told {
  std::string rule;
  std::size_t begin;
  std::size_t end;
  std::string secret;
  auto operator<=>(const Told&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Told& told) {
  return out << told.rule << " " << told.begin << "-" << told.end << " '" << told.secret << "'";
}

std::vector<Told> told_by(std::span<const Match> matches) {
  std::vector<Told> all;
  for (const auto& match : matches) all.push_back({match.rule->id, match.begin, match.end, match.secret});
  std::sort(all.begin(), all.end());
  return all;
}

// Every rule of which a keyword is anywhere in the text, over all of it.
std::vector<Told> slowly(std::span<const Rule> rules, std::string_view text) {
  std::vector<Told> all;
  const auto unit = characters_of(text) == Characters::wide ? Unit::character : Unit::byte;
  for (const auto& rule : rules) {
    const auto is_there = [&](const std::string& keyword) { return contains_caseless(text, keyword); };
    if (!rule.keywords.empty() && std::none_of(rule.keywords.begin(), rule.keywords.end(), is_there))
      continue;
    for (std::size_t from = 0; from < text.size();) {
      const auto span = rule.pattern->search(text, from, text.size(), 0, unit);
      if (!span) break;
      const auto match = judge_as_gitleaks(rule, text, *span, unit);
      if (match.judgement.kept && !match.secret.empty())
        all.push_back({rule.id, span->begin, match.end, std::string(match.secret)});
      from = std::max(span->end, from + 1);
    }
  }
  // Within a line a generic rule gives way.
  std::vector<Told> kept;
  for (const auto& each : all) {
    const auto gives_way_to = [&](const Told& other) {
      const auto first = std::min(each.begin, other.begin);
      const auto between = text.substr(first, std::max(each.begin, other.begin) - first);
      return each.rule == "my-generic" && other.rule != each.rule &&
             between.find('\n') == std::string_view::npos &&
             other.secret.find(each.secret) != std::string::npos;
    };
    if (std::none_of(all.begin(), all.end(), gives_way_to)) kept.push_back(each);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

std::string random_text(std::mt19937_64& random, unsigned parts) {
  static const std::vector<std::string> kParts = {"acme",
                                                  "Token",
                                                  "ACCESS",
                                                  "acc-ess",
                                                  "passwd",
                                                  "password",
                                                  "pre-",
                                                  "begin",
                                                  "end",
                                                  "ey",
                                                  ".ey",
                                                  "hvs.",
                                                  "s.",
                                                  "zipcode",
                                                  "12345-678",
                                                  "QxyzQ",
                                                  "curl",
                                                  " -u ",
                                                  " --user=",
                                                  "ab.c:d_e",
                                                  "<",
                                                  ">",
                                                  "key",
                                                  "=",
                                                  ":",
                                                  ": \"",
                                                  "\"",
                                                  " = '",
                                                  "'",
                                                  " ",
                                                  "\t",
                                                  "\n",
                                                  "\r\n",
                                                  "abcdef",
                                                  "0123abcd",
                                                  "k_ab, k_ab,\n",
                                                  "k_ab, k_ab, k_cd,",
                                                  "k_cd, ",
                                                  "pin-",
                                                  "safe",
                                                  "mark",
                                                  "seek=",
                                                  "see\u212a=",
                                                  "deadbeef",
                                                  "A1b2C3d4E5",
                                                  "password=\"",
                                                  "x1y2z3\"",
                                                  "<ab",
                                                  "cd>",
                                                  "----------",
                                                  "==",
                                                  "\\n",
                                                  ";",
                                                  "\u00e9",
                                                  "\u4e2d\u6587",
                                                  "\xff",
                                                  "."};
  std::string text;
  for (; parts > 0; --parts) {
    const auto kind = random() % 40;
    if (kind == 0) {
      text += std::string(random() % 400, "aZ9/-. \xc3"[random() % 8]);
    } else if (kind == 1) {
      for (auto count = random() % 300; count > 0; --count) text += "abcXYZ019+/-_"[random() % 13];
    } else {
      text += kParts[random() % kParts.size()];
    }
  }
  return text;
}

TEST_CASE("gitleaks' rules: near keywords is found what gitleaks finds in the whole text") {
  const auto rules = rules_of_config();
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(11);
  std::map<std::string, unsigned> found;
  for (unsigned round = 0; round < 40'000; ++round) {
    const auto text = random_text(random, 1 + static_cast<unsigned>(random() % 60));
    INFO("round " << round << ": " << text);
    const auto fast = told_by(detector.scan(text, scratch));
    REQUIRE(fast == slowly(rules, text));
    for (const auto& each : fast) ++found[each.rule];
  }
  for (const auto& rule : rules) {
    INFO(rule.id);
    CHECK(found[rule.id] > 20);
  }
}

// A few keywords, or so many that each as a beginning would take longer than all together.
TEST_CASE("gitleaks' rules: matches that go far are found wherever their keywords are") {
  const auto rules = rules_of_config();
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(13);
  const std::vector<std::string> parts = {"mark", "markmark", "seek=deadbeef;", "see\u212a=deadbeef",
                                          "curl", "curl \n",  " -u ab.c:d_e ",  " --user ab.c:d_e\n",
                                          "\n\n"};
  std::map<std::string, unsigned> found;
  for (unsigned round = 0; round < 200; ++round) {
    std::string text;
    for (auto count = random() % (round % 4 == 0 ? 900 : 30); count > 0; --count) {
      // The Kelvin sign, a k in any case, has everything searched.
      const auto& part = parts[random() % parts.size()];
      if (part.front() != 's' || part[3] == 'k' || round % 3 == 0) text += part;
      text += std::string(random() % (random() % 8 == 0 ? 900 : 60), random() % 16 == 0 ? '\n' : ' ');
    }
    INFO("round " << round << ": " << text.substr(0, 2000));
    const auto fast = told_by(detector.scan(text, scratch));
    REQUIRE(fast == slowly(rules, text));
    for (const auto& each : fast) ++found[each.rule];
  }
  CHECK(found["far"] > 100);
  CHECK(found["lines"] > 100);
}

TEST_CASE("gitleaks' rules: of a text made from another, looking at what is new finds all there is") {
  auto rules = rules_of_config();
  std::erase_if(rules,
                [](const Rule& rule) { return rule.keywords.empty(); });  // these are always looked for anew
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(12);
  unsigned fresh_only = 0;
  std::size_t before = 0;
  std::size_t count = 0;
  std::string original;
  for (unsigned round = 0; round < 60'000; ++round) {
    // What is made from a text is made into others in turn.
    if (round % 4 == 0) original = random_text(random, 1 + static_cast<unsigned>(random() % 40));
    if (round % 4 == 0) before += detector.scan(original, scratch).size();
    const auto reach = scratch.reach();
    if (reach.anywhere) continue;
    const auto at = random() % (original.size() + 1);
    const auto gone = std::min<std::size_t>(random() % 3 == 0 ? random() % 30 : 0, original.size() - at);
    const auto added = random_text(random, static_cast<unsigned>(random() % 4));
    auto text = original.substr(0, at) + added + original.substr(at + gone);
    const FreshRange fresh{{at, at + added.size()}, at + gone};
    INFO("round " << round << ": " << original << " becomes " << text);
    const auto found = told_by(detector.scan(text, scratch, {}, {{&fresh, 1}, &reach}));
    REQUIRE(found == slowly(rules, text));
    if (const auto characters = scratch.reach().characters) REQUIRE(*characters == characters_of(text));
    ++fresh_only;
    count += found.size();
    original = std::move(text);
  }
  CHECK(fresh_only > 1000);
  CHECK(before > 20);
  CHECK(count > 20);
}

TEST_CASE("gitleaks' rules: a change far off in its line may end that a match is allowed") {
  const auto rules = rules_of_config();
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  const std::string line = std::string(900, ' ') + "pin-01234567" + std::string(700, ' ') + "safe\n";
  for (const std::string_view before : {"\n", "\nsafe ", "\nsafe"}) {
    const auto original = std::string(before) + line;
    CHECK(detector.scan(original, scratch).empty());
    const auto reach = scratch.reach();
    CHECK_FALSE(reach.anywhere);
    auto text = original;
    const auto at = text.rfind("safe");
    text.replace(at, 4, "sane");
    const FreshRange fresh{{at, at + 4}, at + 4};
    INFO("before: '" << before << "'");
    CHECK(detector.scan(text, scratch, {}, {{&fresh, 1}, &reach}).size() == (before == "\n" ? 1 : 0));
  }
}

}  // namespace
}  // namespace keysift::test
