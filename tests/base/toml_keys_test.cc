#include "base/toml_keys.h"

#include <string>
#include <utility>

#include "support/catch.h"

namespace keysift {
namespace {

std::string key(unsigned parts) {
  std::string key = "a";
  for (unsigned i = 1; i < parts; ++i) key += ".a";
  return key;
}

TEST_CASE("a key of more than 32 parts is deep, in a header, before a value and in a value") {
  for (const auto& [before, after] : {std::pair{"", " = 1"}, {"[", "]"}, {"[[", "]]"}, {"x = {", " = 1}"}}) {
    CHECK_FALSE(has_deep_key(before + key(32) + after));
    CHECK(has_deep_key(before + key(33) + after));
    CHECK(has_deep_key("x = 1\n" + (before + key(33)) + after));
  }
  std::string quoted = "\"=\"";
  for (unsigned i = 0; i < 32; ++i) quoted += i % 2 == 0 ? " . '#='" : ".\"\\\"]\"";
  CHECK(has_deep_key(quoted + " = 1"));
}

TEST_CASE("dots elsewhere are none of a key") {
  const std::string dots(100, '.');
  CHECK_FALSE(has_deep_key("x = '" + dots + "'"));
  CHECK_FALSE(has_deep_key("x = \"\\\"" + dots + "\"\ny = 1 # " + dots));
  CHECK_FALSE(has_deep_key("x = '''\n'" + dots + "\n" + dots + "'''''"));
  CHECK_FALSE(has_deep_key("x = \"\"\"\\\"\"\"" + dots + "\"\"\""));
  std::string numbers = "x = [1.5";
  for (unsigned i = 0; i < 100; ++i) numbers += ", 1.5";
  CHECK_FALSE(has_deep_key(numbers + "]"));
}

TEST_CASE("what looks like the beginning of a string hides no key") {
  for (const char* before : {"x = '''a''''\n", "x = '''a'''''\n", "x = \"\"\"a\\\"\"\"\"\n", "# '''\n",
                             "x = ''\n", "x = '\\'\n", "x = {y='''a'''', ", "x = \"\"\"\"\"\"\n"}) {
    INFO(before);
    CHECK(has_deep_key(before + key(33) + " = 1"));
  }
}

TEST_CASE("what ends within a string or an escape is read to its end") {
  for (const char* text : {"x = '", "x = \"\\", "x = '''", "x = '''a''", "x = \"\"\"\\", "'", "#", ""})
    CHECK_FALSE(has_deep_key(text));
}

}  // namespace
}  // namespace keysift
