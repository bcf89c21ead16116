#include "env/coverage.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "git/own_configuration.h"
#include "source/file_tree.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {
using Lines = std::vector<std::string>;

std::vector<std::string> split(const std::string& text, char end) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const auto next = std::min(text.find(end, at), text.size());
    parts.push_back(text.substr(at, next - at));
    at = next + 1;
  }
  return parts;
}

EnvCoverage coverage_of(const TestRepo& repo, std::string* problem = nullptr) {
  forget_user_configuration();
  const auto secret_files = SecretFiles::built_in();
  const WorkTree tree(repo.path());
  Surveyor surveyor(secret_files, tree, 1);
  walk_files(
      repo.path(), {false, true, 1},
      [&](const WalkedFile& file, int root, unsigned worker) {
        surveyor.see({file.path, file.tracked, file.ignored}, root, worker);
      },
      [](const std::string&, const Problem&, unsigned) {});
  std::string own;
  const auto is_key = [](std::string_view text) { return text.find("secret") != std::string_view::npos; };
  const auto repository = Repository::open(repo.path());
  auto coverage =
      env_coverage({repository, tree, secret_files, surveyor.finish(), is_key}, problem ? *problem : own);
  CHECK(own == "");
  return coverage;
}

// "COVERAGE FILE", and the line at fault, if there is one: " by PLACE:LINE TEXT". Without hints on modes.
Lines lines(const EnvCoverage& coverage) {
  Lines result;
  for (const auto& finding : coverage.findings) {
    if (finding.coverage == Coverage::readable) continue;
    auto line = std::string(to_string(finding.coverage)) + " " + finding.path;
    if (const auto& cause = finding.cause)
      line += " by " + cause->path + ":" + std::to_string(cause->line) + " " + cause->text;
    result.push_back(line);
  }
  return result;
}

Lines coverage_lines(const TestRepo& repo) { return lines(coverage_of(repo)); }

const EnvFinding& only_finding(const EnvCoverage& coverage) {
  const auto found = std::find_if(coverage.findings.begin(), coverage.findings.end(),
                                  [](const auto& each) { return each.coverage != Coverage::readable; });
  REQUIRE(found != coverage.findings.end());
  return *found;
}

TEST_CASE("tracked, tracked although ignored, present and absent") {
  TestRepo repo;
  CHECK(coverage_lines(repo) == Lines{"unprepared .env"});
  repo.write("b/.env", "");
  CHECK(coverage_lines(repo) == Lines{"not-ignored b/.env"});
  repo.write("a/.env.local", "");
  repo.git({"add", "a"});
  CHECK(coverage_lines(repo) == Lines{"tracked a/.env.local", "not-ignored b/.env"});
  repo.write(".gitignore", "dist\n.env*\n");
  CHECK(coverage_lines(repo) == Lines{"tracked-ignored a/.env.local by .gitignore:2 .env*"});
  repo.git({"rm", "--quiet", "--cached", "a/.env.local"});
  CHECK(coverage_lines(repo).empty());
}

TEST_CASE("a file that is tracked, and gone from the work tree, is read from the index's blob") {
  TestRepo repo;
  repo.write(".gitignore", ".env\n");
  repo.write("id_rsa",
             "-----BEGIN RSA PRIVATE"
             " KEY-----\n");
  repo.write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
  repo.git({"add", "--all"});
  std::filesystem::remove(repo.path() / "id_rsa");
  CHECK(coverage_lines(repo) == Lines{"tracked id_rsa"});
}

TEST_CASE("a rule that is taken back is told with both lines") {
  TestRepo repo;
  repo.write(".gitignore", ".env\n");
  repo.write("web/.gitignore", "log\n!.env\n");
  repo.write("web/.env", "");
  const auto coverage = coverage_of(repo);
  CHECK(lines(coverage) == Lines{"reincluded web/.env by web/.gitignore:2 !.env"});
  CHECK(only_finding(coverage).detail == "It takes back .env (.gitignore:1).");
  CHECK(only_finding(coverage).ignore_file == "web/.gitignore");
}

TEST_CASE("rules of this machine alone cover no teammate") {
  TestRepo repo;
  repo.write(".git/info/exclude", "# mine\n.env\n");
  repo.write(".env", "");
  CHECK(coverage_lines(repo) ==
        Lines{"personal-rule .env by " + repo.path().native() + "/.git/info/exclude:2 .env"});
  repo.write(".git/info/exclude", "");
  repo.write("mine", ".env\n");
  repo.git({"config", "core.excludesFile", (repo.path() / "mine").native()});
  CHECK(coverage_lines(repo) == Lines{"personal-rule .env by " + repo.path().native() + "/mine:1 .env"});
  CHECK(only_finding(coverage_of(repo)).ignore_file == ".gitignore");
}

