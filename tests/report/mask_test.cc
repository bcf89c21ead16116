#include "report/mask.h"

#include "report/sample.h"
#include "support/catch.h"

using namespace keysift;
using namespace keysift::test;

namespace {

/// `bytes` as a report that found `secrets` lets them out.
std::string masked(const std::vector<std::string>& secrets, const std::string& bytes, bool reveal = false) {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  for (const auto& secret : secrets) report.findings.push_back(sample_finding(rules[0], secret, "a"));
  return Mask(report, reveal).raw(bytes);
}

}  // namespace

TEST_CASE("A mask redacts every secret in a text") {
  CHECK(masked({}, "no secret here") == "no secret here");
  CHECK(masked({"password-one"}, "") == "");
  CHECK(masked({"password-one"}, "password-one") == "****");
  CHECK(masked({"password-one", "other-word"}, "a password-one, other-wordpassword-one.") ==
        "a ****, ********.");
  CHECK(masked({"password-one"}, "password-on") == "password-on");
  CHECK(masked({"password-one"}, "password-one", true) == "password-one");
}

TEST_CASE("Of two secrets that begin alike the longer one is masked") {
  const std::vector<std::string> secrets{"password", "password-one", "password-onf", "password-one-b"};
  CHECK(masked(secrets, "password-one-b.") == "****.");
  CHECK(masked(secrets, "password-one-a") == "****-a");
  CHECK(masked(secrets, "password-z") == "****-z");
}

TEST_CASE("A short secret is left where it may be a word") {
  CHECK(masked({"example"}, "src/example.py") == "src/example.py");
  CHECK(masked({"examples"}, "src/examples.py") == "src/****.py");
}
