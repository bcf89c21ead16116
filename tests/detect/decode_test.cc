#include "detect/decode.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

using Offsets = std::vector<std::pair<std::size_t, std::size_t>>;

Offsets offsets_of(const Decoded& decoded) {
  Offsets offsets;
  for (const auto& range : decoded.from) offsets.emplace_back(range.begin, range.end);
  return offsets;
}

// Base64 (RFC 4648) bit by bit, with padding.
std::string to_base64(std::string_view text, std::string_view last_two = "+/") {
  const auto digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + std::string(last_two);
  std::string out;
  for (std::size_t bit = 0; bit < 8 * text.size(); bit += 6) {
    unsigned value = 0;
    for (auto i = bit; i < bit + 6; ++i) {
      const unsigned byte = i / 8 < text.size() ? static_cast<unsigned char>(text[i / 8]) : 0;
      value = value * 2 + (byte >> (7 - i % 8)) % 2;
    }
    out += digits[value];
  }
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random() % 256);
  return bytes;
}

// What decode_text makes of the whole of `bytes` in one encoding; empty if nothing.
Decoded decoded_as(std::string_view encoding, std::string_view bytes) {
  for (auto& decoded : decode_text(bytes, {0, bytes.size()})) {
    REQUIRE(decoded.bytes.size() == decoded.from.size());
    if (decoded.encoding == encoding) return decoded;
  }
  return {};
}

std::string text_of(std::string_view encoding, std::string_view bytes) {
  return decoded_as(encoding, bytes).bytes;
}

TEST_CASE("base64 decodes from any group of its characters, and each byte knows where it was") {
  std::mt19937_64 random(2);
  for (unsigned round = 0; round < 1000; ++round) {
    const auto text = random_bytes(random, 6 + random() % 60);
    const auto run = to_base64(text, round % 2 == 0 ? "+/" : "-_");
    const std::string before = "data: ";
    const auto bytes = before + run + "\"";
    const auto at = random() % std::min(run.size(), run.find('=')) / 4 * 4;
    const auto decoded = decode_base64(bytes, before.size() + at);
    CHECK(decoded.encoding == "base64");
    REQUIRE(decoded.bytes == text);
    Offsets expected;
    for (std::size_t i = 0; i < text.size(); ++i)
      expected.emplace_back(before.size() + 8 * i / 6, before.size() + (8 * i + 7) / 6 + 1);
    REQUIRE(offsets_of(decoded) == expected);
  }
}

TEST_CASE("base64 goes on over line ends, real or spelled out") {
  std::mt19937_64 random(3);
  for (const std::string line_end : {"\n", "\r\n", "\n    ", "\r\n\t", "\\n", "\\r\\n"}) {
    const auto text = random_bytes(random, 300);
    const auto run = to_base64(text);
    std::string bytes = "(";
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < run.size(); ++i) {
      if (i > 0 && i % 76 == 0) bytes += line_end;
      places.push_back(bytes.size());
      bytes += run[i];
    }
    for (const std::size_t at : {0U, 72U, 76U, 80U, 152U, 396U}) {
      const auto decoded = decode_base64(bytes + ")", places[at]);
      INFO(at);
      REQUIRE(decoded.bytes == text);
      for (std::size_t i = 0; i < text.size(); ++i) {
        REQUIRE(decoded.from[i].begin == places[8 * i / 6]);
        REQUIRE(decoded.from[i].end == places[(8 * i + 7) / 6] + 1);
      }
    }
  }
}

TEST_CASE("base64 goes on in the next piece of a string") {
  const std::string text = "thirty bytes that are no secret";
  const auto run = to_base64(text.substr(0, 30));
  for (const std::string joint : {"\" + \"", "\"\n     \"", "' . '", "\\\n", "\" \"", "\" +\r\n      \""}) {
    for (const std::size_t cut : {9U, 10U, 11U, 12U, 29U}) {
      const auto bytes = "k = \"" + run.substr(0, cut) + joint + run.substr(cut) + "\"";
      INFO(bytes);
      for (const std::size_t digit : {0U, 4U, 12U, 32U, 36U}) {
        const auto decoded = decode_base64(bytes, 5 + digit + (digit < cut ? 0 : joint.size()));
        CHECK(decoded.bytes == text.substr(0, 30));
        CHECK(decoded.from.front().begin == 5);
        CHECK(decoded.from.back().end == bytes.size() - 1);
      }
      std::size_t end = 0;
      CHECK(decode_whole_base64(bytes, 5, end) == text.substr(0, 30));
      CHECK(end == bytes.size() - 1);
    }
  }
}