TEST_CASE("a slip in the nearest ignore file is told") {
  TestRepo repo;
  repo.write(".gitignore", ".ENV\n");
  repo.write("web/.env", "");
  CHECK(coverage_lines(repo) == Lines{"wrong-pattern web/.env by .gitignore:1 .ENV"});
  repo.write("web/.gitignore", "dist\n\".env\"\n");
  CHECK(coverage_lines(repo) == Lines{"wrong-pattern web/.env by web/.gitignore:2 \".env\""});
}

TEST_CASE("ignored in one place and not in another") {
  TestRepo repo;
  repo.write("web/.gitignore", ".env\n");
  repo.write("web/.env", "");
  repo.write("api/.env", "");
  const auto coverage = coverage_of(repo);
  CHECK(lines(coverage) == Lines{"partly-ignored api/.env by web/.gitignore:1 .env"});
  CHECK(only_finding(coverage).detail == "It ignores web/.env only.");

  repo.write("web/.gitignore", "");
  repo.write(".gitignore", "web/.env\n");
  CHECK(coverage_lines(repo) == Lines{"partly-ignored api/.env by .gitignore:1 web/.env"});
}

TEST_CASE("a file that code reads is checked whatever its name, and before it is there") {
  TestRepo repo;
  repo.write("app.py", "import dotenv\nload_dotenv('settings/prod.txt')\n");
  auto coverage = coverage_of(repo);
  CHECK(lines(coverage) == Lines{"expected settings/prod.txt"});
  CHECK_FALSE(only_finding(coverage).present);
  CHECK(only_finding(coverage).read_by == Place{"app.py", 2, "settings/prod.txt"});
  repo.write("settings/prod.txt", "A=1\n");
  CHECK(coverage_lines(repo) == Lines{"not-ignored settings/prod.txt"});
  repo.write(".gitignore", "settings/\n.env\n");
  CHECK(coverage_lines(repo).empty());
  repo.git({"add", "--force", "settings"});
  CHECK(coverage_lines(repo) == Lines{"tracked-ignored settings/prod.txt by .gitignore:1 settings/"});
}

TEST_CASE("a template that is tracked is fine, and a file that it shows, not ignored, a note") {
  TestRepo repo;
  repo.write("web/.env.example", "A=\n");
  repo.git({"add", "--all"});
  CHECK(coverage_lines(repo) == Lines{"unprepared .env", "unprepared web/.env"});
  repo.write(".gitignore", ".env\n");
  CHECK(coverage_lines(repo).empty());
}

TEST_CASE("a value that a front end publishes") {
  TestRepo repo;
  repo.write(".gitignore", ".env*\n");
  repo.write("web/.env", "VITE_A=x\nVITE_B=secret\n");
  repo.write("web/.env.example", "VITE_C=secret\n");
  CHECK(coverage_lines(repo) == Lines{"public-variable web/.env by web/.env:2 VITE_B",
                                      "public-variable web/.env.example by web/.env.example:1 VITE_C"});
}

TEST_CASE("who can read a file is told if git does not track it") {
  TestRepo repo;
  repo.write(".gitignore", ".env*\n");
  repo.write(".env", "");
  const auto codes = [&] { return coverage_of(repo).findings; };
  std::filesystem::permissions(repo.path() / ".env", std::filesystem::perms(0644));
  REQUIRE(codes().size() == 1);
  CHECK(codes()[0].coverage == Coverage::readable);
  CHECK_FALSE(codes()[0].is_problem());
  std::filesystem::permissions(repo.path() / ".env", std::filesystem::perms(0640));
  CHECK(codes().empty());
}

TEST_CASE("how each file stands at the door to a commit") {
  TestRepo repo;
  repo.write(".gitignore", "dist\n.env\n");
  repo.write("web/.env", "");
  repo.write("prod.env", "");
  const auto passages = coverage_of(repo).passages;
  REQUIRE(passages.size() == 2);
  CHECK(passages[0].file == "prod.env");
  CHECK(passages[0].open);
  CHECK(passages[1].file == "web/.env");
  CHECK_FALSE(passages[1].open);
  CHECK(passages[1].by == Place{".gitignore", 2, ".env"});
}

TEST_CASE("only .env itself, at the root, decides whether a repository without any is prepared") {
  TestRepo repo;
  for (const char* covering :
       {".env", ".env*", "*", "/.env", "**/.env", ".e?v", ".env\r", "*.env", ".env "}) {
    repo.write(".gitignore", std::string(covering) + "\n");
    INFO(covering);
    CHECK(coverage_lines(repo).empty());
  }
  for (const char* not_covering :
       {"", ".env/", "a/.env", ".env\n!.env", "# .env", ".env.*", ".ENV", "\\ .env", "env"}) {
    repo.write(".gitignore", std::string(not_covering) + "\n");
    INFO(not_covering);
    const auto found = coverage_lines(repo);
    REQUIRE(found.size() == 1);
    CHECK(found[0].starts_with("unprepared .env"));
  }
}

