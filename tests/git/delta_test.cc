#include "git/delta.h"

#include <algorithm>
#include <random>
#include <string>

#include "git/pack_builder.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

struct Applied {
  bool good = false;
  std::string result;
  std::vector<std::pair<std::size_t, std::size_t>> fresh;
  bool known = true;  // what no range holds is what the base has there

  bool operator==(const Applied&) const = default;
};

// Made with room for exactly as much as the delta's header says.
Applied applied(const std::string& base, const std::string& delta) {
  const auto size = delta_result_size(delta, base.size());
  if (!size) return {};
  Applied made;
  made.result.resize(*size);
  std::vector<FreshRange> fresh;
  made.good = apply_delta(base, delta, made.result.data(), *size, fresh);
  if (!made.good) return {};
  std::size_t begin = 0;
  std::size_t source = 0;
  const auto check_known = [&](std::size_t end) {
    const auto part = std::string_view(made.result).substr(begin, end - begin);
    made.known =
        made.known && source <= base.size() && std::string_view(base).substr(source).starts_with(part);
  };
  for (const auto& range : fresh) {
    made.fresh.emplace_back(range.begin, range.end);
    check_known(range.begin);
    begin = range.end;
    source = range.source;
  }
  check_known(*size);
  return made;
}

Applied applied(const std::string& base, std::size_t result_size, const std::string& instructions) {
  return applied(base, delta_header(base.size(), result_size) + instructions);
}

const std::string kBase = "0123456789abcdef";

TEST_CASE("a delta says how large its result is") {
  CHECK(delta_result_size(delta_header(16, 5), 16) == 5);
  CHECK(delta_result_size(delta_header(0, 0), 0) == 0);
  CHECK(delta_result_size(delta_header(1ULL << 40, 1ULL << 50), 1ULL << 40) == 1ULL << 50);
}

TEST_CASE("a delta's header may be broken") {
  CHECK_FALSE(delta_result_size("", 0));
  CHECK_FALSE(delta_result_size(std::string("\0", 1), 0));
  CHECK_FALSE(delta_result_size("\x90", 16));
  CHECK_FALSE(delta_result_size("\x10\x85", 16));
  CHECK_FALSE(delta_result_size(std::string(30, '\xff'), 16));
  CHECK_FALSE(delta_result_size("\x10" + std::string(30, '\xff'), 16));
}

TEST_CASE("a delta is for a base of one size only") {
  CHECK_FALSE(delta_result_size(delta_header(15, 5), 16));
  CHECK_FALSE(delta_result_size(delta_header(17, 5), 16));
}

TEST_CASE("copies and inserts make the result, and what is new in it is told") {
  CHECK(applied(kBase, 16, copy(0, 16)) == Applied{true, kBase, {}});
  CHECK(applied(kBase, 3, insert("xyz")) == Applied{true, "xyz", {{0, 3}}});
  CHECK(applied(kBase, 17, copy(0, 8) + insert("x") + copy(8, 8)) ==
        Applied{true, "01234567x89abcdef", {{8, 9}}});
  CHECK(applied(kBase, 4, insert("ab") + insert("cd")) == Applied{true, "abcd", {{0, 4}}});
  CHECK(applied("", 0, "") == Applied{true, "", {}});
}

TEST_CASE("where copies meet that were apart, an empty range says so") {
  CHECK(applied(kBase, 15, copy(0, 8) + copy(9, 7)) == Applied{true, "012345679abcdef", {{8, 8}}});
  CHECK(applied(kBase, 16, copy(0, 8) + copy(8, 8)) == Applied{true, kBase, {}});
  CHECK(applied(kBase, 20, copy(0, 2) + copy(0, 2) + copy(0, 16)) ==
        Applied{true, "0101" + kBase, {{2, 2}, {4, 4}}});
  CHECK(applied(kBase, 17, insert("x") + copy(0, 8) + copy(8, 8)) == Applied{true, "x" + kBase, {{0, 1}}});
}

TEST_CASE("a beginning or an end that the base has inside is new") {
  CHECK(applied(kBase, 15, copy(1, 15)) == Applied{true, kBase.substr(1), {{0, 0}}});
  CHECK(applied(kBase, 15, copy(0, 15)) == Applied{true, kBase.substr(0, 15), {{15, 15}}});
  CHECK(applied(kBase, 4, copy(4, 4)) == Applied{true, "4567", {{0, 0}, {4, 4}}});
  CHECK(applied(kBase, 0, "") == Applied{true, "", {{0, 0}}});
}

