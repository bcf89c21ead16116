#include "rule/extent.h"

#include <re2/re2.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "rule/pattern.h"
#include "support/catch.h"

using namespace keysift;

namespace {

Extent extent(std::string_view pattern, std::vector<std::string> keywords) {
  return extent_of(pattern, keywords);
}

bool is_bounded(const Extent& extent) { return extent.before != SIZE_MAX && extent.after != SIZE_MAX; }

}  // namespace

TEST_CASE("a match reaches as far from its keyword as its pattern says") {
  const auto plain = extent("ab[0-9]{2,5}key-[a-z]{8}", {"key-"});
  CHECK(plain.before == 2 + 5 + 4);
  CHECK(plain.after == 4 + 8);
  const auto choice = extent("(?i)x{0,9}(?:alpha|be(?:ta)?)[=:]y", {"alpha", "be"});
  CHECK(choice.before == 9 + 5);
  CHECK(choice.after == 5 + 2);
  CHECK(extent("(?:a|bc)key(?:d|ef){3}\\b$", {"key"}).after == 3 + 6);
  CHECK(extent("\\x{41}\\pLkey\\x20", {"key"}).before == 5);
}

TEST_CASE("of what is repeated without end some counts, and it is known what it is") {
  const auto run = extent("key[a-f]{3,};", {"key"});
  CHECK(run.after == 3 + 3 + 64 + 1);
  REQUIRE(run.runs.size() == 1);
  CHECK(run.runs[0].longest == 64);
  CHECK(run.runs[0].bytes.count() == 12);  // in either case
  CHECK(run.head == "(?s:.{0,3})key[a-f]{3}");
  CHECK(run.tail == "(?s:.{0,3})key[a-f]{3,};");
  CHECK(extent("key.*;", {"key"}).runs[0].longest == 256);
  CHECK(extent("key[^;]*;", {"key"}).runs[0].bytes.count() == 255);
}

TEST_CASE("where a match may lack its keyword, or has no bound, nothing is known") {
  CHECK(is_bounded(extent("passw(?:or)?d", {"passwd", "password"})));
  CHECK(is_bounded(extent("linked[_-]?in", {"linkedin", "linked-in", "linked_in"})));
  CHECK_FALSE(is_bounded(extent("(?:key|other)", {"key"})));
  CHECK_FALSE(is_bounded(extent("[0-9]{4}", {"key"})));
  CHECK_FALSE(is_bounded(extent("k?ey", {"key"})));
  CHECK_FALSE(is_bounded(extent("key(?:ab)+", {"key"})));
  CHECK_FALSE(is_bounded(extent("key(", {"key"})));
}

TEST_CASE("a choice of parts, each with a keyword, is known by the farthest of them") {
  const auto choice = extent("\\b((?:hvs\\.[a-z]{90}|s\\.[0-9]{24}))(?:;|$)", {"hvs.", "s."});
  CHECK(choice.before == 4);
  CHECK(choice.after == 4 + 90 + 1);
  CHECK(choice.slack == 4);
}

TEST_CASE("how a match goes on is known as far as it has so many line ends at most") {
  const auto curl =
      extent("\\bcurl\\b(?:.*?|.*?(?:[\\r\\n]{1,2}.*?){1,5})[ \\t\\n\\r](?:-u|--user)[ \\t]\"([^\"]{3,})\"",
             {"curl"});
  CHECK(curl.lines == 10 + 1);
  CHECK(curl.near == "curl\\b(?:.*|.*(?:[\\r\\n]{1,2}.*){1,5})[ \\t\\n\\r](?:-u|--user)[ \\t]\"");
  CHECK(extent("(?s)key.{0,3};", {"key"}).lines == 3);
  CHECK(extent("(?i)key(?s:.){0,3};", {"key"}).lines == 3);
  CHECK(extent("(?s)key.*;", {"key"}).near == "(?s)key");
  CHECK(extent("key(?:a|\n)", {"key"}).lines == 1);

  // What is told to be no line end is none.
  for (const std::string each :
       {".",           "[a-z]",        "[^a]",         "[^\\n]", "[^\\\\n]",  "[^;\\n\\t]",    "[\\t-z]",
        "[\\s]",       "\\s",          "\\S",          "\\W",    "\\w",       "\\d",           "\\D",
        "[[:space:]]", "[[:^alpha:]]", "[^[:space:]]", "\\x0a",  "\\x{a}",    "[\\x00-\\x20]", "\\n",
        "\n",          "[\n]",         "\\t",          "[ \\t]", "[\\r\\t ]", "\\012",         "\\pZ",
        "\\PL",        "[\\pL]",       "\\p{Cc}",      "\\C",    "[\\v]",     "[\t-a]",        "[^\\S]",
        "[^\\w]",      "\\.",          "[+--]",        "[!-~]"}) {
    INFO(each);
    const auto told = extent("key" + each + ";", {"key"});
    const bool matches = RE2::FullMatch("key\n;", "key" + each + ";");
    CHECK((told.near.empty() || told.lines >= (matches ? 1 : 0)));
  }
  CHECK(extent("key[^\\n];", {"key"}).lines == 0);
  CHECK(extent("key[ \\t];", {"key"}).lines == 0);
}

