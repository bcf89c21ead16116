#include "git/tree_names.h"

#include <string>
#include <vector>

#include "support/catch.h"

using namespace keysift;

namespace {

std::string entry(const std::string& name, const std::string& id = std::string(20, '\x11')) {
  return "100644 " + name + std::string(1, '\0') + id;
}

/// Whether a name is found where `fresh` is new.
bool names(const std::string& tree, Range fresh, const std::string& name) {
  const FreshRange changed{fresh};
  bool is_found = false;
  each_name({{}, ObjectType::tree, tree, {{&changed, 1}}},
            [&](std::string_view found, bool) { is_found = is_found || found == name; });
  return is_found;
}

}  // namespace

TEST_CASE("a tree names what is new in it") {
  const auto tree = entry("a") + entry(".env") + entry("z");
  const auto begin = entry("a").size();
  CHECK(names(tree, {begin, begin + 4}, ".env"));
  CHECK(names(tree, {begin + 9, begin + 9}, ".env"));
  CHECK_FALSE(names(tree, {begin, begin + 4}, "z"));
  CHECK_FALSE(names(tree, {begin, begin + 4}, "env"));
}

TEST_CASE("a name with digits and blanks is asked about whole") {
  for (const std::string name : {".env.7 x", ".env 40000 b", "1 2 3 4 5", ".env 100644 and 100644 more"}) {
    INFO(name);
    CHECK(names(entry(name), {8, 9}, name));
    // An object's name may hold any byte, and what looks like the end of a name.
    for (std::size_t at = 0; at < 20; ++at) {
      std::string id(20, '7');
      id[at] = '\0';
      const auto tree = entry("a") + entry("b", id) + entry(name);
      const auto begin = tree.size() - entry(name).size();
      INFO(at);
      CHECK(names(tree, {begin + 8, begin + 9}, name));
    }
  }
}
