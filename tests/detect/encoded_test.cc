#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "detect/detector.h"
#include "rule/example.h"
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
std::string utf16_big(std::string_view text) {
  std::string out;
  for (const char c : text) out += {'\0', c};
  return out;
}
std::string all_percent(std::string_view text) {
  std::string out;
  for (const char c : text) out += "%" + hex_of(c);
  return out;
}
std::string all_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += "\\x" + hex_of(c);
  return out;
}
std::string octal_of(char c) {
  return {static_cast<char>('0' + c / 64), static_cast<char>('0' + c / 8 % 8),
          static_cast<char>('0' + c % 8)};
}
std::string backslashed(char c) { return {'\\', c}; }
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
  CHECK(matches[0].confidence == matches[0].rule->confidence);
  CHECK(matches[0].confidence >= Confidence::medium);
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

TEST_CASE("what Basic authorization has in base64 counts by its password") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  const auto confidence = [&](const std::string& login) -> std::optional<Confidence> {
    const auto matches = detector.scan("curl -H 'Authorization: Basic " + base64(login) + "'", scratch);
    return matches.empty() ? std::nullopt : std::optional(matches[0].confidence);
  };
  CHECK(confidence("release-bot:" + expand_template("{{rand 20 alnum}}")) == Confidence::medium);
  CHECK(confidence("release-bot:joypass123") == Confidence::low);
  CHECK(confidence("a release bot:an open sesame") == Confidence::low);
  CHECK(confidence("release-bot:xxxxxxxxxxxxxxxx") == std::nullopt);
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

// A key of a rule of the built-in ones: what the rule finds in its first example.
std::string key_of(std::string_view id, unsigned seed = 1) {
  static const auto rules = built_in_rules();
  for (const auto& rule : rules) {
    if (rule.id != id) continue;
    const auto example = expand_template(rule.examples.front(), seed);
    const auto found = rule.pattern->search(example, 0, example.size(), rule.secret_group);
    REQUIRE(found);
    return example.substr(found->group_begin, found->group_end - found->group_begin);
  }
  FAIL(id);
  return {};
}

const auto kShort = {"deepseek-api-key", "elevenlabs-api-key", "huggingface-token", "replicate-api-token",
                     "sendgrid-api-key", "telegram-bot-token", "databricks-token"};

TEST_CASE("a key with a short keyword is found in every encoding, where it stands") {
  for (const auto* id : kShort) {
    INFO(id);
    for (unsigned seed = 1; seed <= 5; ++seed) {
      const auto key = key_of(id, seed);
      for (const auto before : {"", "KEY=", "\"key\": \"", "k='", "api:", "a:\n"}) {
        const Encoded line{before, key, "\""};
        check_found(base64(line, "data: ", "\n"), key, {"base64"});
        check_found(base64({" " + line.before, key, line.after}, "data: ", "\n"), key, {"base64"});
        check_found(base64({"  " + line.before, key, line.after}, "data: ", "\n"), key, {"base64"});
        check_found(within(line, hex, "0x", ";"), key, {"hex"});
      }
      const Encoded line{"KEY=", key, "\n"};
      check_found(within(line, all_percent, "u=", "\n"), key, {"percent"});
      check_found(within(line, all_escaped, "s = \"", "\";"), key, {"escapes"});
      check_found({"x = \"", split(key, "\" + \""), "\";\n"}, key, {"joined"});
      check_found({"x = \"", split(key, "\\\n"), "\";\n"}, key, {"joined"});
    }
  }
}

TEST_CASE("one character of a keyword is escaped, any of them and in any way") {
  for (const auto& key : {openai_project_key(), anthropic_api_key(), key_of("google-api-key"),
                          key_of("google-oauth-access-token"), key_of("google-oauth-refresh-token"),
                          key_of("huggingface-token"), key_of("vault-token")}) {
    for (std::size_t at = 0; at < 3; ++at) {
      const char c = key[at];
      const auto with = [&](const std::string& form) {
        return Encoded{"k = \"", key.substr(0, at) + form + key.substr(at + 1), "\"\n"};
      };
      check_found(with("%" + hex_of(c)), key, {"percent"});
      check_found(with("\\x" + hex_of(c)), key, {"escapes"});
      check_found(with("\\u00" + hex_of(c)), key, {"escapes"});
      check_found(with("\\u{" + hex_of(c) + "}"), key, {"escapes"});
      check_found(with("\\" + octal_of(c)), key, {"escapes"});
      check_found(with("\\\\u00" + hex_of(c)), key, {"escapes", "escapes"});
      check_found(with("&#" + std::to_string(c) + ";"), key, {"html"});
      check_found(with("&#x" + hex_of(c) + ";"), key, {"html"});
    }
  }
  const auto key = key_of("google-oauth-refresh-token");
  check_found({"{\"k\": \"", "1\\/\\/" + key.substr(3), "\"}"}, key, {"escapes"});
}