TEST_CASE("a pattern's size is about what RE2 makes of it") {
  CHECK(size_estimate("abc") == 3);
  CHECK(size_estimate("(?:ab|c){10}x*") == 31);
  CHECK(size_estimate("((a{1000}){1000}){1000}") == 1'000'000'000);
}

TEST_CASE("the longest run of one kind that all matches have is known") {
  const auto length = [](std::string_view pattern) { return needed_run(pattern).length; };
  CHECK(length("key-[0-9a-f]{32}") == 32);
  CHECK(length("(?:\\b|_)(sk-[0-9a-z]{20,40}(?:-[0-9]{2}))(?:;|$)") == 20);
  CHECK(length("[a-z]{8,}[0-9]{9}x{3}") == 9);
  CHECK(length("\\w+") == 1);
  CHECK(needed_run("key-[0-9a-f]{32}").bytes.count() == 16 + 6);  // in either case
  CHECK(needed_run("a.{12}").bytes.all());

  // What need not be there, and what is no run.
  for (const std::string pattern : {"[a-z]{8}|[0-9]{9}", "(?:[a-z]{8}|x)", "(?:[a-z]{8})?", "[a-z]{0,9}",
                                    "[a-z]*", "(?:ab){9}", "x\\{3}", "\\{3}", "a\\+", "key(", "\\pL{9}"}) {
    INFO(pattern);
    CHECK(length(pattern) == 0);
  }
}

TEST_CASE("an @ says more than a run of nearly any bytes") {
  const auto length = [](std::string_view pattern) { return needed_run(pattern).length; };
  CHECK(length("https://[^/]{12}@[a-z]{3}") == 1);
  CHECK(needed_run("https://[^/]{12}@[a-z]{3}").find("https://a@b") == 9);
  CHECK(needed_run("https://[^/]{12}@[a-z]{3}").find("https://a/b") == std::string_view::npos);
  CHECK(length("[a-z]{12}@[a-z]{3}") == 12);
  CHECK(length("[^/]{12}(?:@|:)") == 12);
}

TEST_CASE("what has no such run has no match") {
  constexpr std::array<std::string_view, 8> kParts = {"a", "K", "s", "7", "-", "\xc5\xbf", "\xe2\x84\xaa",
                                                      "{"};
  std::mt19937_64 random(1);
  for (const std::string pattern :
       {"[a-z]{5}", "(?i)-[a-z]{5}", "(?i)k[ks]{4,}", "-(s{3}|a)[a7]{2}", "[^s]{4}-", ".{3}7{2}", "\\w{6}",
        "(?i:s{3})-", "[\xc5\xbf]{3}", "(?s)a[\\s\\S]{7}", "(?:(?:-[as]{3}))\\{2}", "a{3}\\+{2}"}) {
    INFO(pattern);
    const auto run = needed_run(pattern);
    const RE2 of_characters(pattern, RE2::Quiet);
    const RE2 of_bytes(pattern, byte_options());
    std::size_t matches = 0;
    for (unsigned i = 0; i < 20'000; ++i) {
      std::string text;
      for (auto left = random() % 14; left > 0; --left) text += kParts.at(random() % kParts.size());
      const bool has_match = RE2::PartialMatch(text, of_bytes) || RE2::PartialMatch(text, of_characters);
      matches += has_match ? 1 : 0;
      if (has_match && run.find(text) == text.npos) FAIL(text);
    }
    CHECK((matches > 0 || pattern.find("\\{") != pattern.npos || pattern.find("\\+") != pattern.npos));
  }
}

TEST_CASE("a run is found wherever it is") {
  const auto run = needed_run("[a-z]{5}");
  std::mt19937_64 random(1);
  for (unsigned i = 0; i < 50'000; ++i) {
    std::string text;
    for (auto left = random() % 24; left > 0; --left) text += random() % 5 == 0 ? '-' : 'a';
    if (run.find(text) != text.find("aaaaa")) FAIL(text);
  }
  CHECK(NeededRun().find("") == 0);
}
