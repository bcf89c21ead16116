#include "rule/pattern.h"

#include <cstdint>
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