TEST_CASE("a key whose underscores or hyphens have a backslash before them, as in Markdown and LaTeX") {
  for (const auto* id : {"github-personal-token", "github-fine-grained-token", "huggingface-token",
                         "npm-token", "stripe-live-key", "groq-api-key", "shopify-token"}) {
    INFO(id);
    const auto key = key_of(id);
    check_found({"key: ", each(key, "_", backslashed), "\n"}, key, {"escapes"});
  }
  for (const auto& key : {openai_project_key(), anthropic_api_key()})
    check_found({"key: ", each(key, "_-", backslashed), "\n"}, key, {"escapes"});
}

TEST_CASE("a keyword is cut in two pieces, the first of two characters or more") {
  for (const auto& key :
       {openai_project_key(), anthropic_api_key(), key_of("github-personal-token"),
        key_of("aws-access-key-id"), key_of("google-api-key"), key_of("huggingface-token")}) {
    for (std::size_t at = 2; at < 8; ++at) {
      INFO(at);
      const auto cut = [&](const std::string& quote, const std::string& joint) {
        return key.substr(0, at) + quote + joint + quote + key.substr(at);
      };
      for (const auto* const joint : {" + ", "\n  + ", " .. ", " ", "\n    ", "", " <> ", ".concat("})
        check_found({"x = \"", cut("\"", joint), "\";\n"}, key, {"joined"});
      check_found({"$x = '", cut("'", " . "), "';\n"}, key, {"joined"});
      check_found({"x = ['", cut("'", ", "), "'].join('')\n"}, key, {"joined"});
      check_found({"x = concat(\"", cut("\"", ", "), "\")\n"}, key, {"joined"});
    }
  }
}

TEST_CASE("a key in pieces with comments between them") {
  for (const auto& key : {openai_project_key(), key_of("huggingface-token")}) {
    for (const auto* const joint : {"\"  # note\n    \"", "\" + // note\n  \"", "\" /* note */ + \""}) {
      check_found({"x = (\"", split(key, joint), "\")\n"}, key, {"joined"});
      check_found({"x = (\"", key.substr(0, 2) + joint + key.substr(2), "\")\n"}, key, {"joined"});
    }
  }
}

TEST_CASE("a key and a URL that are arguments of one command are two things") {
  static const auto rules = built_in_rules();
  static const Detector detector(rules);
  Detector::Scratch scratch(detector);
  const auto key = key_of("gitlab-personal-token").substr(6, 20);
  const auto text = "export T=" + key_of("gitlab-personal-token", 2) +
                    "\ncurl --header \"PRIVATE-TOKEN: " + key + "\" \"https://gitlab.example.com/api\"\n";
  for (const auto& match : detector.scan(text, scratch)) CHECK(match.decoded.empty());
}

TEST_CASE("a digest behind an equals sign is not quoted-printable") {
  static const auto rules = built_in_rules();
  static const Detector detector(rules);
  Detector::Scratch scratch(detector);
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const auto digest = "7e" + expand_template("{{rand 62 hex}}", seed);
    for (const auto& match : detector.scan("API_KEY=sha256=" + digest + "\n", scratch))
      CHECK(match.decoded.empty());
  }
}

TEST_CASE("a list of literals that is joined") {
  const auto key = GENERATE(openai_project_key(), anthropic_api_key());
  check_found({"x = CONCAT('", split(key, "', '"), "')\n"}, key, {"joined"});
  check_found({"x = \"\".join([\"", split(key, "\", \""), "\"])\n"}, key, {"joined"});
  check_found({"x = [\n  '", split(key, "',\n  '"), "',\n].join('')\n"}, key, {"joined"});
}

TEST_CASE("base64 in pieces") {
  for (const auto& key : {openai_project_key(), anthropic_api_key(), key_of("github-personal-token")}) {
    for (const auto* const joint : {"\" + \"", "\"\n     \"", "\" \"", "\\\n", "' . '"}) {
      const auto whole = base64({"T=", key, "\n"}, "k = \"", "\";\n");
      check_found({whole.before, split(whole.key, joint), whole.after}, key, {"base64"});
    }
  }
}

