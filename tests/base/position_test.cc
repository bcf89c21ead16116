#include "base/position.h"

#include "support/catch.h"

using keysift::advance;
using keysift::Position;

TEST_CASE("advance counts lines and bytes") {
  CHECK(advance({}, "") == Position{1, 1});
  CHECK(advance({}, "abc") == Position{1, 4});
  CHECK(advance({}, "Gr\xc3\xbc") == Position{1, 5});
  CHECK(advance({}, "ab\n") == Position{2, 1});
  CHECK(advance({}, "ab\n\ncd") == Position{3, 3});
  CHECK(advance({}, "ab\r\nc") == Position{2, 2});
}

TEST_CASE("advance goes on from where it is told") {
  CHECK(advance({7, 20}, "abc") == Position{7, 23});
  CHECK(advance({7, 20}, "abc\nd") == Position{8, 2});
  CHECK(advance(advance({}, "one\ntw"), "o\nthree") == advance({}, "one\ntwo\nthree"));
}
