#include "env/coverage.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "git/own_configuration.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using Findings = std::vector<EnvFinding>;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\0', at);
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::vector<std::string> git_lists(TestRepo& repo, std::vector<std::string> options) {
  options.insert(options.begin(), {"ls-files", "-z"});
  return split(repo.git(options));
}

// The coverage of a repository, given what git says is untracked.
Findings coverage_of(TestRepo& repo) {
  forget_user_configuration();
  std::string problem;
  auto findings = env_coverage(Repository::open(repo.path()),
                               git_lists(repo, {"--others", "--exclude-standard"}), problem);
  CHECK(problem == "");
  return findings;
}

std::vector<std::string> lines(const Findings& findings) {
  std::vector<std::string> result;
  for (const auto& finding : findings)
    result.push_back(std::string(to_string(finding.coverage)) + " " + finding.path);
  return result;
}

TEST_CASE("which names are those of .env files") {
  for (const char* path : {".env", "a/.env", "a/b/.env", ".env.local", ".env.production",
                           "a/.env.production.local", ".env.example.local", ".env.", ".env..",
                           ".env.examples", ".env.Example", ".env.\xff", "/.env", ".env.sample.bak"}) {
    INFO(path);
    CHECK(is_env_file(path));
  }
  for (const char* path : {"",
                           "env",
                           ".envrc",
                           ".environment",
                           "my.env",
                           "x.env.local",
                           ".env/",
                           ".env/file",
                           ".env.d/file",
                           ".ENV",
                           ".env.example",
                           ".env.sample",
                           ".env.template",
                           ".env.dist",
                           ".env.defaults",
                           "a/.env.local.example",
                           ".env-local",
                           ".env~",
                           ".git/env",
                           ".en"}) {
    INFO(path);
    CHECK_FALSE(is_env_file(path));
  }
}

TEST_CASE("tracked, present and absent") {
  TestRepo repo;
  CHECK(coverage_of(repo) == Findings{{".env", Coverage::unprepared}});
  repo.write("b/.env", "");
  CHECK(coverage_of(repo) == Findings{{"b/.env", Coverage::not_ignored}});
  repo.write("a/.env.local", "");
  repo.git({"add", "a"});
  CHECK(coverage_of(repo) ==
        Findings{{"a/.env.local", Coverage::tracked}, {"b/.env", Coverage::not_ignored}});
  // Tracked files stay so, whatever is ignored; others do not.
  repo.write(".gitignore", ".env*\n");
  CHECK(coverage_of(repo) == Findings{{"a/.env.local", Coverage::tracked}});
  repo.git({"rm", "--quiet", "--cached", "a/.env.local"});
  CHECK(coverage_of(repo).empty());
}

TEST_CASE("only .env itself, at the root, decides whether a repository without any is prepared") {
  TestRepo repo;
  for (const char* covering :
       {".env", ".env*", "*", "/.env", "**/.env", ".e?v", ".env\r", "*.env", ".env "}) {
    repo.write(".gitignore", std::string(covering) + "\n");
    const auto outcome =
        run({"git", "check-ignore", "--quiet", ".env"}, repo.path(), {}, clean_environment());
    INFO(covering);
    CHECK(coverage_of(repo).empty() == (outcome.exit_code == 0));
  }
  for (const char* not_covering :
       {"", ".env/", "a/.env", ".env\n!.env", "# .env", ".env.*", ".ENV", "\\ .env", "env"}) {
    repo.write(".gitignore", std::string(not_covering) + "\n");
    INFO(not_covering);
    CHECK(run({"git", "check-ignore", "--quiet", ".env"}, repo.path(), {}, clean_environment()).exit_code ==
          1);
    CHECK(coverage_of(repo) == Findings{{".env", Coverage::unprepared}});
  }
}

TEST_CASE("a repository without a work tree has no .env file to come") {
  forget_user_configuration();
  TestRepo repo({"--bare"});
  std::string problem;
  CHECK(env_coverage(Repository::open(repo.path()), {}, problem).empty());
  CHECK(problem == "");
}

TEST_CASE("an index that cannot be read hides no .env file that is there") {
  forget_user_configuration();
  TestRepo repo;
  repo.write(".git/index", "no index");
  const std::vector<std::string> untracked = {"a/.env", "b"};
  std::string problem;
  CHECK(env_coverage(Repository::open(repo.path()), untracked, problem) ==
        Findings{{"a/.env", Coverage::not_ignored}});
  CHECK(problem.starts_with("the index cannot be read"));
}

TEST_CASE("templates alone prepare nobody") {
  TestRepo repo;
  repo.write(".env.example", "A=\n");
  repo.git({"add", "--all"});
  CHECK(coverage_of(repo) == Findings{{".env", Coverage::unprepared}});
}

TEST_CASE("on random repositories, coverage is what git says of each file") {
  const std::vector<std::string> names = {".env",   ".env.local", ".env.example", ".env.production",
                                          ".envrc", "env.txt"};
  const std::vector<std::string> patterns = {".env",    ".env*",   ".env.*",  "!.env*",   "a/",
                                             "/a/.env", "**/b/**", "*.local", "!*.local", "b/.env",
                                             "*",       "!*/",     "/.env"};
  std::mt19937_64 random(1);
  std::set<Coverage> seen;
  for (unsigned round = 0; round < 25; ++round) {
    TestRepo repo;
    const auto ignore = [&](const std::string& file) {
      std::string text;
      for (auto count = random() % 3; count > 0; --count) text += patterns[random() % patterns.size()] + "\n";
      repo.write(file, text);
    };
    ignore(".gitignore");
    ignore("a/.gitignore");
    ignore(".git/info/exclude");
    std::vector<std::string> add = {"add", "--force", "--", ".gitignore"};
    for (const char* folder : {"", "a/", "a/b/", "b/"}) {
      for (const auto& name : names) {
        if (random() % (round % 3 == 0 ? 40 : 3) != 0) continue;
        repo.write(folder + name, "A=1\n");
        if (random() % 4 == 0) add.push_back(folder + name);
      }
    }
    repo.git(add);

    Findings expected;
    for (const auto& path : git_lists(repo, {"--cached"})) {
      if (is_env_file(path)) expected.push_back({path, Coverage::tracked});
    }
    for (const auto& path : git_lists(repo, {"--others", "--exclude-standard"})) {
      if (is_env_file(path)) expected.push_back({path, Coverage::not_ignored});
    }
    const auto check =
        run({"git", "check-ignore", "--no-index", "--quiet", ".env"}, repo.path(), {}, clean_environment());
    if (expected.empty() && check.exit_code == 1) expected.push_back({".env", Coverage::unprepared});
    std::sort(expected.begin(), expected.end());
    INFO("round " << round);
    CHECK(lines(coverage_of(repo)) == lines(expected));
    for (const auto& finding : expected) seen.insert(finding.coverage);
  }
  CHECK(seen.size() == 3);  // all but what is staged
}

TEST_CASE("what changes the exit code") {
  CHECK(EnvFinding{".env", Coverage::tracked}.is_problem());
  CHECK(EnvFinding{".env", Coverage::not_ignored}.is_problem());
  CHECK_FALSE(EnvFinding{".env", Coverage::unprepared}.is_problem());
}

}  // namespace
}  // namespace keysift::test
