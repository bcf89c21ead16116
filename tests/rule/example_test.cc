#include "rule/example.h"

#include <set>
#include <string>

#include "base/failure.h"
#include "support/catch.h"

namespace keysift {
namespace {

bool only(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

TEST_CASE("text without templates stays as it is") {
  CHECK(expand_template("") == "");
  CHECK(expand_template("sk-proj-} { }} {x}\n") == "sk-proj-} { }} {x}\n");
}

TEST_CASE("rand takes its characters from the alphabet asked for, and in the end all of them") {
  const std::string upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string lower = "abcdefghijklmnopqrstuvwxyz";
  const std::string digits = "0123456789";
  const std::pair<std::string, std::string> alphabets[] = {
      {"", upper + lower + digits + "_-"},
      {" alnum", upper + lower + digits},
      {" upper", upper + digits},
      {" letter", lower},
      {" base32", upper + "234567"},
      {" hex", digits + "abcdef"},
      {" digit", digits},
  };
  for (const auto& [name, alphabet] : alphabets) {
    const std::string text = expand_template("{{rand 5000" + name + "}}");
    CHECK(text.size() == 5000);
    CHECK(only(text, alphabet));
    CHECK(std::set(text.begin(), text.end()).size() == alphabet.size());
  }
}

TEST_CASE("what stands around a template is kept") {
  const std::string text = expand_template("a={{rand 4 digit}};b={{repeat 3 xy}};c={{rand 2 hex}}.");
  CHECK(text.size() == std::string("a=0000;b=xyxyxy;c=00.").size());
  CHECK(text.substr(0, 2) == "a=");
  CHECK(text.substr(6, 12) == ";b=xyxyxy;c=");
  CHECK(text.back() == '.');
}

TEST_CASE("one template and seed give one text, another seed another") {
  CHECK(expand_template("{{rand 40}}", 7) == expand_template("{{rand 40}}", 7));
  CHECK(expand_template("{{rand 40}}", 7) != expand_template("{{rand 40}}", 8));
  const std::string twice = expand_template("{{rand 40}}{{rand 40}}");
  CHECK(twice.substr(0, 40) != twice.substr(40));
}

TEST_CASE("the text is the same on every machine") {
  // Findings, fingerprints and fixtures rest on it; a standard library's own distributions would differ.
  CHECK(expand_template("{{rand 8 digit}}", 1) == "82064985");
}

TEST_CASE("repeat repeats text with spaces in it, and nothing at all") {
  CHECK(expand_template("{{repeat 2 a b}}") == "a ba b");
  CHECK(expand_template("[{{repeat 0 x}}]") == "[]");
}

TEST_CASE("what is no template is refused, in the template's own words") {
  for (const char* text : {"{{rand}}", "{{rand x}}", "{{rand -1}}", "{{rand 4 klingon}}", "{{repeat 3}}",
                           "{{}}", "{{random 3}}", "{{rand 99999999999999999999}}", "{{rand 3x}}"}) {
    INFO(text);
    CHECK_THROWS_AS(expand_template(text), Failure);
  }
  CHECK_THROWS_WITH(
      expand_template("{{rand 4 klingon}}"),
      "unknown alphabet 'klingon' in {{rand 4 klingon}}; there are alnum, upper, lower, letter, "
      "hex, digit, base32 and base64");
  CHECK_THROWS_WITH(expand_template("a {{key}}"),
                    "cannot expand {{key}}; write {{rand N}}, {{rand N ALPHABET}}, {{crc32 N}}, "
                    "{{crc32-hex N PREFIX}} or {{repeat N TEXT}}");
}

}  // namespace
}  // namespace keysift
