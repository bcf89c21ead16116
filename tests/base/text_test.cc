#include "base/text.h"

#include <array>
#include <cstdio>

#include "support/catch.h"

using keysift::counted;
using keysift::human_bytes;
using keysift::printable;
using keysift::valid_utf8;
using namespace std::string_view_literals;

namespace {

std::string utf8(char32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x800) return {static_cast<char>(0xc0 | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xe0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | code >> 18), tail(12), tail(6), tail(0)};
}

}  // namespace

TEST_CASE("printable leaves text in any script as it is") {
  CHECK(printable("") == "");
  CHECK(printable("src/config.py ~") == "src/config.py ~");
  CHECK(printable("Grüße, 日本語, 🔑") == "Grüße, 日本語, 🔑");
}

TEST_CASE("printable shows what a terminal would obey") {
  CHECK(printable("a\x1b[31mb\n\t\x7f") == "a\\x1b[31mb\\x0a\\x09\\x7f");
  CHECK(printable("\0"sv) == "\\x00");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\u{009b}31m");                // CSI as a C1 control
  CHECK(printable("a\xe2\x80\xaetxt") == "a\\u{202e}txt");  // right-to-left override
  CHECK(printable("\xe2\x81\xa6\xd8\x9c") == "\\u{2066}\\u{061c}");
}

TEST_CASE("printable shows what nobody sees, or would take for the end of a line") {
  for (const char32_t code : {0xadU, 0x180eU, 0x200bU, 0x200fU, 0x2028U, 0x2029U, 0x2060U, 0x2064U, 0xfeffU,
                              0xfff9U, 0xfffbU, 0xe0000U, 0xe0041U, 0xe007fU}) {
    const auto text = utf8(code);
    std::array<char, 16> shown{};
    std::snprintf(shown.data(), shown.size(), "\\u{%04x}", static_cast<unsigned>(code));
    CHECK(printable("a" + text + "b") == "a" + std::string(shown.data()) + "b");
  }
  for (const char32_t code : {0xacU, 0xaeU, 0x200aU, 0x2010U, 0x2027U, 0x202fU, 0xfffcU, 0xe0080U})
    CHECK(printable(utf8(code)) == utf8(code));
}

TEST_CASE("printable breaks what a CI system takes for a command, wherever it stands") {
  CHECK(printable("a ##vso[task.setvariable]x") == "a #\\x23vso[task.setvariable]x");
  CHECK(printable("##[group]a##TeamCity[b") == "#\\x23[group]a#\\x23TeamCity[b");
  CHECK(printable("###vso[") == "##\\x23vso[");
  CHECK(printable("## heading [a] #1 ##1[ ##") == "## heading [a] #1 ##1[ ##");
  CHECK(printable(printable("##vso[")) == printable("##vso["));
}

TEST_CASE("of lines, those are broken that GitHub Actions takes for commands") {
  using keysift::without_commands;
  CHECK(without_commands("") == "");
  CHECK(without_commands("::error::x") == "\\x3a:error::x");
  CHECK(without_commands("a\n  ::error::x\n::\n") == "a\n  \\x3a:error::x\n\\x3a:\n");
  CHECK(without_commands("std::string\n: :\n\n x ::a") == "std::string\n: :\n\n x ::a");
  CHECK(without_commands(" \u00a0\u3000::a\n") == " \u00a0\u3000\\x3a:a\n");
}

TEST_CASE("printable shows bytes that are no UTF-8") {
  CHECK(printable("caf\xe9.txt") == "caf\\xe9.txt");
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("end\xe2\x82") == "end\\xe2\\x82");              // cut short
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");                    // '/' in an overlong form
  CHECK(printable("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");           // and in a longer one
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  CHECK(printable("\xf4\x8f\xbf\xbd") == "\xf4\x8f\xbf\xbd");
  CHECK(printable("\xed\x9f\xbf\xee\x80\x80") ==
        "\xed\x9f\xbf\xee\x80\x80");  // on both sides of the surrogates
}

TEST_CASE("valid_utf8 replaces bytes that are no UTF-8, and only those") {
  CHECK(valid_utf8("caf\xe9\n") == "caf\xef\xbf\xbd\n");
  CHECK(valid_utf8("\xf0\x9f\x94") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(valid_utf8("\xf0\x9f\x94\x91\x1b") == "\xf0\x9f\x94\x91\x1b");
}

TEST_CASE("counted gives a noun its number") {
  CHECK(counted(0, "file") == "0 files");
  CHECK(counted(1, "file") == "1 file");
  CHECK(counted(12, "file") == "12 files");
}

TEST_CASE("human_bytes rounds to a tenth, in powers of ten") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(999) == "999 B");
  CHECK(human_bytes(1000) == "1.0 kB");
  CHECK(human_bytes(1049) == "1.0 kB");
  CHECK(human_bytes(1050) == "1.1 kB");
  CHECK(human_bytes(3'400'000) == "3.4 MB");
  CHECK(human_bytes(999'949) == "999.9 kB");
  CHECK(human_bytes(999'950) == "1.0 MB");
  CHECK(human_bytes(5'100'000'000) == "5.1 GB");
  CHECK(human_bytes(18'446'744'073'709'551'615ULL) == "18.4 EB");
}
