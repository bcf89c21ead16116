// A shop with every door open: fixtures/monorepo.
#include <algorithm>
#include <filesystem>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;

// Of a .env finding: the file, what is wrong, and the line at fault.
struct WayOut {
  std::string path;
  std::string coverage;
  std::string cause;
  auto operator<=>(const WayOut&) const = default;
};

std::ostream& operator<<(std::ostream& out, const WayOut& way) {
  return out << way.path << ' ' << way.coverage << ' ' << way.cause;
}

// Notes left out.
std::vector<WayOut> ways_out(const json& report) {
  std::vector<WayOut> all;
  for (const json& each : report.at("env")) {
    if (!each.at("problem")) continue;
    std::string cause;
    if (const json& line = each.at("cause"); !line.is_null())
      cause = line.at("path").get<std::string>() + ":" +
              (line.at("line").is_null() ? "" : line.at("line").dump());
    all.push_back({each.at("path"), each.at("coverage"), cause});
  }
  std::sort(all.begin(), all.end());
  return all;
}

// A work tree as somebody has it, with what was committed by mistake.
void make_shop(TestRepo& repo) {
  copy_fixture("monorepo", repo.path());
  repo.write(".env.production", "STRIPE=1\n");
  repo.git({"add", "--force", ".env", ".env.production", "deploy/.env.prod"});
  repo.git({"add", "--", ".gitignore", "compose.yaml", "web/.gitignore", "web/.npmignore", "web/Dockerfile",
            "web/package.json", "web/src", "api/app", "api/Dockerfile", "api/.dockerignore",
            "api/MANIFEST.in", "api/pyproject.toml", "api/.env.example", "worker"});
  repo.git({"commit", "--quiet", "--message", "start"});
  repo.git({"rm", "--quiet", ".env.production"});
  repo.git({"commit", "--quiet", "--message", "Keep production's settings out"});
  repo.write(".git/info/exclude", "local.env\n");
  repo.write("local.env", "A=1\n");
}

TEST_CASE("every way out of the shop is told with the line at fault") {
  TestRepo repo;
  make_shop(repo);
  const Scan result = scan({"env", "--no-history", repo.path()});
  CHECK(result.exit_code == 1);
  CHECK(ways_out(result.report) ==
        std::vector<WayOut>{
            {".env", "tracked", ""},
            {"api/.env", "in-image", "api/Dockerfile:5"},
            {"api/.env", "in-package", "api/MANIFEST.in:2"},
            {"api/.env", "wrong-pattern", ".gitignore:6"},
            {"api/Dockerfile", "image-variable", "api/Dockerfile:3"},
            {"deploy/.env.prod", "tracked-ignored", ".gitignore:8"},
            {"local.env", "personal-rule", repo.path().native() + "/.git/info/exclude:1"},
            {"web/.env", "in-package", "web/.npmignore:"},
            {"web/.env", "public-variable", "web/.env:2"},
            {"web/.env.local", "in-package", "web/.npmignore:"},
            {"web/.env.local", "reincluded", "web/.gitignore:2"},
            {"worker/.env", "wrong-pattern", ".gitignore:6"},
        });
  CHECK(places(result.report).size() == 1);  // the key in the template
  CHECK(places(result.report).at(0).path == "api/.env.example");
}

TEST_CASE("a fix closes what lines can close, and changes nothing the second time") {
  TestRepo repo;
  make_shop(repo);
  const auto first = keysift({"env", "--fix", "--untrack", "--no-history", repo.path()});
  CHECK(first.exit_code == 1);
  CHECK(ways_out(scan({"env", "--no-history", repo.path()}).report) ==
        std::vector<WayOut>{
            {"api/Dockerfile", "image-variable", "api/Dockerfile:3"},
            {"web/.env", "public-variable", "web/.env:2"},
        });
  const auto status = repo.git({"status", "--porcelain", "--untracked-files=all"});
  CHECK(status ==
        "D  .env\n M .gitignore\n M api/.dockerignore\n M api/MANIFEST.in\nD  deploy/.env.prod\n"
        " M web/.gitignore\n M web/.npmignore");
  const auto diff = repo.git({"diff"});
  const auto second = keysift({"env", "--fix", "--untrack", "--no-history", repo.path()});
  CHECK(second.err == "");
  CHECK(repo.git({"status", "--porcelain", "--untracked-files=all"}) == status);
  CHECK(repo.git({"diff"}) == diff);
}

}  // namespace
}  // namespace keysift::test
