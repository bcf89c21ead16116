#include "rule/pattern.h"

#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"

namespace keysift {
namespace {

TEST_CASE("a pattern that RE2 takes has no error, any other has RE2's words") {
  CHECK_FALSE(Pattern("sk-[a-z]+").error());
  CHECK(Pattern("sk-(").error().value().find("missing )") != std::string::npos);
  CHECK(Pattern("(?=ahead)").error().has_value());
  CHECK(Pattern("a{2000}").error().has_value());
}

// RE2 goes its slower way where its fast one runs out of memory.
TEST_CASE("a pattern that needs more memory than there is to match is right nevertheless") {
  std::mt19937_64 random(1);
  std::string text;
  for (unsigned i = 0; i < 30'000; ++i) text += random() % 2 == 0 ? 'a' : 'b';
  // A fast search would need a state for each of 2^40 beginnings.
  const Pattern exponential("(?:a|b)*a(?:a|b){40}cd");
  CHECK_FALSE(exponential.found_in(text));
  CHECK(exponential.found_in(text + "a" + std::string(40, 'b') + "cd"));
  CHECK_FALSE(exponential.found_in("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbcd"));

  // Compiled, this one leaves a fast search too little.
  std::string body;
  for (unsigned i = 0; i < 40; ++i) body += "[a-c]{1000}";
  const Pattern large("x" + body + "y");
  REQUIRE_FALSE(large.error());
  const auto match = "x" + std::string(40'000, 'c') + "y";
  CHECK(large.found_in("ab" + match));
  CHECK_FALSE(large.found_in("ab" + match.substr(1)));
  const auto span = large.search("ab" + match, 0, match.size() + 2, 0);
  REQUIRE(span);
  CHECK(span->begin == 2);
  CHECK(Pattern("(?:x" + body + "y)$").found_in("ab" + match));
}

TEST_CASE("a pattern that needs more memory than there is to compile is refused") {
  std::string body;
  for (unsigned i = 0; i < 200; ++i) body += "[a-c]{1000}";
  CHECK(Pattern(body).error() == "pattern too large - compile failed");
  CHECK(Pattern("((a{1000}){1000})").error() == "invalid repetition size: {1000}");
}

TEST_CASE("a pattern matches bytes, not characters") {
  CHECK(Pattern("\\xff.key").found_in("\xff\xfekey"));
  CHECK(Pattern("^..$").found_in("\xc3\xbc"));
  CHECK_FALSE(Pattern("^.$").found_in("\xc3\xbc"));
  CHECK(Pattern("a.b").found_in(std::string_view("a\0b", 3)));
}

TEST_CASE("search gives the leftmost match and one of its groups") {
  const Pattern pattern("key=([a-z]+)([0-9])?");
  CHECK(pattern.groups() == 2);
  const std::string_view text = "key=; key=abc, key=xyz7";
  const auto whole = pattern.search(text, 0, text.size(), 0);
  REQUIRE(whole);
  CHECK(whole->begin == 6);
  CHECK(whole->end == 13);
  CHECK(whole->group_begin == 6);
  CHECK(whole->group_end == 13);

  const auto group = pattern.search(text, 0, text.size(), 1);
  REQUIRE(group);
  CHECK(group->begin == 6);
  CHECK(group->group_begin == 10);
  CHECK(group->group_end == 13);

  SECTION("a group that took no part counts as the whole") {
    const auto absent = pattern.search(text, 0, text.size(), 2);
    REQUIRE(absent);
    CHECK(absent->group_begin == 6);
    CHECK(absent->group_end == 13);
    const auto present = pattern.search(text, 13, text.size(), 2);
    REQUIRE(present);
    CHECK(present->group_begin == 22);
    CHECK(present->group_end == 23);
  }
}

TEST_CASE("search stays within its range") {
  const std::string_view text = "one two";
  CHECK_FALSE(Pattern("one").search(text, 1, 7, 0));
  CHECK_FALSE(Pattern("two").search(text, 0, 6, 0));
  CHECK(Pattern("two").search(text, 4, 7, 0));
}

TEST_CASE("search sees the bytes around its range") {
  const std::string_view text = "one two";
  CHECK(Pattern("\\btwo\\b").search(text, 4, 7, 0));
  CHECK_FALSE(Pattern("\\bne").search(text, 1, 7, 0));
  CHECK_FALSE(Pattern("^two").search(text, 4, 7, 0));
  CHECK_FALSE(Pattern("one$").search(text, 0, 3, 0));
}

TEST_CASE("how many bytes a match can span") {
  CHECK(Pattern("sk-[a-z]{3,20}").max_width() == 23);
  CHECK(Pattern("(?:ab|c)?d").max_width() == 3);
  CHECK(Pattern("sk-[a-z]+").max_width() == SIZE_MAX);
  CHECK(Pattern(std::string("k\0[\0-z]{9}", 10)).max_width() == 11);
}

TEST_CASE("several threads may use one pattern that none has used before") {
  for (int round = 0; round < 20; ++round) {
    const Pattern pattern("sk-[a-z]{1,9}");
    std::vector<std::jthread> threads;
    std::vector<std::size_t> found(4);
    for (std::size_t i = 0; i < found.size(); ++i) {
      threads.emplace_back(
          [&, i] { found[i] = pattern.search("x sk-abc", 0, 8, 0)->end + pattern.max_width(); });
    }
    threads.clear();
    CHECK(found == std::vector<std::size_t>(4, 8 + 12));
  }
}

}  // namespace
}  // namespace keysift