// Of each other's digits none may be taken for its own.
TEST_CASE("base64 of several keys side by side") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  for (std::size_t length = 0; length < 8; ++length) {
    for (const std::string joint : {"\" \"", "\"  \"", "\"   \"", "\" + \"", "\"  + \"", "\n"}) {
      const std::vector<std::string> keys{key_of("github-personal-token"), openai_project_key()};
      const auto text = "\"" + base64(keys[0] + std::string(length, '\n')) + joint + base64(keys[1]) + "\"";
      const auto matches = detector.scan(text, scratch);
      INFO(text);
      REQUIRE(matches.size() == 2);
      CHECK(matches[0].secret == keys[0]);
      CHECK(matches[1].secret == keys[1]);
    }
  }
}

TEST_CASE("a key in pieces that statements put together") {
  for (const auto& key : {openai_project_key(), key_of("github-personal-token")}) {
    check_found({"s = '", split(key, "'\ns += '"), "'\n"}, key, {"joined"});
    check_found({"$s = '", key.substr(0, 2) + "';\n$s .= '" + key.substr(2), "';\n"}, key, {"joined"});
    check_found({"b.append(\"", split(key, "\").append(\""), "\");\n"}, key, {"joined"});
    check_found({"sprintf(\"%s%s\", \"", split(key, "\", \""), "\");\n"}, key, {"joined"});
  }
}

TEST_CASE("a key that goes on in the next line") {
  const auto key = GENERATE(openai_project_key(), anthropic_api_key());
  for (const auto* const header : {">-", "|", ">"})
    check_found({std::string("key: ") + header + "\n  ", split(key, "\n  "), "\nport: 80\n"}, key,
                {"folded"});
  check_found({"key: ", split(key, "\n    "), "\nport: 80\n"}, key, {"folded"});
  check_found({"key: \"", split(key, "\n  "), "\"\nport: 80\n"}, key, {"folded"});
  check_found({"key: \"", split(key, "\n"), "\"\nport: 80\n"}, key, {"folded"});
}

TEST_CASE("a key with something in it that nobody sees") {
  const auto key = openai_project_key();
  const auto* const hidden = GENERATE("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "<wbr>", "<wbr />",
                                      "\x1b[m\x1b[K", "\x1b[38;5;12m");
  auto cut = key;
  for (auto at = key.size() - 5; at > 20; at -= 30) cut.insert(at, hidden);
  check_found({"<p>", cut, "</p>\n"}, key, {"hidden"});
  check_found({"\x1b[1m", cut, "\x1b[0m\n"}, key, {"hidden"});
  auto entities = key;
  for (auto at = key.size() - 5; at > 20; at -= 31) entities.insert(at, at % 2 == 0 ? "&#8203;" : "&shy;");
  check_found({"<p>", entities, "</p>\n"}, key, {"html", "hidden"});
}

TEST_CASE("a key ends where the colour changes") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  for (const auto& key :
       {openai_project_key(), key_of("github-personal-token"), key_of("huggingface-token")}) {
    const auto text = "token \x1b[32m" + key + "\x1b[0mexpires \x1b[1m" + key + "\x1b[0m\n";
    const auto found = detector.scan(text, scratch);
    REQUIRE(found.size() == 2);
    CHECK(found[0].secret == key);
    CHECK(found[1].secret == key);
  }
}

TEST_CASE("keys in a list, one a line, are keys of their own") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  const std::vector<std::string> keys{openai_project_key(1), openai_project_key(2), anthropic_api_key(),
                                      key_of("github-personal-token")};
  std::string text = "keys: |\n";
  for (const auto& key : keys) text += "  " + key + "\n";
  const auto matches = detector.scan(text + "  production\n", scratch);
  REQUIRE(matches.size() == keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CHECK(matches[i].secret == keys[i]);
    CHECK(matches[i].decoded.empty());
  }
}

