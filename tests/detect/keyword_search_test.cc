#include "detect/keyword_search.h"

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "support/catch.h"

namespace keysift {
namespace {

using Hits = std::vector<std::tuple<std::size_t, std::size_t, unsigned>>;  // end, begin, literal

Hits found(const KeywordSearch& search, std::string_view text) {
  KeywordSearch::Scratch scratch(search);
  Hits hits;
  search.find(text, scratch, [&](unsigned literal, std::size_t begin, std::size_t end) {
    if (!hits.empty()) CHECK(std::get<0>(hits.back()) <= end);
    hits.emplace_back(end, begin, literal);
  });
  std::sort(hits.begin(), hits.end());
  return hits;
}

// The same, the slow way.
Hits expected(const std::vector<Literal>& literals, std::string_view text) {
  const auto same = [](const Literal& literal, std::string_view here) {
    return std::equal(
        here.begin(), here.end(), literal.text.begin(), literal.text.end(),
        [&](char a, char b) { return a == b || (literal.any_case && std::tolower(a) == std::tolower(b)); });
  };
  Hits hits;
  for (unsigned i = 0; i < literals.size(); ++i) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto size = literals[i].text.size();
      if (same(literals[i], text.substr(at, size))) hits.emplace_back(at + size, at, i);
    }
  }
  std::sort(hits.begin(), hits.end());
  return hits;
}

std::vector<Literal> some_literals() {
  return {{"sk-", false, false},  {"key", true, false},  {"sk-", false, false}, {"KEY", false, false},
          {"-key", false, false}, {"sk'", false, false}, {"1i", true, false},   {"12", false, false}};
}

std::string some_text() {
  std::mt19937_64 random(1);
  std::string text;
  for (unsigned i = 0; i < 5000; ++i) text += "skKeyEY-'12iI"[random() % 13];
  return text;
}

}  // namespace

TEST_CASE("literals are found wherever they are, also with what was prepared for them or for more") {
  const auto all = some_literals();
  const auto text = some_text();
  const KeywordSearch compiled(all);
  const auto prepared = compiled.prepared();
  CHECK(found(compiled, text) == expected(all, text));
  CHECK(found(KeywordSearch(all, prepared), text) == expected(all, text));

  // Any of them, in any order; one of them several times, and as it was not prepared, too.
  std::mt19937_64 random(2);
  for (unsigned i = 0; i < 200; ++i) {
    std::vector<Literal> some;
    for (auto left = random() % 9; left > 0; --left) some.push_back(all[random() % all.size()]);
    if (random() % 4 == 0) some.push_back({"ey", random() % 2 == 0, false});
    if (found(KeywordSearch(some, prepared), text) != expected(some, text)) FAIL("round " << i);
  }
}

TEST_CASE("what was prepared for other literals is not used") {
  const std::vector<Literal> literals = {{"abc", false, false}, {"12", true, false}};
  const std::vector<Literal> others = {{"abc", true, false}, {"12", true, false}};
  const auto prepared = KeywordSearch(others).prepared();
  for (const auto& bytes : {prepared, prepared.substr(0, 40), prepared.substr(0, 5), std::string()})
    CHECK(found(KeywordSearch(literals, bytes), "ABC abc 12") == expected(literals, "ABC abc 12"));
}

}  // namespace keysift
