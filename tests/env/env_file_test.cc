#include "env/env_file.h"

#include "support/catch.h"

namespace keysift::test {
namespace {
using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs(std::string_view bytes) {
  Pairs all;
  for (const auto& variable : env_variables(bytes))
    all.emplace_back((variable.commented ? "#" : "") + std::string(variable.name), variable.value);
  return all;
}

TEST_CASE("variables as dotenv reads them") {
  CHECK(pairs("A=1\n  B = two words \r\nexport C='3'\nD: four\nexportE=5\n") ==
        Pairs{{"A", "1"}, {"B", "two words"}, {"C", "3"}, {"D", "four"}, {"exportE", "5"}});
  CHECK(pairs("A=\"1\n2\\\"\" # note\nB=x#y # note\nC='it\n") ==
        Pairs{{"A", "1\n2\\\""}, {"B", "x#y"}, {"C", "'it"}});
  CHECK(pairs("\xEF\xBB\xBF"
              "A=1") == Pairs{{"A", "1"}});
  CHECK(pairs("# A=1\n#B = 2\n# see: this\n\nno variable\n=x\n") == Pairs{{"#A", "1"}, {"#B", "2"}});
  CHECK(pairs("A= # note\nB=\t# note\nC=# 3\nD: # note") ==
        Pairs{{"A", ""}, {"B", ""}, {"C", "# 3"}, {"D", ""}});
  CHECK(pairs("") == Pairs{});
  CHECK(pairs("A") == Pairs{});
  CHECK(pairs("A=") == Pairs{{"A", ""}});
}

TEST_CASE("lines are counted over values of several lines") {
  const auto variables = env_variables("A='1\n2\n3'\n\nB=4\n");
  REQUIRE(variables.size() == 2);
  CHECK(variables[0].line == 1);
  CHECK(variables[1].line == 5);
}

TEST_CASE("an example keeps names and comments, and no value") {
  CHECK(example_of("# The database\nDB=postgres://u:p@h/d\n\nexport KEY='a\nb'  # of the shop\nX: y\n"
                   "# OLD=secret\nleft over secret\nLAST=z#1 #2") ==
        "# The database\nDB=\n\nexport KEY=  # of the shop\nX: \n# OLD=\nLAST=\n");
  CHECK(example_of("A=1\r\nB=\"2\"\r\n") == "A=\r\nB=\r\n");
  CHECK(example_of("A= # note\nB=1 # note\n") == "A= # note\nB= # note\n");
  CHECK(example_of("") == "");
}

TEST_CASE("secret keys in variables that a front end publishes") {
  const auto files = SecretFiles::built_in();
  const auto is_key = [](std::string_view text) { return text.find("=secret") != std::string_view::npos; };
  const auto found = public_variables(
      "web/.env", "A=secret\nVITE_URL=https://x\nVITE_KEY=\"secret1\"\n#VITE_OLD=secret\n", files, is_key);
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == "web/.env");
  CHECK(found[0].coverage == Coverage::public_variable);
  CHECK(found[0].cause == Place{"web/.env", 3, "VITE_KEY"});
}

}  // namespace
}  // namespace keysift::test