TEST_CASE("an index that cannot be read hides no file that is there") {
  TestRepo repo;
  repo.write("a/.env", "");
  repo.write(".git/index", "no index");
  std::string problem;
  forget_user_configuration();
  CHECK(lines(coverage_of(repo, &problem)) == Lines{"not-ignored a/.env"});
  CHECK(problem.starts_with("the index cannot be read"));
}

bool is_in_ignored_folder(const TestRepo& repo, const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return false;
  const auto outcome = run({"git", "check-ignore", "--no-index", "--quiet", path.substr(0, slash)},
                           repo.path(), {}, clean_environment());
  return outcome.exit_code == 0;
}

// What git says of one path, tracked or not: "" if a shared rule keeps it out.
std::string expected_of(const TestRepo& repo, const std::string& path, bool tracked) {
  const auto outcome = run({"git", "check-ignore", "--no-index", "--verbose", "-z", "--stdin"}, repo.path(),
                           path + '\0', clean_environment());
  const auto fields = split(outcome.out, '\0');  // source, line, pattern, path
  const bool ignored = outcome.exit_code == 0 && fields.at(2)[0] != '!';
  const auto by = [&] { return " by " + fields.at(0) + ":" + fields.at(1) + " " + fields.at(2); };
  if (tracked) return ignored ? "tracked-ignored " + path + by() : "tracked " + path;
  if (!ignored) return "open " + path;
  const bool is_shared = fields.at(0).find("info/exclude") == std::string::npos;
  return is_shared ? "" : "personal-rule " + path;
}

TEST_CASE("on random repositories, coverage is what git says of each file") {
  const std::vector<std::string> names = {".env",   ".env.local", ".env.example", ".env.production",
                                          "id.env", "env.txt"};
  const std::vector<std::string> patterns = {".env",    ".env*",   ".env.*",  "!.env*",   "a/",
                                             "/a/.env", "**/b/**", "*.local", "!*.local", "b/.env",
                                             "*",       "!*/",     "/.env"};
  const auto secret_files = SecretFiles::built_in();
  std::mt19937_64 random(1);
  std::size_t compared = 0;
  for (unsigned round = 0; round < 40; ++round) {
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
    std::vector<std::string> present;
    for (const char* folder : {"", "a/", "a/b/", "b/"}) {
      for (const auto& name : names) {
        if (random() % 3 != 0) continue;
        repo.write(folder + name, "A=1\n");
        present.push_back(folder + name);
        if (random() % 4 == 0) add.push_back(folder + name);
      }
    }
    repo.git(add);
    const auto tracked = split(repo.git({"ls-files", "-z"}), '\0');

    Lines found;
    for (const auto& finding : coverage_of(repo).findings) {
      if (finding.is_note()) continue;
      const bool open =
          finding.coverage == Coverage::not_ignored || finding.coverage == Coverage::reincluded ||
          finding.coverage == Coverage::wrong_pattern || finding.coverage == Coverage::partly_ignored;
      auto line = (open ? "open" : std::string(to_string(finding.coverage))) + " " + finding.path;
      if (finding.coverage == Coverage::tracked_ignored) {
        const auto& cause = *finding.cause;
        auto source = cause.path;
        const auto root = repo.path().native() + "/";
        if (source.starts_with(root)) source = source.substr(root.size());
        line += " by " + source + ":" + std::to_string(cause.line) + " " + cause.text;
      }
      found.push_back(line);
    }
    std::sort(found.begin(), found.end());

    Lines expected;
    for (const auto& path : present) {
      if (!secret_files.is_named(path)) continue;
      const bool is_tracked = std::find(tracked.begin(), tracked.end(), path) != tracked.end();
      if (!is_tracked && is_in_ignored_folder(repo, path)) continue;
      auto line = expected_of(repo, path, is_tracked);
      ++compared;
      if (!line.empty()) expected.push_back(line);
    }
    std::sort(expected.begin(), expected.end());
    INFO("round " << round);
    CHECK(found == expected);
  }
  CHECK(compared > 150);
}

TEST_CASE("what changes the exit code") {
  CHECK(EnvFinding{".env", Coverage::tracked}.is_problem());
  CHECK(EnvFinding{".env", Coverage::not_ignored}.is_problem());
  CHECK_FALSE(EnvFinding{".env", Coverage::unprepared}.is_problem());
}

}  // namespace
}  // namespace keysift::test
