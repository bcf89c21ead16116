#include "base/path_pattern.h"

#include "base/glob.h"
#include "support/catch.h"

using namespace keysift;

TEST_CASE("a glob that breaks off in a set or after a backslash") {
  for (const auto* whole :
       {"", "a", "[ab]", "[]]", "[!]]", "[a-]", "[a-[:digit:]", "[[:digit:]]", "\\[", "a\\\\"})
    CHECK(is_whole_glob(whole));
  for (const auto* broken : {"[", "[]", "[!", "[a-", "[[:digit:]", "[[:what:]]", "\\", "a\\\\\\", "[ab\\]"})
    CHECK_FALSE(is_whole_glob(broken));
}
