#include "detect/randomness.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "detect/identifiers.h"
#include "rule/example.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

bool is_near(double a, double b) { return std::abs(a - b) < 1e-9; }

TEST_CASE("entropy in bits per byte") {
  CHECK(entropy("") == 0);
  CHECK(entropy("a") == 0);
  CHECK(entropy("aaaaaaaa") == 0);
  CHECK(is_near(entropy("ab"), 1));
  CHECK(is_near(entropy("aabb"), 1));
  CHECK(is_near(entropy("abcd"), 2));
  CHECK(is_near(entropy("aaab"), 0.8112781244591328));
  CHECK(is_near(entropy("aaaaaaabbbbbbbccccccc"), std::log2(3)));
  CHECK(is_near(entropy(std::string("\0\0\xff\xff", 4)), 1));
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(is_near(entropy(all), 8));
  CHECK(is_near(entropy(all + all), 8));
}

TEST_CASE("runs and sequences") {
  CHECK(longest_run("") == 0);
  CHECK(longest_run("abc") == 1);
  CHECK(longest_run("abbbc") == 3);
  CHECK(longest_sequence("") == 0);
  CHECK(longest_sequence("aceg") == 1);
  CHECK(longest_sequence("xabcdx") == 4);
  CHECK(longest_sequence("99876") == 4);
}

TEST_CASE("the share of what came before") {
  CHECK(repeated_share("abc") == 0);
  CHECK(repeated_share("abcdefgh") == 0);
  CHECK(repeated_share("aaaaa") == 0.5);
  CHECK(is_near(repeated_share("abcdabcdabcd"), 5.0 / 9));
}

TEST_CASE("words and identifiers read like words") {
  for (const char* text :
       {"management-dashboard-settings-page", "this-is-not-a-real-key-at-all",
        "getUserAccountSettingsFromDatabase", "my-super-secret-api-key-value-goes-here",
        "put-your-real-key-in-this-place", "redesign-homepage-2024-q3-landing",
        "tablecell-container-wrapper-inner-left", "the-quick-brown-fox-jumps-over-the-lazy-dog",
        "AbstractSingletonProxyFactoryBean", "content-sidebar-navigation-item-active-hover",
        "backup-of-the-old-server-2023-11-05"}) {
    INFO(text);
    CHECK(word_evidence(text) > 12);
  }
}

TEST_CASE("of generated identifiers, few pass for random") {
  std::mt19937_64 random(1);
  unsigned random_looking = 0;
  constexpr unsigned kCount = 100'000;
  for (unsigned i = 0; i < kCount; ++i) random_looking += word_evidence(identifier(random, 32)) <= 12;
  CHECK(random_looking < kCount / 200);
  UNSCOPED_INFO(random_looking << " of " << kCount);
}

TEST_CASE("random text never reads like words") {
  for (const char* shape :
       {"{{rand 16}}", "{{rand 24}}", "{{rand 40}}", "{{rand 100}}", "{{rand 20 alnum}}", "{{rand 40 alnum}}",
        "{{rand 16 lower}}", "{{rand 32 lower}}", "{{rand 48 lower}}", "{{rand 16 upper}}",
        "{{rand 32 upper}}", "{{rand 32 hex}}", "{{rand 40 base64}}"}) {
    unsigned like_words = 0;
    for (unsigned seed = 0; seed < 100'000; ++seed)
      like_words += word_evidence(expand_template(shape, seed)) > 12;
    INFO(shape);
    CHECK(like_words <= 1);
  }
}

}  // namespace
}  // namespace keysift::test
