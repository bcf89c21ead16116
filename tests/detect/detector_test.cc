#include "detect/detector.h"

#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "detect/oracle.h"
#include "rule/example.h"
#include "rule/rule_file.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

std::vector<Found> scan(const Detector& detector, std::string_view bytes, Range owned = {}) {
  Detector::Scratch scratch(detector);
  return found_in(detector.scan(bytes, scratch, owned));
}

std::vector<Rule> rule_of(const std::string& regex, const std::string& keyword,
                          const std::string& more = {}) {
  return parse_rules(
      "[[rules]]\nid = 'r'\nregex = '''" + regex + "'''\nkeywords = ['" + keyword + "']\n" + more,
      "test.toml");
}

TEST_CASE("the detector finds what each pattern finds in the whole") {
  const bool all = GENERATE(false, true);
  const auto rules = all ? all_rules() : tricky_rules();
  const Oracle oracle(rules);
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(1);
  std::map<std::string, unsigned> seen;
  for (unsigned round = 0; round < 600; ++round) {
    const auto bytes = haystack(rules, random, 1 + round % 60);
    const auto found = found_in(detector.scan(bytes, scratch));
    INFO("round " << round);
    REQUIRE(found == oracle(bytes));
    for (const auto& each : found) ++seen[each.rule];
  }
  CHECK(seen.size() > rules.size() * 9 / 10);
  for (const auto& rule : rules) {
    if (all) break;
    INFO(rule.id);
    // The second of two rules that find the same never wins.
    if (rule.id == "twin-of-twin") {
      CHECK(seen[rule.id] == 0);
    } else {
      CHECK(seen[rule.id] >= 1);
    }
  }
}

TEST_CASE("each rule alone finds what its pattern finds in the whole") {
  auto rules = all_rules();
  for (auto& rule : rules) {
    const std::span<const Rule> one(&rule, 1);
    const Oracle oracle(one);
    const Detector detector(one, {.decode_depth = 0, .prepared = {}});
    Detector::Scratch scratch(detector);
    std::mt19937_64 random(2);
    for (unsigned round = 0; round < 60; ++round) {
      const auto bytes = haystack(one, random, 1 + round % 12);
      INFO(rule.id << ", round " << round);
      REQUIRE(found_in(detector.scan(bytes, scratch)) == oracle(bytes));
    }
  }
}

TEST_CASE("bytes of few kinds, where matches crowd") {
  const auto rules = tricky_rules();
  const Oracle oracle(rules);
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(3);
  std::size_t count = 0;
  for (unsigned round = 0; round < 2000; ++round) {
    std::string bytes;
    for (auto length = random() % 120; length > 0; --length) bytes += "abk"[random() % 3];
    const auto found = found_in(detector.scan(bytes, scratch));
    INFO(bytes);
    REQUIRE(found == oracle(bytes));
    count += found.size();
  }
  CHECK(count > 500);
}

TEST_CASE("a key that is all there is, and one with a byte on either side") {
  const auto rules = built_in_rules();
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  for (const auto& key : {openai_project_key(), openai_legacy_key(), anthropic_api_key()}) {
    CHECK(scan(detector, key).size() == 1);
    const auto around = scan(detector, "\n" + key + "\n");
    REQUIRE(around.size() == 1);
    CHECK(around[0].begin == 1);
    CHECK(around[0].end == 1 + key.size());
  }
  CHECK(scan(detector, "").empty());
  CHECK(scan(detector, "sk-").empty());
}

TEST_CASE("no rules, nothing found") {
  const Detector detector({});
  CHECK(scan(detector, openai_project_key()).empty());
}

TEST_CASE("only what begins in the range is given, and it is what the whole has there") {
  const auto rules = all_rules();
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  std::mt19937_64 random(4);
  const auto bytes = haystack(rules, random, 200);
  const auto whole = Oracle(rules)(bytes);
  REQUIRE(whole.size() > 50);
  for (unsigned round = 0; round < 300; ++round) {
    const std::size_t begin = random() % bytes.size();
    const std::size_t end = begin + random() % 400;
    std::vector<Found> expected;
    for (const auto& each : whole) {
      if (each.begin >= begin && each.begin < end) expected.push_back(each);
    }
    INFO(begin << " to " << end);
    REQUIRE(scan(detector, bytes, {begin, end}) == expected);
  }
}

