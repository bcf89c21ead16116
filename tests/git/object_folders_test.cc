#include "git/object_folders.h"

#include "support/catch.h"

namespace keysift {
namespace {
using Paths = std::vector<std::string>;

TEST_CASE("a list of paths is taken apart as git does it") {
  CHECK(parse_path_list("").empty());
  CHECK(parse_path_list("/a:/b c:d") == Paths{"/a", "/b c", "d"});
  CHECK(parse_path_list(":/a::/b:") == Paths{"/a", "/b"});
  CHECK(parse_path_list(R"("/a:b":/c)") == Paths{"/a:b", "/c"});
  CHECK(parse_path_list(R"("/a\"b\\\n\t\303\274":"")") == Paths{"/a\"b\\\n\t\xc3\xbc"});
  CHECK(parse_path_list(R"(/a"b":/c)") == Paths{R"(/a"b")", "/c"});
  CHECK(parse_path_list(R"("/open\)") == Paths{R"(/open\)"});
}

}  // namespace
}  // namespace keysift
