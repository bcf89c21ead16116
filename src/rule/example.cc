#include "rule/example.h"

#include <charconv>
#include <random>

#include "base/failure.h"
#include "rule/checksum.h"

namespace keysift {
namespace {

constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view kAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz_-";

std::string_view alphabet_named(std::string_view name, std::string_view directive) {
  if (name.empty()) return kBase64Url;
  if (name == "alnum") return kAlnum;
  if (name == "upper") return kUpper;
  if (name == "lower") return "abcdefghijklmnopqrstuvwxyz0123456789";
  if (name == "base64") return kBase64;
  if (name == "letter") return "abcdefghijklmnopqrstuvwxyz";
  if (name == "base32") return "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  if (name == "hex") return "0123456789abcdef";
  if (name == "digit") return "0123456789";
  throw Failure("unknown alphabet '" + std::string(name) + "' in {{" + std::string(directive) +
                "}}; there are alnum, upper, lower, letter, hex, digit, base32 and base64");
}

// Splits off the first word.
std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

// % instead of a distribution: the standard leaves open what a distribution makes of its generator.
std::string draw(std::mt19937_64& random, std::string_view alphabet, std::size_t count) {
  std::string out;
  while (out.size() < count) out += alphabet[random() % alphabet.size()];
  return out;
}

std::string expand_directive(std::string_view directive, std::mt19937_64& random) {
  auto rest = directive;
  const auto verb = take_word(rest);
  const auto number = take_word(rest);
  std::size_t count = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), count);
  const bool counted =
      parsed.ec == std::errc() && parsed.ptr == number.data() + number.size() && count <= 100'000;
  if (verb == "rand" && counted) return draw(random, alphabet_named(rest, directive), count);
  if (verb == "crc32" && counted && rest.empty()) {
    const auto body = draw(random, kAlnum, count);
    return body + crc32_base62(body);
  }
  if (verb == "crc32-hex" && counted && !rest.empty()) {
    const auto body = std::string(rest) + draw(random, kAlnum, count);
    return body + "_" + crc32_hex(body);
  }
  if (verb == "repeat" && counted && !rest.empty()) {
    std::string out;
    for (; count > 0; --count) out += rest;
    return out;
  }
  throw Failure(
      "cannot expand {{" + std::string(directive) +
      "}}; write {{rand N}}, {{rand N ALPHABET}}, {{crc32 N}}, {{crc32-hex N PREFIX}} or {{repeat N TEXT}}");
}

}  // namespace

std::string expand_template(std::string_view text, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string out;
  for (;;) {
    const auto open = text.find("{{");
    const auto close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) return out.append(text);
    out += text.substr(0, open);
    out += expand_directive(text.substr(open + 2, close - open - 2), random);
    text.remove_prefix(close + 2);
  }
}

}  // namespace keysift