TEST_CASE("pieces that overlap give what the whole gives") {
  const auto rules = built_in_rules();
  const Oracle oracle(rules);
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(5);
  const auto bytes = haystack(rules, random, 1000);
  const auto whole = oracle(bytes);
  REQUIRE(whole.size() > 200);
  for (const std::size_t step : {7919U, 65'536U}) {
    std::vector<Found> together;
    for (std::size_t own = 0; own < bytes.size(); own += step) {
      const auto begin = own - std::min(own, kMaxMatchWidth);
      const auto piece = std::string_view(bytes).substr(begin, own + step + kMaxMatchWidth - begin);
      for (auto found : found_in(detector.scan(piece, scratch, {own - begin, own - begin + step}))) {
        together.push_back({found.rule, found.begin + begin, found.end + begin});
      }
    }
    INFO("step " << step);
    REQUIRE(together == whole);
  }
}

// A text made from another one: stretches of it in any order, and new bytes.
struct Edited {
  std::string bytes;
  // What is new, and empty ones where stretches meet, or end, that did not in the original.
  std::vector<FreshRange> fresh;
};

// `source`: where in the original that begins which is added next.
void add_seam(Edited& edited, std::size_t source = 0) {
  const auto at = edited.bytes.size();
  if (edited.fresh.empty() || edited.fresh.back().end != at) edited.fresh.push_back({{at, at}});
  edited.fresh.back().source = source;
}

void add_new(Edited& edited, const std::string& bytes) {
  add_seam(edited);
  edited.bytes += bytes;
  edited.fresh.back().end = edited.bytes.size();
}

Edited edit(const std::string& original, std::span<const Rule> rules, std::mt19937_64& random) {
  Edited edited;
  for (auto steps = 1 + random() % 4; steps > 0; --steps) {
    const auto begin = random() % (original.size() + 1);
    add_seam(edited, begin);
    edited.bytes += original.substr(begin, random() % 2000);
    add_seam(edited);
    if (random() % 2 == 0)
      add_new(edited, haystack(rules, random, 1).substr(0, random() % 2 == 0 ? 40 : 400));
  }
  return edited;
}

TEST_CASE("of a text made from another one, looking at what is new finds all there is") {
  auto rules = GENERATE(0, 1) == 0 ? built_in_rules() : tricky_rules();
  // With a pattern that knows no bound, everything would be near what is new.
  std::erase_if(rules, [](const Rule& rule) { return rule.pattern->max_width() > kMaxMatchWidth; });
  REQUIRE(rules.size() > 10);
  const Oracle oracle(rules);
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(8);
  unsigned rounds = 0;
  std::size_t count = 0;
  while (rounds < 400) {
    // Keys that were cut in two, so that an edit may join them.
    std::string original;
    for (auto parts = random() % 12; parts > 0; --parts) {
      auto part = haystack(rules, random, 1);
      if (!part.empty()) part.insert(random() % part.size(), " \n!");
      original += part + std::string(random() % 600, '\n');
    }
    detector.scan(original, scratch);
    const auto reach = scratch.reach();
    if (reach.anywhere) continue;
    ++rounds;
    const auto edited = edit(original, rules, random);
    const auto found = found_in(detector.scan(edited.bytes, scratch, {}, {edited.fresh, &reach}));
    INFO("round " << rounds);
    REQUIRE(found == oracle(edited.bytes));
    REQUIRE(found_in(detector.scan(edited.bytes, scratch, {}, {edited.fresh, &reach, true})) == found);
    CHECK(scratch.reach().noted.empty());
    count += found.size();
  }
  CHECK(count > 20);
}

// A small delta can make a large text of what has many keywords.
TEST_CASE("a text that is the same part over and over has all matches of it") {
  const auto rules = built_in_rules();
  const Oracle oracle(rules);
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(9);
  std::string part = haystack(rules, random, 1) + "\n";
  for (int i = 0; i < 12; ++i) part += "AKIA ghp_ ";
  detector.scan(part, scratch);
  const auto reach = scratch.reach();
  REQUIRE_FALSE(reach.anywhere);
  for (const int times : {2, 20, 2000}) {
    Edited edited;
    for (int i = 0; i < times; ++i) {
      add_seam(edited);
      edited.bytes += part;
    }
    const auto found = found_in(detector.scan(edited.bytes, scratch, {}, {edited.fresh, &reach}));
    INFO(times << " times");
    REQUIRE(found == oracle(edited.bytes));
    CHECK(scratch.reach().noted.size() <= 64 + edited.bytes.size() / 40);
  }
}

TEST_CASE("a new byte may be as far from the keyword as a match is wide, or stand right beside it") {
  const auto digits = expand_template("{{rand 300 digit}}");
  // In `bytes`, made from `before`.
  const auto finds = [](const std::string& regex, const std::string& before, const std::string& bytes,
                        Range changed) {
    const FreshRange fresh{changed, changed.end - (bytes.size() - before.size())};
    const auto rules = rule_of(regex, "key");
    const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
    Detector::Scratch scratch(detector);
    CHECK(detector.scan(before, scratch).empty());
    const auto reach = scratch.reach();
    return found_in(detector.scan(bytes, scratch, {}, {{&fresh, 1}, &reach})).size();
  };
  CHECK(finds("key[0-9]{1,300};", "\n\nkey" + digits, "\n\nkey" + digits + ";", {305, 306}) == 1);
  CHECK(finds("<[0-9]{1,300}key", digits + "key\n", "<" + digits + "key\n", {0, 1}) == 1);
  CHECK(finds("key[0-9]{300}\\b", "\n\nkey" + digits + "a", "\n\nkey" + digits + " ", {305, 306}) == 1);
  CHECK(finds("\\b[0-9]{300}key", "a" + digits + "key\n", " " + digits + "key\n", {0, 1}) == 1);
  // Where there was no keyword, one that is new is near what is new.
  CHECK(finds("key[0-9]{300}", "ke" + digits, "key" + digits, {2, 3}) == 1);
  CHECK(finds("[0-9]{300}key", digits + "ey", digits + "key", {300, 301}) == 1);
  // And where nothing is new, nothing is looked for.
  CHECK(finds("key[0-9]{300}", "", "key" + digits + std::string(400, '\n'), {703, 703}) == 0);
}

TEST_CASE("where two matches overlap, the surer one is kept") {
  const auto rules = parse_rules(R"(
[[rules]]
id = "low"
regex = '''x[a-z0-9]{8}key[a-z]{8}'''
keywords = ["key"]
confidence = "low"
[[rules]]
id = "high"
regex = '''key[a-z]{2}'''
keywords = ["key"]
confidence = "high"
[[rules]]
id = "medium"
regex = '''key[a-z]{4}'''
keywords = ["key"]
)",
                                 "test.toml");
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  CHECK(scan(detector, "xbadcfe07keyqwvxzjkb") == std::vector<Found>{{"high", 9, 14}});
  CHECK(scan(Detector(std::span(rules).subspan(2)), "xbadcfe07keyqwvxzjkb") ==
        std::vector<Found>{{"medium", 9, 16}});
}

