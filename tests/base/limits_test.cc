#include "base/limits.h"

#include <string>

#include "base/failure.h"
#include "support/catch.h"

namespace keysift::test {
namespace {

std::string refusal(const std::string& text) {
  Limits limits;
  try {
    set_limit(limits, text);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return {};
}

TEST_CASE("Every limit can be set, and has the name of a cause") {
  for (const auto& limit : limit_names()) {
    CAPTURE(std::string(limit.name));
    Limits limits;
    set_limit(limits, std::string(limit.name) + "=7");
    CHECK(limit.of(limits) == 7);
    const auto cause = cause_named(limit.name);
    REQUIRE(cause.has_value());
    CHECK(to_string(*cause) == limit.name);
  }
}

TEST_CASE("A limit in bytes takes units") {
  Limits limits;
  set_limit(limits, "blob-size=3K");
  CHECK(limits.blob_size == 3072);
  set_limit(limits, "blob-size=2T");
  CHECK(limits.blob_size == std::uint64_t{2} << 40);
  set_limit(limits, "blob-size=18446744073709551615");
  CHECK(limits.blob_size == UINT64_MAX);
}

TEST_CASE("The names of limits with their defaults") {
  CHECK(
      limits_by_default() ==
      "blob-size=16G, matches=10000, decode-ratio=8, archive-size=512M, archive-ratio=200, "
      "archive-members=100000, archive-nested=64M, archive-depth=4, tree-depth=2048, tree-entries=10000000, "
      "path-length=64K, commits=10000000");
}

TEST_CASE("What is no limit is refused in a line") {
  const auto names = " is not NAME=VALUE, such as " + limits_by_default();
  CHECK(refusal("blob-size") == "--limit: 'blob-size'" + names);
  CHECK(refusal("blob\x1b=1") == "--limit: 'blob\\x1b=1'" + names);
  CHECK(refusal("matches=") == "--limit matches: '' is not a number from 1 on");
  CHECK(refusal("matches=0") == "--limit matches: '0' is not a number from 1 on");
  CHECK(refusal("matches=-1") == "--limit matches: '-1' is not a number from 1 on");
  CHECK(refusal("matches=3K") == "--limit matches: '3K' is not a number from 1 on");
  const std::string bytes = " is not a number of bytes, such as 500M or 2G";
  CHECK(refusal("blob-size=3KK") == "--limit blob-size: '3KK'" + bytes);
  CHECK(refusal("blob-size=K") == "--limit blob-size: 'K'" + bytes);
  CHECK(refusal("blob-size=99999999999999999999") == "--limit blob-size: '99999999999999999999'" + bytes);
  CHECK(refusal("blob-size=18446744073709551615K") == "--limit blob-size: '18446744073709551615K'" + bytes);
}

TEST_CASE("What is beyond a limit says how to raise it") {
  const auto problem = beyond(Cause::archive_depth, "is deep");
  CHECK(problem.cause == Cause::archive_depth);
  CHECK(problem.message == "is deep; to raise this limit: --limit archive-depth=N");
}

}  // namespace
}  // namespace keysift::test
