#include "rule/named_parts.h"

#include "rule/pattern.h"
#include "support/catch.h"

namespace keysift {
namespace {

TEST_CASE("a named part stands for a pattern, wherever and however often it is named") {
  const std::string end = "(?:[^0-9A-Za-z_-]|$)";
  CHECK(with_named_parts("acme_[a-z]{8}(?&end)") == "acme_[a-z]{8}" + end);
  CHECK(with_named_parts("(?&end)a(?&end)") == end + "a" + end);
  CHECK(with_named_parts("") == "");
}

TEST_CASE("what only looks like a named part stays") {
  for (const auto* pattern : {R"(\(?&end)x)", R"([?&(]?&end)", "(?&", "(?&End)", "(?&e nd)", "(?&end"})
    CHECK(with_named_parts(pattern) == pattern);
  // The first backslash takes the second one as it is.
  CHECK(with_named_parts(R"(\\(?&end))").starts_with(R"(\\(?:[^0-9A-Za-z_-]|$)"));
}

TEST_CASE("each named part finds what it is for") {
  const auto secret_in = [](const std::string& pattern, const std::string& text) {
    return Pattern(with_named_parts(pattern)).found_in(text);
  };
  for (const auto* text :
       {"acme_12", "=acme_12", "KEYacme_12", "x_acme_12", R"(\nacme_12)", "%3dacme_12", "\x1b[0macme_12"}) {
    INFO(text);
    CHECK(secret_in("(?&start)acme_[0-9]{2}", text));
  }
  CHECK_FALSE(secret_in("(?&start)acme_[0-9]{2}", "macme_12"));
  CHECK(secret_in("(?&strict_start)ab[0-9]{2}", "//ab12"));
  CHECK_FALSE(secret_in("(?&strict_start)ab[0-9]{2}", "Xab12"));
  CHECK(secret_in("ab[0-9]{2}(?&end)", "ab12\""));
  CHECK_FALSE(secret_in("ab[0-9]{2}(?&end)", "ab12-"));
  CHECK_FALSE(secret_in("ab[0-9]{2}(?&end)", "ab12_3"));
  for (const auto* text :
       {"acme=12", "acme: '12'", "\"acme\" => \"12\"", "acme, value: 12", "ACME_KEY = String(12)"}) {
    INFO(text);
    CHECK(secret_in("(?i:acme(?:_key)?(?&assigned))12", text));
  }
  CHECK_FALSE(secret_in("acme(?&assigned)12", "acme/12"));
}

}  // namespace
}  // namespace keysift
