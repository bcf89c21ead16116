#include <string>
#include <vector>

#include "detect/detector.h"
#include "rule/rule_file.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

using Chain = std::vector<std::string_view>;

// A key in some encoding, and the text before and after it.
struct Encoded {
  std::string before;
  std::string key;
  std::string after;
};

std::string each(std::string_view text, std::string_view chars, std::string (*form)(char)) {
  std::string out;
  for (const char c : text) out += chars.find(c) != std::string_view::npos ? form(c) : std::string(1, c);
  return out;
}

std::string hex_of(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {kDigits[byte / 16], kDigits[byte % 16]};
}

std::string base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t bit = 0; bit < 8 * text.size(); bit += 6) {
    unsigned value = 0;
    for (auto i = bit; i < bit + 6; ++i)
      value = value * 2 +
              (i / 8 < text.size()
                   ? static_cast<unsigned>(static_cast<unsigned char>(text[i / 8])) >> (7 - i % 8) & 1U
                   : 0U);
    out += kDigits[value];
  }
  return out;
}

// In base64 the key begins and ends within characters; those are its.
Encoded base64(const Encoded& inner, const std::string& before, const std::string& after) {
  const auto whole = base64(inner.before + inner.key + inner.after);
  const auto begin = 8 * inner.before.size() / 6;
  const auto end = (8 * (inner.before.size() + inner.key.size()) + 5) / 6;
  return {before + whole.substr(0, begin), whole.substr(begin, end - begin), whole.substr(end) + after};
}

Encoded within(const Encoded& inner, std::string (*encode)(std::string_view), const std::string& before,
               const std::string& after) {
  return {before + encode(inner.before), encode(inner.key), encode(inner.after) + after};
}

std::string json(std::string_view text) {
  return each(text, "\"\\", [](char c) { return std::string{'\\', c}; });
}
std::string unicode_escaped(std::string_view text) {
  return each(text, "-_", [](char c) { return "\\u00" + hex_of(c); });
}
std::string hex_escaped(std::string_view text) {
  return each(text, "-_", [](char c) { return "\\x" + hex_of(c); });
}
std::string percent(std::string_view text) {
  return each(text, "-_=&", [](char c) { return "%" + hex_of(c); });
}
std::string html(std::string_view text) {
  return each(text, "-_\"", [](char c) { return "&#x" + hex_of(c) + ";"; });
}
std::string hex(std::string_view text) {
  std::string out;
  for (const char c : text) out += hex_of(c);
  return out;
}
std::string utf16(std::string_view text) {
  std::string out;
  for (const char c : text) out += {c, '\0'};
  return out;
}
std::string split(std::string_view text, std::string_view joint) {
  const auto half = text.size() / 2;
  return std::string(text.substr(0, half)).append(joint).append(text.substr(half));
}

void check_found(const Encoded& text, std::string_view key, const Chain& chain) {
  static const auto rules = built_in_rules();
  static const Detector detector(rules);
  Detector::Scratch scratch(detector);
  const auto bytes = text.before + text.key + text.after;
  INFO(bytes.substr(0, 20));
  const auto matches = detector.scan(bytes, scratch);
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].secret == key);
  CHECK(matches[0].begin == text.before.size());
  CHECK(matches[0].end == text.before.size() + text.key.size());
  CHECK(matches[0].decoded == chain);
  CHECK(matches[0].confidence == Confidence::high);
}