TEST_CASE("of two equally sure matches the longer is kept, of two alike the first rule's") {
  const auto rules = parse_rules(R"(
[[rules]]
id = "short"
regex = '''key[a-z]{2}'''
keywords = ["key"]
[[rules]]
id = "long"
regex = '''key[a-z]{4}'''
keywords = ["key"]
[[rules]]
id = "as-long"
regex = '''key[a-z]{1,4}'''
keywords = ["key"]
)",
                                 "test.toml");
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  CHECK(scan(detector, "key=keyabcd") == std::vector<Found>{{"long", 4, 11}});
  CHECK(scan(detector, "keyabc") == std::vector<Found>{{"as-long", 0, 6}});
  CHECK(scan(detector, "keyab") == std::vector<Found>{{"short", 0, 5}});
}

TEST_CASE("matches that only touch are both kept") {
  const auto rules = rule_of("k-[0-9]{4}", "k-");
  CHECK(scan(Detector(rules), "k-1234k-5678") == std::vector<Found>{{"r", 0, 6}, {"r", 6, 12}});
}

TEST_CASE("a key in the group's surroundings does not count, the group does") {
  const auto rules = rule_of("id=([0-9]+);", "id=", "secretGroup = 1");
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  CHECK(scan(detector, "id=42;") == std::vector<Found>{{"r", 3, 5}});
  // The match begins before the range, the secret in it.
  CHECK(scan(detector, "id=42;", {3, 4}) == std::vector<Found>{{"r", 3, 5}});
  CHECK(scan(detector, "id=42;", {0, 3}).empty());
}

