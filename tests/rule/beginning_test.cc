#include "rule/beginning.h"

#include <array>
#include <random>
#include <string>
#include <vector>

#include "rule/pattern.h"
#include "rule/rule_file.h"
#include "support/catch.h"

namespace {

using keysift::beginning_of;
using Keywords = std::vector<std::string>;

std::size_t before(std::string_view pattern, const Keywords& keywords, bool exact = false) {
  const auto beginning = beginning_of(pattern, keywords, exact);
  return beginning.is_known() ? beginning.before : SIZE_MAX;
}

constexpr auto kUnknown = SIZE_MAX;

}  // namespace

TEST_CASE("a pattern tells how far before a keyword its matches begin") {
  CHECK(before("key-[0-9]{4}", {"key-"}, true) == 0);
  CHECK(before("(?i:api[_-]?(?:key|token))=x", {"api_key", "api-key", "apikey", "api_t", "api-t", "apit"}) ==
        0);
  CHECK(before("(?i:api[_-]?(?:key|token))=x", {"api_key", "api-key", "api_t", "api-t", "apit"}) == kUnknown);
  CHECK(before("(?:\\b|_)key=", {"key="}) == 1);
  CHECK(before("(?:\\b|[a-z]{1,3})key=", {"key="}) == kUnknown);  // a match is tried at few places only
  CHECK(before("-{0,20}key=", {"key="}) == 20);                   // but where one may be is told by its byte
  CHECK(before("(?i)key=", {"key="}, true) == kUnknown);
  CHECK(before("(?P<name>key)=", {"key="}) == 0);
  CHECK(before("(?:a|key)=", {"key"}) == kUnknown);
  CHECK(before("a*key", {"key"}) == kUnknown);
  CHECK(before("(?:-BEGIN (?:[A-Z]{1,9} ){0,2}KEY)", {"KEY"}, true) == 27);
  CHECK(before("key", {}) == kUnknown);
  CHECK(before("\\xe5\\xaf[:=]", {"\xe5\xaf"}) == 0);  // bytes, not characters
  CHECK(before("(?:(?:k+e*)*y)*", {"key"}) == kUnknown);
  CHECK(before("((((((((((k*)*)*)*)*)*)*)*)*)*)*", {"key"}) == kUnknown);
}

TEST_CASE("a pattern tells with which bytes its matches begin") {
  CHECK(beginning_of("(?i:key|api)=", Keywords{"key", "api"}, false).bytes.count() == 4);
  CHECK(beginning_of("(?i:key|api)=", Keywords{"key", "api"}, false).may_be_in("xxA", 2, 3));
  CHECK_FALSE(beginning_of("(?i:key|api)=", Keywords{"key", "api"}, false).may_be_in("Axx", 1, 3));
}

TEST_CASE("each match begins where its pattern says") {
  constexpr std::array<std::string_view, 9> kParts = {"k", "e", "K", "-", "ke", "ek", "_", "1", "\n"};
  const Keywords keywords{"ke", "k-", "e1"};
  std::mt19937_64 random(1);
  for (const std::string pattern :
       {"(?i:ke)+", "[-_]?ke", "(?:\\b|_)k[e-]", "-{0,9}(?:ke|k-)", "(?:ke|e1){2,3}", "\\Bk[e-]\\w*",
        "_?(?:e1|ke)*?ke", "(?:(?:_|-)ke|(?P<x>k-))$", "-*ke", "(?:^|\\n)ke", "(k|K)-?e1"}) {
    INFO(pattern);
    const auto beginning = beginning_of(pattern, keywords, false);
    const keysift::Pattern compiled(pattern);
    std::size_t matches = 0;
    for (unsigned i = 0; i < 20'000 && beginning.is_known(); ++i) {
      std::string text;
      for (auto left = random() % 9; left > 0; --left) text += kParts.at(random() % kParts.size());
      auto folded = text;
      for (auto& c : folded) c = c == 'K' ? 'k' : c;
      for (std::size_t at = 0; at < text.size(); ++at) {
        if (!compiled.match_at(text, at, text.size(), 0)) continue;
        ++matches;
        auto first = text.size();
        for (const auto& keyword : keywords) first = std::min(first, folded.find(keyword, at));
        if (first > at + beginning.before || !beginning.may_be_in(text, at, at + 1))
          FAIL(text << " at " << at);
      }
    }
    CHECK((matches > 0) == beginning.is_known());
    CHECK(beginning.is_known() == (pattern != "-*ke"));
  }
}

TEST_CASE("matches of generic rules are tried at their keywords only") {
  for (const auto& rule : keysift::built_in_rules()) {
    if (!rule.id.starts_with("generic-") && !rule.id.ends_with("-password")) continue;
    INFO(rule.id);
    CHECK((beginning_of(rule.pattern->text(), rule.keywords, rule.exact_keywords).is_known() ||
           rule.id.ends_with("url-password") || rule.provider != keysift::kAnyProvider));
  }
}