TEST_CASE("a run of base64 that begins in the midst of four characters decodes from where a group begins") {
  const auto run = to_base64("before, key, after");
  const auto decoded = decode_base64(std::string_view(run).substr(2), 14);
  CHECK(decoded.bytes == "ore, key, after");
  CHECK(decoded.from.front().begin == 2);
}

TEST_CASE("of a long run of base64 only what is near is decoded") {
  const auto run = to_base64(std::string(1 << 20, 'a'));
  const auto decoded = decode_base64(run, 400'000);
  CHECK(decoded.bytes.size() < 20'000);
  CHECK(decoded.bytes.size() > 10'000);
  CHECK(decoded.from.front().begin < 400'000);
  CHECK(decoded.from.back().end > 400'000);
}

TEST_CASE("hexadecimal digits") {
  CHECK(hex_form("sk-\x7f") == "736b2d7f");
  const auto decoded = decode_hex("x = 0x736B2d41;", 6);
  CHECK(decoded.encoding == "hex");
  CHECK(decoded.bytes == "sk-A");
  CHECK(offsets_of(decoded) == Offsets{{6, 8}, {8, 10}, {10, 12}, {12, 14}});
  // Pairs are those of the keyword; what is over at either end is left out.
  CHECK(decode_hex("a736b2d41b", 3).bytes == "sk-A");
  CHECK(decode_hex("736b\n  2d41", 0).bytes == "sk-A");
  CHECK(decode_hex("736b\n  2d41", 7).bytes == "sk-A");
}

TEST_CASE("percent-encoding") {
  const auto decoded = decoded_as("percent", "a%2Db%2f%zz%4");
  CHECK(decoded.bytes == "a-b/%zz%4");
  CHECK(offsets_of(decoded) ==
        Offsets{{0, 1}, {1, 4}, {4, 5}, {5, 8}, {8, 9}, {9, 10}, {10, 11}, {11, 12}, {12, 13}});
  CHECK(text_of("percent", "100% of 5%").empty());
}

TEST_CASE("escapes of JSON, JavaScript, C and Python") {
  CHECK(text_of("escapes", R"(sk\u002dproj\u002D)") == "sk-proj-");
  CHECK(text_of("escapes", R"(sk\x2dproj\x2D)") == "sk-proj-");
  CHECK(text_of("escapes", R"(sk\u{2d}a\u{00002d}b)") == "sk-a-b");
  CHECK(text_of("escapes", R"(a\/b\"c\'d\\e\nf\rg\th)") == "a/b\"c'd\\e\nf\rg\th");
  CHECK(text_of("escapes", R"(sk\_live\_a\-b)") == "sk_live_a-b");
  CHECK(text_of("escapes", R"(a\\u002d)") == R"(a\u002d)");
  CHECK(text_of("escapes", R"(sk\055a\U0000002db\400c\08d)") == R"(sk-a-b\400c\08d)");
  const auto decoded = decoded_as("escapes", R"(a\u00e9\x2d\q)");
  CHECK(decoded.bytes == "a\xc3\xa9-\\q");
  CHECK(offsets_of(decoded) == Offsets{{0, 1}, {1, 7}, {1, 7}, {7, 11}, {11, 12}, {12, 13}});
}

TEST_CASE("HTML's character references") {
  CHECK(text_of("html", "sk&#45;a&#x2d;b&#X2D;c&hyphen;") == "sk-a-b-c-");
  CHECK(text_of("html", "&lt;a b=&quot;c&apos;&amp;&gt;") == "<a b=\"c'&>");
  const auto decoded = decoded_as("html", "a&#45;b&unknown;&#8364;");
  CHECK(decoded.bytes == "a-b&unknown;\xe2\x82\xac");
  CHECK(decoded.from[1].begin == 1);
  CHECK(decoded.from[1].end == 6);
  CHECK(decoded.from.back().begin == 16);
  CHECK(decoded.from.back().end == 23);
}

TEST_CASE("quoted-printable") {
  const auto decoded = decoded_as("quoted-printable", "k=3Dsk=2D=\nab=\r\nc=x");
  CHECK(decoded.bytes == "k=sk-abc=x");
  CHECK(offsets_of(decoded) ==
        Offsets{{0, 1}, {1, 4}, {4, 5}, {5, 6}, {6, 9}, {11, 12}, {12, 13}, {16, 17}, {17, 18}, {18, 19}});
}

TEST_CASE("a value that begins with digits is not quoted-printable") {
  CHECK(decoded_as("quoted-printable", "TOKEN=3814036166:AA=2Dx").bytes == "TOKEN=3814036166:AA-x");
  CHECK(decoded_as("quoted-printable", "a=5Aa=7a=3D").bytes == "a=5Aa=7a=");
}

TEST_CASE("quoted-printable in small letters needs another sign of it") {
  CHECK(text_of("quoted-printable", "sha256=7e1d4da7").empty());
  CHECK(text_of("quoted-printable", "k=7ea").empty());
  CHECK(text_of("quoted-printable", "k=7Ea") == "k~a");
  for (const std::string sign : {"=3D", "=20", "=\n", "=\r\n"}) {
    CHECK(text_of("quoted-printable", "sk=2dproj" + sign).starts_with("sk-proj"));
    CHECK(text_of("quoted-printable", sign + "sk=2dproj").ends_with("sk-proj"));
  }
}

TEST_CASE("literals that a program puts together") {
  const std::string text = GENERATE(
      R"("sk-ab" + "cd-ef")", R"("sk-ab"+"cd-ef")", "\"sk-ab\"\n   + \"cd-ef\"", "\"sk-ab\" +\r\n\t\"cd-ef\"",
      R"("sk-ab" . "cd-ef")", R"("sk-ab" .. "cd-ef")", R"("sk-ab" & "cd-ef")", R"("sk-ab" <> "cd-ef")",
      R"("sk-ab" << "cd-ef")", R"("sk-ab".concat("cd-ef")", R"("sk-ab""cd-ef")",
      "\"sk-ab\" \\\r\n  \"cd-ef\"", R"("sk-ab" ~ "cd-ef")", R"("sk-ab" || "cd-ef")", R"("sk-ab" "cd-ef")",
      "\"sk-ab\"\n    \"cd-ef\"", R"("sk-ab" f"cd-ef")", R"("sk-ab" u8"cd-ef")", "\"sk-ab\\\ncd-ef\"",
      "\"sk-ab\\\r\n  cd-ef\"", "\"sk-ab\" \\\n  \"cd-ef\"", R"("sk-ab" + 'cd-ef")",
      "\"sk-ab\"\n\",\n  \"  \"cd-ef\"", R"("sk-ab" ++ "cd-ef")", R"("sk-ab" ^ "cd-ef")",
      R"("sk-ab" * "cd-ef")", R"("sk-ab").append("cd-ef")", "\"sk-ab\")\n    .append(\"cd-ef\"",
      "\"sk-ab^\r\ncd-ef\"");
  INFO(text);
  const auto decoded = decoded_as("joined", text);
  CHECK(decoded.bytes == "\"sk-abcd-ef\"");
  REQUIRE(decoded.from.size() == 12);
  CHECK(decoded.from[1].begin == 1);
  CHECK(decoded.from[6].begin == text.find("cd-"));
  CHECK(decoded.from[6].end == text.find("cd-") + 1);
  CHECK(decoded.from[11].end == text.size());
}

TEST_CASE("literals that one statement after the other adds to a name") {
  const std::string text =
      GENERATE("s = 'ac-'\ns += 'de-'\n", "let s = 'ac-'; s += 'de-';", "$s = 'ac-';\n  $s .= 'de-';",
               "String key = \"ac-\";\n  key += \"de-\";", "KEY='ac-'\nKEY+='de-'\n",
               "x.s += 'ac-'  # half\nx.s += 'de-'\n", "$this->s .= 'ac-';\n$this->s .= 'de-';",
               "sb.append(\"ac-\");\n  sb.append(\"de-\");", "s := \"ac-\"\ns += \"de-\"",
               "s = 'ac-'\ns = s + 'de-'\n", "s = \"ac-\"\ns = s & \"de-\"\n", "s = 'ac-'\ns = s .. 'de-'");
  INFO(text);
  const auto decoded = decoded_as("joined", text);
  const auto at = decoded.bytes.find("ac-de-");
  REQUIRE(at != std::string::npos);
  CHECK(decoded.from[at].begin == text.find("ac-"));
  CHECK(decoded.from[at + 3].begin == text.find("de-"));
}

TEST_CASE("statements that do not add to the same name") {
  const std::string text =
      GENERATE("s = 'ac'\nt += 'de'\n", "s = 'ac'\ns = 'de'\n", "s = 'ac'\ns = t + 'de'\n",
               "f('ac')\ns += 'de'\n", "s = 'ac'\nss += 'de'\n", "s == 'ac'; s -= 'de'", "'ac'; s += 'de'",
               "s += 'ac'\ns += t\n", "s = 'ac'; s", "s = 'ac'; s = s", "s = 'ac'; s +=");
  INFO(text);
  CHECK(text_of("joined", text).empty());
}

TEST_CASE("literals with a comment between them") {
  const std::string text =
      GENERATE(as<std::string>(), "(\"sk-ab\"  # first's \"half\"\n  \"cd-ef\")",
               "(\"sk-ab\" + // half\r\n  \"cd-ef\")", "(\"sk-ab\" // half\n  + \"cd-ef\")",
               "(\"sk-ab\" /* \"half\" */ + /* other */ \"cd-ef\")", "(\"sk-ab\" .. -- half\n \"cd-ef\")",
               "(\"sk-ab\"\n  # a\n  # b\n  \"cd-ef\")");
  INFO(text);
  const auto decoded = decoded_as("joined", text);
  CHECK(decoded.bytes == "(\"sk-abcd-ef\")");
  CHECK(decoded.from.at(7).begin == text.find("cd-"));
}

TEST_CASE("a comment that does not end, and one that is long, part literals") {
  for (const auto& between : {std::string(" # "), std::string(" /* "), std::string(" // + "),
                              " #" + std::string(1000, 'x') + "\n"}) {
    INFO(between);
    CHECK(text_of("joined", "\"ab\"" + between + "\"cd\"").empty());
  }
}

TEST_CASE("a list of literals that is joined with nothing between them") {
  const std::string text = GENERATE(
      R"(concat("ac-", 'de-'))", R"(CONCAT("ac-", "de-"))", R"(concat!("ac-","de-"))",
      R"(String.Concat("ac-", "de-"))", R"(paste0("ac-", "de-"))", R"("".join(["ac-", "de-"]))",
      R"(''.join(("ac-", "de-")))", R"(["ac-", "de-"].join(""))", R"(["ac-", "de-"].join(''))",
      R"(["ac-", "de-"].concat())", R"(["ac-", "de-"].join)", R"(implode('', ['ac-', 'de-']))",
      R"(implode("", array("ac-", "de-")))", R"(join("", ["ac-", "de-"]))",
      R"(strings.Join([]string{"ac-", "de-"}, ""))", R"(("ac-", "de-") -join "")", R"(-join ("ac-", "de-"))",
      "[\n  'ac-',\n  'de-',\n].join('')", R"(String.join("", "ac-", "de-"))",
      R"(string.Join("", "x", "ac-", "de-"))", R"({"Fn::Join": ["", ["ac-", "de-"]]})",
      "Fn::Join: [ '', [ 'ac-', 'de-' ] ]", R"(k: !Join ["", ["ac-", "de-"]])",
      "{\"Fn::Join\": [\n  \"\",\n  [\n    \"ac-\",\n    \"de-\"\n  ]\n]}", R"(table.concat({"ac-", "de-"}))",
      R"(table.concat({"ac-", "de-"}, ""))", R"(sprintf("%s%s", "ac-", "de-"))",
      R"(format!("{}{}", "ac-", "de-"))", R"(fmt.Sprintf("%s%s%s", "x", "ac-", "de-"))",
      R"("{}{}".format("ac-", "de-"))", R"("%s%s" % ("ac-", "de-"))", R"("".join(["xy", "z", "ac-", "de-"]))",
      R"(["ac-", "de-", "x", "yz"].join(""))");
  INFO(text);
  const auto decoded = decoded_as("joined", text);
  const auto at = decoded.bytes.find("ac-de-");
  REQUIRE(at != std::string::npos);
  CHECK(decoded.from[at].begin == text.find("ac-"));
  CHECK(decoded.from[at + 3].begin == text.find("de-"));
}

TEST_CASE("a list that is not joined, or not with nothing") {
  const std::string text =
      GENERATE(R"(["ac", "de"].join(","))", R"(["ac", "de"].join())", R"(",".join(["ac", "de"]))",
               R"(join("-", ["ac", "de"]))", R"(implode(", ", ["ac", "de"]))", R"(["ac", "de"])",
               R"(f("ac", "de"))", R"({"ac", "de"}, "")", R"(concat(x, f("ac", "de")))", R"("ac", "de")",
               R"(, "ac", "de")", R"(["ac", "de)", R"(["ac",)", R"(sprintf("%s-%s", "ac", "de"))",
               R"(printf("%s", "ac", "de"))", R"("%s, %s" % ("ac", "de"))", R"(String.join("-", "ac", "de"))",
               R"({"Fn::Join": ["-", ["ac", "de"]]})", R"(table.concat({"ac", "de"}, ","))");
  INFO(text);
  CHECK(text_of("joined", text).empty());
}

// A part of a Word document.
std::string word(const std::string& body) {
  return "<?xml version=\"1.0\"?>\n<w:document "
         "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">" +
         body + "</w:document>";
}

TEST_CASE("the text of an Office document's runs is put together") {
  const std::string joint =
      GENERATE(as<std::string>(), "</w:t></w:r><w:r><w:t>",
               "</w:t></w:r>\n<w:proofErr w:type=\"spellEnd\"/>\n"
               "<w:r w:rsidR=\"00A1\"><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">",
               "</a:t></a:r><a:r><a:rPr lang=\"en\"/><a:t>", "</t></r><r><rPr><sz val=\"11\"/></rPr><t>",
               "</w:t></w:r><w:r><w:t/></w:r><w:r><w:t>");
  INFO(joint);
  const auto text = word("<w:t>sk-ab" + joint + "cd" + joint + "ef</w:t>");
  const auto decoded = decode_runs(text);
  REQUIRE(decoded);
  CHECK(decoded->encoding == "joined");
  CHECK(decoded->bytes == word("<w:t>sk-abcdef</w:t>"));
  const auto at = decoded->bytes.find("cdef");
  CHECK(decoded->from.at(at).begin == text.find("cd<"));
  CHECK(decoded->from.at(at + 2).begin == text.find("ef<"));
}

TEST_CASE("what an Office document parts is not put together, nor is other XML") {
  const std::string joint =
      GENERATE(as<std::string>(), "</w:t></w:r></w:p><w:p><w:r><w:t>", "</w:t></w:r><w:r><w:br/><w:t>",
               "</w:t><w:tab/><w:t>", "</t></si><si><t>", "</w:t></w:r> x <w:r><w:t>", "</w:t>",
               "</w:t></w:r><w:r><w:t", "</w:t><", "</", "<w:t>", "</w:p><w:t>");
  INFO(joint);
  CHECK_FALSE(decode_runs(word("<w:t>ab" + joint + "cd")));
  const std::string good = "<w:t>ab</w:t></w:r><w:r><w:t>cd</w:t>";
  CHECK(decode_runs(word(good)));
  CHECK_FALSE(decode_runs("<?xml version=\"1.0\"?>" + good));
  CHECK_FALSE(decode_runs(word(good).substr(22)));
}

TEST_CASE("a value that goes on in the next line") {
  const std::string text =
      GENERATE(as<std::string>(), "key: >-\n  sk-ab_cd.e\n  fghi\n", "key: |\n    sk-ab_cd.e\n    fghi\n",
               "key: sk-ab_cd.e\n  fghi\n", "key: \"sk-ab_cd.e\n  fghi\"\n", "key: \"sk-ab_cd.e\nfghi\"\n",
               "key: sk-ab_cd.e\r\n\tfghi\r\nx: 1\r\n", "key: sk-ab_cd.e\n  fghi");
  INFO(text);
  const auto decoded = decoded_as("folded", text);
  const auto at = decoded.bytes.find("sk-ab_cd.efghi");
  REQUIRE(at != std::string::npos);
  CHECK(decoded.from[at].begin == text.find("sk-"));
  CHECK(decoded.from[at + 9].begin == text.find(".e") + 1);
  CHECK(decoded.from[at + 10].begin == text.find("fghi"));
}

TEST_CASE("a line after which the value does not go on") {
  const std::string text =
      GENERATE(as<std::string>(), "key: sk-ab_cd.e\nfghi\n", "key: sk-ab_cd.e\n  fghi: 1\n",
               "key: sk-ab_cd.e\n  fghi:\n", "key: sk-ab_cd.e\n  fghi=1\n", "key: sk-ab_cd.e\n  fg\n",
               "key: sk-ab\n  fghi\n", "key: sk-ab_cd.e\n\n  fghi\n", "key=sk-ab_cd.e\n  fghi\n",
               "key: sk-ab_cd.e\n  - fghi\n", "key: sk-ab_cd.e,\n  fghi\n",
               "key: sk-ab_cd.e\n  fghi and more\n", "key: sk-ab_cd.e\n");
  INFO(text);
  CHECK(text_of("folded", text).empty());
}

TEST_CASE("the start of a text without its escapes") {
  CHECK(unescaped(R"(%73\x6b\u002da)", 4) == "sk-a");
  CHECK(unescaped(R"(\\u0073&#107;=2Dab)", 4) == "sk-a");
  CHECK(unescaped("abc", 2) == "ab");
  CHECK(unescaped("abc", 9) == "abc");
  CHECK(unescaped("%7", 2) == "%7");
  CHECK(unescaped("", 3).empty());
}

TEST_CASE("three literals, and what is not put together") {
  CHECK(text_of("joined", "'a-' . 'c-' . 'd-'") == "'a-c-d-'");
  CHECK(text_of("joined", "'a-'.concat('c-').concat('d-')") == "'a-c-d-')");
  CHECK(text_of("joined", R"(curl -H "TOKEN: ac" "https://de")").empty());
  CHECK(text_of("joined", R"("postgres://" "ac:de@host")") == R"("postgres://ac:de@host")");
  CHECK(text_of("joined", R"(f("ac", "de"))").empty());
  CHECK(text_of("joined", R"({"ac": "de"})").empty());
  CHECK(text_of("joined", R"(["ac", "de"])").empty());
  CHECK(text_of("joined", R"(x = "ac"; y = "de")").empty());
  CHECK(text_of("joined", R"("" + "")").find("ac") == std::string::npos);
}

TEST_CASE("only the stretch is decoded, and positions are those of the whole") {
  const auto decoded = decode_text("a%2Db%2Dc%2Dd", {4, 9});
  REQUIRE(decoded.size() == 1);
  CHECK(decoded[0].bytes == "b-c");
  CHECK(offsets_of(decoded[0]) == Offsets{{4, 5}, {5, 8}, {8, 9}});
  CHECK(decode_text("nothing here is encoded", {0, 23}).empty());
}

TEST_CASE("each encoding that a text shows gives a result of its own") {
  std::vector<std::string_view> names;
  const std::string_view text = R"("a%2D" + "b\x2d&#45;=2D")";
  for (const auto& decoded : decode_text(text, {0, text.size()})) names.push_back(decoded.encoding);
  CHECK(names == std::vector<std::string_view>{"percent", "escapes", "html", "quoted-printable", "joined"});
}

std::string utf16(std::string_view latin, bool little) {
  std::string out;
  for (const char c : latin) out += little ? std::string{c, '\0'} : std::string{'\0', c};
  return out;
}

TEST_CASE("UTF-16 with and without a byte order mark") {
  const bool little = GENERATE(true, false);
  const bool marked = GENERATE(true, false);
  const std::string text = "token = abc\r\nport = 80\r\n";
  const std::string mark = !marked ? "" : little ? "\xff\xfe" : "\xfe\xff";
  const auto decoded = decode_utf16(mark + utf16(text, little));
  REQUIRE(decoded);
  CHECK(decoded->encoding == (little ? "utf-16le" : "utf-16be"));
  CHECK(decoded->bytes == text);
  REQUIRE(decoded->from.size() == text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    CHECK(decoded->from[i].begin == mark.size() + 2 * i);
    CHECK(decoded->from[i].end == mark.size() + 2 * i + 2);
  }
}

TEST_CASE("UTF-16 of other letters with a mark; a byte over at the end") {
  const std::string bytes = std::string("\xff\xfe\xac\x20\xe9\0", 6) + utf16("key", true) + "x";
  const auto decoded = decode_utf16(bytes);
  REQUIRE(decoded);
  CHECK(decoded->bytes == "\xe2\x82\xac\xc3\xa9key");
  CHECK(decoded->from[2].begin == 2);
  CHECK(decoded->from[2].end == 4);
}

TEST_CASE("a run of UTF-16 among other bytes") {
  const bool little = GENERATE(true, false);
  const std::string before = "\x7f\1\2";
  const auto run = utf16("token = abc\r\n", little);
  const auto bytes = before + run + "\xff\xfe\xfd";
  for (std::size_t i = 0; i < run.size(); i += 2) {
    const auto decoded = decode_utf16(bytes, before.size() + i + (little ? 0 : 1));
    CHECK(decoded.encoding == (little ? "utf-16le" : "utf-16be"));
    REQUIRE(decoded.bytes == "token = abc\r\n");
    CHECK(decoded.from.front().begin == before.size());
    CHECK(decoded.from.back().end == before.size() + run.size());
  }
  CHECK(decode_utf16("a", 0).bytes.empty());
  CHECK(decode_utf16(std::string_view("a\0b", 3), 0).bytes == "a");
  CHECK(decode_utf16(std::string_view("\0a\0b", 4), 1).bytes == "ab");
  CHECK(decode_utf16(utf16(std::string(100'000, 'a'), true), 100'000).bytes.size() < 20'000);
}

TEST_CASE("what is not UTF-16") {
  CHECK_FALSE(decode_utf16(""));
  CHECK_FALSE(decode_utf16("plain text in Latin letters"));
  CHECK_FALSE(decode_utf16(std::string(64, '\0')));
  CHECK_FALSE(
      decode_utf16(std::string("\x7f"
                               "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0\0",
                               24)));
}

TEST_CASE("input that was made to break a decoder") {
  const std::string text = GENERATE(
      "%", "%2", "a%", "%%2D", "\\", "\\u", "\\u00", "\\u002", "\\u{", "\\u{}", "\\u{110000000}", "\\u{2d",
      "\\x", "\\x2", "\\ud83d\\ude00", "&", "&;", "&#;", "&#x;", "&#xffffffff;", "&#99999999999;",
      "&#xfffffffff;", "&#-1;", "&amp", "=", "=2", "=\r", "=\n", "\"", "\"\"", "\"\"\"", "\" +", "\" + \"",
      "'\\", "\\\n", "\\\r\n", "\\\r", "\",", "\",\"", "\"\\\n", "\"u8", "\"b", "\"+\"a", "\\12", "\\400",
      "\\U0000002", "\",\"", "concat(\"\",", "(\"a\",\"b", "\"].join", "abcdefgh\n", "abcdefgh\r\n abcd");
  for (const auto& whole : {text, "a" + text, text + "a", text + text}) {
    for (const auto& decoded : decode_text(whole, {0, whole.size()})) {
      CHECK(decoded.bytes.size() == decoded.from.size());
      for (const auto& range : decoded.from) CHECK((range.begin < range.end && range.end <= whole.size()));
    }
  }
  CHECK(decode_base64("A", 0).bytes.empty());
  decode_base64(text, 0);
  CHECK(decode_hex("a", 0).bytes.empty());
}

TEST_CASE("random bytes with many marks decode to bytes that lie in them, in order") {
  std::mt19937_64 random(4);
  const std::string_view alphabet = "%\\&#;=\"'`ux2dn/+.<>~| \n\r,bfxXA{}";
  for (unsigned round = 0; round < 3000; ++round) {
    std::string text;
    for (auto size = random() % 60; size > 0; --size) text += alphabet[random() % alphabet.size()];
    const std::size_t begin = random() % (text.size() + 1);
    for (const auto& decoded : decode_text(text, {begin, text.size()})) {
      REQUIRE(decoded.bytes.size() == decoded.from.size());
      auto last = begin;
      for (const auto& range : decoded.from) {
        REQUIRE((range.begin >= last && range.end > range.begin && range.end <= text.size()));
        last = range.begin;
      }
    }
  }
}

}  // namespace
}  // namespace keysift::test