TEST_CASE("a keyword far inside a wide match") {
  const auto rules = rule_of("<[a-z0-9]{0,900}key[a-z0-9]{0,900}>", "key");
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  const std::string wide = "<" + std::string(900, 'a') + "key" + std::string(900, 'b') + ">";
  // Entropy is not asked for, but a run of one letter is a placeholder.
  CHECK(scan(detector, wide).empty());
  const auto real = "<" + expand_template("{{rand 900 lower}}key{{rand 900 lower}}", 1) + ">";
  CHECK(scan(detector, "key" + real + "key") == std::vector<Found>{{"r", 3, 3 + real.size()}});
}

TEST_CASE("a match without an upper bound is found up to the greatest width") {
  const auto rules = rule_of("key-[a-z0-9]+;", "key-");
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  const auto of_width = [](std::size_t width) {
    return "key-" + expand_template("{{rand " + std::to_string(width - 5) + " lower}}") + ";";
  };
  CHECK(scan(detector, of_width(kMaxMatchWidth)) == std::vector<Found>{{"r", 0, kMaxMatchWidth}});
  CHECK(scan(detector, of_width(kMaxMatchWidth + 1)).empty());
}

TEST_CASE("a match is found up to the width that its rule names") {
  const auto rules = rule_of("key-[a-z0-9]+;", "key-", "maxWidth = 90");
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  const auto of_width = [](std::size_t width) {
    return "key-" + expand_template("{{rand " + std::to_string(width - 5) + " lower}}") + ";";
  };
  CHECK(scan(detector, of_width(90)) == std::vector<Found>{{"r", 0, 90}});
  CHECK(scan(detector, of_width(91)).empty());
  CHECK(scan(detector, of_width(91) + of_width(20)) == std::vector<Found>{{"r", 91, 111}});
}

TEST_CASE("no match is wider than the greatest width") {
  std::string letters;
  while (letters.size() < kMaxMatchWidth - 100) letters += "abcdefg"[letters.size() % 7];
  const auto text = letters + "key-" + letters;
  for (const auto& match : scan(Detector(rule_of("[a-z]+key-[a-z]+", "key-")), text)) {
    CHECK(match.end - match.begin <= kMaxMatchWidth);
  }
}

TEST_CASE("many keywords in a row are looked through once") {
  const auto rules = rule_of("key[0-9]{2}", "key");
  std::string text;
  std::vector<Found> expected;
  for (unsigned i = 0; i < 20'000; ++i) {
    if (i % 10 == 0) expected.push_back({"r", text.size(), text.size() + 5});
    text += i % 10 == 0 ? "key42" : "key4";
  }
  CHECK(scan(Detector(rules), text) == expected);
}

TEST_CASE(
    "a rule of no provider in particular gives way to one that names its provider, even if that doubts") {
  const std::string shape = "regex = '[a-z]{2,4}_[0-9a-zA-Z]{20}'\nkeywords = ['_']\n";
  const auto rules = parse_rules(
      "[[rules]]\nid = 'acme'\nregex = 'acme_[0-9a-zA-Z]{20}'\nkeywords = ['acme_']\nconfidence = 'low'\n"
      "[[rules]]\nid = 'anyone'\nprovider = 'any'\nconfidence = 'high'\n" +
          shape,
      "t.toml");
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  const auto key = expand_template("{{rand 20 alnum}}");
  CHECK(scan(detector, "acme_" + key) == std::vector<Found>{{"acme", 0, 25}});
  CHECK(scan(detector, "abc_" + key) == std::vector<Found>{{"anyone", 0, 24}});
}

TEST_CASE("several threads use one detector") {
  const auto rules = all_rules();
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  std::vector<std::string> texts;
  std::mt19937_64 random(6);
  for (unsigned i = 0; i < 40; ++i) texts.push_back(haystack(rules, random, 20));
  std::vector<std::vector<std::vector<Found>>> results(4);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) {
      threads.emplace_back([&] {
        Detector::Scratch scratch(detector);
        for (const auto& text : texts) result.push_back(found_in(detector.scan(text, scratch)));
      });
    }
  }
  const Oracle oracle(rules);
  for (const auto& result : results) {
    REQUIRE(result.size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) CHECK(result[i] == oracle(texts[i]));
  }
}

TEST_CASE("a scratch that was moved still works") {
  const auto rules = built_in_rules();
  const Detector detector(rules, {.decode_depth = 0, .prepared = {}});
  Detector::Scratch first(detector);
  CHECK(detector.scan(openai_project_key(), first).size() == 1);
  Detector::Scratch second(std::move(first));
  CHECK(detector.scan(openai_project_key(2), second).size() == 1);
}

}  // namespace
}  // namespace keysift::test