TEST_CASE("a key is found in every encoding, where it stands") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    for (const auto& key : {openai_project_key(seed), anthropic_api_key(seed)}) {
      const Encoded line{std::string(seed % 3, '\n') + "KEY=", key, "\nPORT=80\n"};
      check_found(line, key, {});
      check_found(base64(line, "data: ", "\n"), key, {"base64"});
      check_found(within(line, hex, "0x", ";"), key, {"hex"});
      check_found(within(line, percent, "u=", "&x"), key, {"percent"});
      check_found(within(line, unicode_escaped, "{\"k\": \"", "\"}"), key, {"escapes"});
      check_found(within(line, hex_escaped, "b'", "'"), key, {"escapes"});
      check_found(within(line, html, "<p>", "</p>"), key, {"html"});
      check_found(within(line, utf16, "", ""), key, {"utf-16le"});
      check_found(within(line, utf16, "\xff\xfe", ""), key, {"utf-16le"});
      check_found({"k=3D", split(key, "=\n"), "=20\n"}, key, {"quoted-printable"});
    }
  }
}

TEST_CASE("a key is found in pieces, from the first's beginning to the last's end") {
  const auto key = GENERATE(openai_project_key(), anthropic_api_key());
  for (const auto joint : {"\" + \"", "\"\n  + \"", "' . '", "\" .. \"", "\" & \"", "\" <> \"", "\" \"",
                           "\"\n    \"", "\\\n", "\\\n    "}) {
    const std::string quote(1, joint[0] == '\'' ? '\'' : '"');
    check_found({"x = " + quote, split(key, joint), quote + ";\n"}, key, {"joined"});
  }
}

TEST_CASE("encodings in each other are told outermost first") {
  const auto key = GENERATE(openai_project_key(), anthropic_api_key());
  const Encoded line{"KEY=", key, "\n"};
  check_found(within(base64(line, "{\"data\": \"", "\"}"), json, "x = '", "'"), key, {"base64"});
  check_found(within(base64(line, "data: ", "\n"), utf16, "", ""), key, {"utf-16le", "base64"});
  check_found(within({"KEY=3D", split(key, "=\n"), "=20\n"}, hex, "0x", ";"), key,
              {"hex", "quoted-printable"});
  const Encoded pieces{"x = \"", split(key, "\" + \""), "\";\n"};
  check_found(base64(pieces, "data: ", "\n"), key, {"base64", "joined"});
  check_found(within(base64(pieces, "data: ", "\n"), utf16, "\xff\xfe", ""), key,
              {"utf-16le", "base64", "joined"});
}

// The keyword itself is written in two encodings.
TEST_CASE("a keyword that is encoded twice") {
  const auto key = anthropic_api_key();
  const Encoded line{"KEY=", key, "\n"};
  SECTION("UTF-16 in base64, as PowerShell takes commands") {
    check_found(base64(within(line, utf16, "", ""), "powershell -e ", "\n"), key, {"base64", "utf-16le"});
  }
  SECTION("base64 in base64") {
    check_found(base64(base64(line, "a: ", "\n"), "b: ", "\n"), key, {"base64", "base64"});
  }
  SECTION("escapes in base64") {
    check_found(base64(within(line, unicode_escaped, "{\"k\": \"", "\"}"), "data: ", "\n"), key,
                {"base64", "escapes"});
  }
  SECTION("escapes in JSON in JSON") {
    check_found(within(within(line, unicode_escaped, "{\"k\": \"", "\"}"), json, "{\"b\": \"", "\"}"), key,
                {"escapes", "escapes"});
  }
}

TEST_CASE("a key in two lines of a notebook's cell") {
  const auto key = openai_project_key();
  check_found({"[\n \"k = (\\\"", split(key, "\\\"\\n\",\n \"     \\\""), "\\\")\\n\"\n]"}, key,
              {"escapes", "joined"});
}

TEST_CASE("what decodes to the same key is one finding") {
  const auto key = openai_project_key();
  check_found({"\"%41\\u0041&amp;=3D\" \"", key, "\""}, key, {});
}

TEST_CASE("a key cannot be hidden by encodings that decode to much") {
  const auto key = openai_project_key();
  const auto text = base64({"", key, "\n"}, "k: ", "\n");
  check_found({text.before, text.key, text.after + std::string(100'000, '%')}, key, {"base64"});
}

}  // namespace
}  // namespace keysift::test