TEST_CASE("a copy without a size takes 64 KiB") {
  const std::string base(0x10000, 'x');
  CHECK(applied(base, 0x10000, "\x80") == Applied{true, base, {}});
  CHECK_FALSE(applied(base.substr(1), 0x10000, "\x80").good);
}

TEST_CASE("all bytes of a copy's operands count") {
  std::string base(0x1030205, '-');
  base.replace(0x1020304, 3, "abc");
  CHECK(applied(base, 3, copy(0x1020304, 3)).result == "abc");
  const auto whole =
      applied(base, 0x1030205, copy(0, 0x30201) + copy(0x30201, 0xffffff) + copy(0x1030200, 5));
  CHECK(whole.result == base);
  CHECK(whole.fresh.empty());
}

TEST_CASE("no instruction leaves base, delta or result") {
  CHECK_FALSE(applied(kBase, 4, copy(13, 4)).good);          // past the base
  CHECK_FALSE(applied(kBase, 1, copy(16, 1)).good);          // behind the base
  CHECK_FALSE(applied(kBase, 1, copy(0xffffffff, 1)).good);  // far behind it
  CHECK_FALSE(applied("", 1, copy(0, 1)).good);
  CHECK_FALSE(applied(kBase, 3, copy(0, 4)).good);      // past the result
  CHECK_FALSE(applied(kBase, 3, insert("xyzw")).good);  // past the result
  CHECK_FALSE(applied(kBase, 5, copy(0, 4)).good);      // the result is not filled
  CHECK_FALSE(applied(kBase, 4, "").good);              // nor here
  CHECK_FALSE(applied(kBase, 4, "\x04xyz").good);       // past the delta
  CHECK_FALSE(applied(kBase, 4, "\x91").good);          // operands past the delta
  CHECK_FALSE(applied(kBase, 4, "\xff\x01").good);      // some of them
  CHECK_FALSE(applied(kBase, 0, copy(0, 1)).good);
}

TEST_CASE("instruction 0 is reserved") {
  CHECK_FALSE(applied(kBase, 4, copy(0, 4) + std::string(1, '\0')).good);
  CHECK_FALSE(applied(kBase, 4, std::string(1, '\0') + copy(0, 4)).good);
}

// A stretch is known if the base has it, with the same neighbours: the byte before and after, or the end.
bool known(const std::string& base, const std::string& result, std::size_t begin, std::size_t end) {
  const auto stretch = result.substr(begin, end - begin);
  for (auto at = base.find(stretch); at != std::string::npos; at = base.find(stretch, at + 1)) {
    const auto behind = at + stretch.size();
    const bool same_before = begin == 0 ? at == 0 : at > 0 && base[at - 1] == result[begin - 1];
    const bool same_behind =
        end == result.size() ? behind == base.size() : behind < base.size() && base[behind] == result[end];
    if (same_before && same_behind) return true;
  }
  return false;
}

TEST_CASE("whatever touches nothing fresh stands in the base, between the same neighbours") {
  std::mt19937_64 random(1);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  const auto text = [&](std::size_t size) {
    std::string letters(size, ' ');
    for (auto& letter : letters) letter = static_cast<char>('a' + below(3));
    return letters;
  };
  std::size_t stretches = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto base = text(1 + below(40));
    std::string expected;
    std::string instructions;
    for (auto steps = below(5); steps > 0; --steps) {
      if (below(2) == 0) {
        const auto more = text(1 + below(4));
        instructions += insert(more);
        expected += more;
      } else {
        const auto from = below(base.size());
        const auto size = 1 + below(base.size() - from);
        instructions += copy(from, size);
        expected += base.substr(from, size);
      }
    }
    const auto made = applied(base, expected.size(), instructions);
    INFO("round " << round);
    REQUIRE(made.good);
    REQUIRE(made.known);
    REQUIRE(made.result == expected);
    std::size_t last = 0;
    for (const auto& [begin, end] : made.fresh) {
      REQUIRE(begin <= end);
      REQUIRE(begin >= last);
      REQUIRE(end <= expected.size());
      last = end;
    }
    for (std::size_t begin = 0; begin < expected.size(); ++begin) {
      for (auto end = begin + 1; end <= expected.size(); ++end) {
        const bool touches = std::any_of(made.fresh.begin(), made.fresh.end(), [&](const auto& range) {
          return range.first <= end && range.second >= begin;
        });
        if (touches) continue;
        ++stretches;
        REQUIRE(known(base, expected, begin, end));
      }
    }
  }
  CHECK(stretches > 10000);
}

}  // namespace
}  // namespace keysift::test
