#include "detect/encoded_runs.h"

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "detect/decode.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

using Places = std::vector<std::pair<std::size_t, bool>>;

Places found_in(std::string_view bytes) {
  std::vector<EncodedRun> runs;
  find_encoded_runs(bytes, runs);
  Places places;
  for (const auto& run : runs) places.emplace_back(run.at, run.hex);
  std::sort(places.begin(), places.end());
  return places;
}

bool is_base64(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '-' || c == '_';
}

// What stands for 18 bytes of text from `at` on, by decoding it.
bool is_text(std::string_view bytes, std::size_t at, bool hex) {
  const std::size_t length = hex ? 36 : 24;
  const auto part = bytes.substr(at, length);
  if (part.size() < length) return false;
  const auto is_digit = [&](char c) {
    return hex ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : is_base64(c);
  };
  if (!std::all_of(part.begin(), part.end(), is_digit)) return false;
  for (std::size_t group = 0; !hex && group < length; group += 4) {
    if (part.substr(group, 4) == std::string(4, part[group])) return false;
  }
  const auto text = hex ? decode_hex(part, 0).bytes : decode_base64(part, 0).bytes;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && (!hex || byte >= 0x20);
  });
}

// Looks at every place of every run of 27 digits or more: for each alignment to the run's beginning, the
// first that is text.
Places expected_in(std::string_view bytes) {
  Places places;
  for (std::size_t begin = 0; begin < bytes.size();) {
    auto end = begin;
    while (end < bytes.size() && is_base64(bytes[end])) ++end;
    for (const bool hex : {true, false}) {
      const std::size_t width = hex ? 2 : 4;
      for (std::size_t first = begin; first < begin + width; ++first) {
        for (auto at = first; at < end; at += width) {
          if (end - begin < 27 || !is_text(bytes.substr(0, end), at, hex)) continue;
          places.emplace_back(at, hex);
          break;
        }
      }
    }
    begin = end + 1;
  }
  std::sort(places.begin(), places.end());
  return places;
}

TEST_CASE("encoded runs are those that a look at every place finds") {
  std::mt19937_64 random(1);
  const std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  const auto some = [&](std::string_view alphabet, std::size_t size) {
    std::string text;
    while (text.size() < size) text += alphabet[random() % alphabet.size()];
    return text;
  };
  std::size_t count = 0;
  for (unsigned round = 0; round < 4000; ++round) {
    std::string bytes;
    for (auto parts = 1 + random() % 8; parts > 0; --parts) {
      switch (random() % 6) {
        case 0:
          bytes += some(base64, random() % 60);
          break;
        case 1:
          bytes += some("0123456789abcdefABCDEF", random() % 60);
          break;
        case 2:
          bytes += some("ABCDEFQRSTUVWX", random() % 60);
          break;  // text, more often than not
        case 3:
          bytes += some("3456", random() % 60);
          break;
        case 4:
          bytes += some(" \n.,", random() % 3);
          break;
        default:
          bytes += some("abcdefg hijk", random() % 60);
          break;
      }
    }
    INFO(bytes);
    const auto expected = expected_in(bytes);
    count += expected.size();
    REQUIRE(found_in(bytes) == expected);
  }
  CHECK(count > 1000);
}

TEST_CASE("in a long run, text is found again after some thousand digits") {
  CHECK(found_in(std::string(100'000, 'A')).empty());  // zeros
  std::string run;
  while (run.size() < 100'000) run += "AB";
  const auto places = found_in("\xff" + run + "\xff");
  REQUIRE(places.size() > 8 * 4);
  std::size_t before = 0;
  for (const auto& [at, hex] : places) {
    CHECK_FALSE(hex);
    CHECK(at - before <= 16'000);
    before = at;
  }
}

TEST_CASE("how far a run goes is not more than asked for, and not less than it is") {
  std::mt19937_64 random(2);
  for (unsigned round = 0; round < 2000; ++round) {
    std::string bytes;
    while (bytes.size() < 120)
      bytes += random() % 24 == 0 ? "\n (\"\xff"[random() % 5] : "aZ09+/-_="[random() % 8];
    const auto at = random() % (bytes.size() + 1);
    const auto most = random() % 80;
    std::size_t before = 0;
    while (before < std::min(most, at) && is_base64(bytes[at - before - 1])) ++before;
    std::size_t after = 0;
    while (after < std::min(most, bytes.size() - at) && is_base64(bytes[at + after])) ++after;
    const auto back = run_before(bytes, at, most);
    const auto ahead = run_after(bytes, at, most);
    CHECK((before <= back && back <= std::min(most, at)));
    CHECK((after <= ahead && ahead <= std::min(most, bytes.size() - at)));
    // Only where fewer bytes are left than are looked at in one go, more is said than there is.
    if (at >= 100) CHECK(back == before);
    if (at <= 20) CHECK(ahead == after);
  }
}

TEST_CASE("hashes, words and paths are no encoded text") {
  CHECK(found_in("da39a3ee5e6b4b0d3255bfef95601890afd80709").empty());
  CHECK(found_in("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855").empty());
  CHECK(found_in("usr/share/applications/org/gnome/Terminal/desktop").empty());
  CHECK(found_in("INTERNATIONALIZATION_CONFIGURATION_ENVIRONMENT_VARIABLE").empty());
  CHECK(found_in("--------------------------------------------------------").empty());
}

}  // namespace
}  // namespace keysift::test