TEST_CASE("UTF-16 among other bytes") {
  for (const auto& key : {openai_project_key(), anthropic_api_key(), key_of("huggingface-token")}) {
    const Encoded line{"\r\ntoken=", key, "\r\n"};
    const std::string other = "plain text first\n\x01\x80\xff";
    check_found(within(line, utf16, other, other), key, {"utf-16le"});
    check_found(within(line, utf16_big, other, other), key, {"utf-16be"});
    const Encoded pieces{"x = \"", split(key, "\" + \""), "\";\n"};
    check_found(within(pieces, utf16, other, other), key, {"utf-16le", "joined"});
    check_found(base64(within(line, utf16, "", ""), "powershell -e ", "\n"), key, {"base64", "utf-16le"});
  }
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

// As in history, where only what is new in a blob is searched.
TEST_CASE("an encoded key that becomes one by a change anywhere in it") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  for (const auto& key : {openai_project_key(), key_of("huggingface-token")}) {
    const Encoded line{"KEY=", key, "\n"};
    for (const auto& text : {base64(line, "data: ", "\n"),
                             base64(base64({"key: ", openai_project_key(), "\n"}, "a: ", "\n"), "b: ", "\n"),
                             within(line, hex, "0x", ";"), within(line, all_percent, "u=", "\n"),
                             within(line, all_escaped, "'", "'"), within(line, utf16, "\x01\x80", "\x80"),
                             Encoded{"x = \"", split(key, "\" + \""), "\"\n"},
                             Encoded{"x = '", key.substr(0, 2) + "' . '" + key.substr(2), "'\n"}}) {
      const auto bytes =
          std::string(1000, '\n') + text.before + text.key + text.after + std::string(1000, '\n');
      for (std::size_t i = 0; i < text.key.size(); i += 5) {
        const auto at = 1000 + text.before.size() + i;
        auto broken = bytes;
        broken[at] = '!';
        detector.scan(broken, scratch);
        const FreshRange changed{{at, at + 1}, at + 1};
        const auto before = scratch.reach();
        const auto now = detector.scan(bytes, scratch, {}, {{&changed, 1}, &before});
        INFO(text.before << " " << i);
        REQUIRE(now.size() == 1);
      }
    }
  }
}

// As above.
TEST_CASE("a keyword in two pieces that becomes one by a change far behind the first") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  for (const auto& key : {openai_project_key(), key_of("huggingface-token")}) {
    const auto first = "x = (\"" + key.substr(0, 2) + "\"  # " + std::string(200, 'n') + "\n  \"";
    const auto bytes = first + key.substr(2) + "\")\n";
    for (const auto& before : {first + "zz\")\n", first.substr(0, first.size() - 1) + ")\n"}) {
      REQUIRE(detector.scan(before, scratch).empty());
      const auto reach = scratch.reach();
      const auto same = static_cast<std::size_t>(
          std::mismatch(before.begin(), before.end(), bytes.begin()).first - before.begin());
      const FreshRange changed{{same, bytes.size()}, before.size()};
      REQUIRE(detector.scan(bytes, scratch, {}, {{&changed, 1}, &reach}).size() == 1);
    }
  }
}

// As above.
TEST_CASE("an encoded key is found again, however far from it the text changes") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  const Encoded line{"KEY=", openai_project_key(), "\n"};
  for (const auto& text :
       {base64(line, "data: ", "\n"), within(line, hex, "0x", ";"), within(line, all_percent, "u=", "\n"),
        within(line, all_escaped, "'", "'"), within(line, utf16, "\x01\x80", "\x80"),
        Encoded{"x = \"", split(line.key, "\" + \""), "\"\n"}}) {
    auto bytes = std::string(5000, '\n') + text.before + text.key + text.after + std::string(5000, '\n');
    INFO(text.before);
    REQUIRE(detector.scan(bytes, scratch).size() == 1);
    for (const std::size_t at : {std::size_t{0}, std::size_t{4000}, bytes.size() - 1}) {
      bytes[at] = '!';
      const FreshRange changed{{at, at + 1}, at + 1};
      const auto before = scratch.reach();
      REQUIRE(detector.scan(bytes, scratch, {}, {{&changed, 1}, &before}).size() == 1);
    }
  }
}

// What stands as it is in decoded text, too, was found before: only what has something decoded in it or
// beside it is looked at again, also where it begins with what ends another one.
TEST_CASE("keys with escapes among keys without are all found, each once") {
  static const auto rules = built_in_rules();
  static const Detector detector(rules);
  Detector::Scratch scratch(detector);
  std::mt19937_64 random(1);
  for (unsigned round = 0; round < 300; ++round) {
    std::string text = "\\u007b";
    std::vector<std::pair<std::size_t, std::size_t>> expected;
    for (unsigned i = 0; i < 6; ++i) {
      auto key = key_of(random() % 2 == 0 ? "aws-access-key-id" : "json-web-token", round * 6 + i + 1);
      const auto separator = random() % 3;
      text += separator == 0 ? "\"" : separator == 1 ? "\\u0022" : "\\n ";
      if (random() % 2 == 0) key = "\\u00" + hex_of(key.front()) + key.substr(1);
      if (random() % 4 == 0) key = key.substr(0, 9) + "\\u00" + hex_of(key[9]) + key.substr(10);
      expected.emplace_back(text.size(), text.size() + key.size());
      text += key;
    }
    text += "\"";
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (const auto& match : detector.scan(text, scratch)) found.emplace_back(match.begin, match.end);
    INFO(text);
    REQUIRE(found == expected);
  }
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
