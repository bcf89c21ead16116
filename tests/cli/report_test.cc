// `report` and `merge`, JSON Lines while a scan runs, and what git-filter-repo is given.
#include <algorithm>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

// A repository with one key that is live in two places, and one that is in the history alone.
struct Leaky {
  Leaky() {
    repo.git({"remote", "add", "origin", "https://ann:password@example.org/acme/shop.git?token=abc"});
    repo.write("a.py", "key = '" + openai_project_key(1) + "'\n");
    repo.write("b.py", "\n  other = '" + openai_project_key(1) + "'\n");
    repo.write("old.py", "key = '" + openai_project_key(2) + "'\n");
    repo.commit_all("start");
    repo.write("old.py", "key = None\n");
    head = repo.commit_all("remove " + openai_project_key(3));
  }
  std::string saved(const std::string& name, const Strings& more = {}) {
    Strings arguments{"scan", ".", "--quiet", "--report", "json=" + (out.path() / name).native()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    CHECK(keysift(arguments, repo.path()).exit_code == 1);
    return out.path() / name;
  }
  TestRepo repo;
  TempDir out;
  std::string head;
};

std::vector<json> lines_of_json(const std::string& text) {
  std::vector<json> lines;
  for (const auto& line : lines_of(text)) lines.push_back(json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("a saved report becomes what the scan would have written") {
  Leaky leaky;
  const auto saved = leaky.out.path() / "a.json";
  auto environment = clean_environment();
  environment["SOURCE_DATE_EPOCH"] = "1795000000";
  run({keysift_binary(), "scan", ".", "--report", "json=" + saved.native()}, leaky.repo.path(), {},
      environment);
  for (const char* format : {"text", "html", "json", "csv", "markdown", "github", "gitlab", "junit"}) {
    const auto from_scan =
        run({keysift_binary(), "scan", ".", "--format", format}, leaky.repo.path(), {}, environment);
    const auto from_file = run({keysift_binary(), "report", saved, "--format", format}, ".", {}, environment);
    CHECK(from_scan.exit_code == 1);
    CHECK(from_file.exit_code == 0);
    CHECK(from_file.out == from_scan.out);
  }
  const auto again = keysift({"report", saved, "--format", "json"});
  CHECK(again.exit_code == 0);
  CHECK(again.out == file_bytes(saved));
  CHECK(keysift({"report", "-", "--format", "json"}, ".", again.out).out == again.out);
}

TEST_CASE("a report says which repository it is about, and no more of its address than people may know") {
  Leaky leaky;
  const auto report = json::parse(file_bytes(leaky.saved("a.json")));
  const auto& repository = report.at("repositories").at(0);
  CHECK(repository.at("name") == "acme/shop");
  CHECK(repository.at("url") == "https://example.org/acme/shop");
  CHECK(repository.at("revision") == leaky.head);
  CHECK(repository.at("branch") == leaky.repo.git({"branch", "--show-current"}));
  CHECK(repository.at("commits") == 2);
  CHECK(report.at("findings").at(0).at("repository") == "acme/shop");

  leaky.repo.git({"remote", "set-url", "origin", "/srv/git/shop.git"});
  leaky.repo.git({"checkout", "-q", "--detach"});
  const auto local = json::parse(file_bytes(leaky.saved("b.json"))).at("repositories").at(0);
  CHECK(local.at("name") == leaky.repo.path().filename().native());
  CHECK(local.at("url") == nullptr);
  CHECK(local.at("branch") == nullptr);
}

TEST_CASE("reports of several repositories are joined") {
  Leaky one, two;
  two.repo.git({"remote", "set-url", "origin", "git@example.org:acme/web.git"});
  const auto a = one.saved("a.json"), b = two.saved("b.json");
  const auto merged = keysift({"merge", a, b});
  CHECK(merged.exit_code == 0);
  const auto report = json::parse(merged.out);
  CHECK(report.at("repositories").at(1).at("name") == "acme/web");
  CHECK(report.at("repositories").at(1).at("url") == "ssh://example.org/acme/web");
  const auto of_one = json::parse(file_bytes(a)).at("findings").size();
  CHECK(report.at("findings").size() == 2 * of_one);
  CHECK(contains(keysift({"merge", a, b, "--format", "text"}).out, "acme/web: a.py:1:8"));
  const auto refused = keysift({"merge", a, b, "--format", "gitlab"});
  CHECK(refused.exit_code == 2);
  CHECK(refused.err ==
        "keysift: github, gitlab and gitleaks are about the files of one repository, and this report joins "
        "2; sarif keeps them apart\n");
}

TEST_CASE("what is no report is refused in one line") {
  TempDir dir;
  dir.write("a.json", "{\"schema_version\": 1,\n oops}");
  const auto wrong = keysift({"report", "a.json", "--report", "html=x.html"}, dir.path());
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.err == "keysift: a.json:2: no JSON; a report is made with: keysift scan --format json\n");
  CHECK_FALSE(fs::exists(dir.path() / "x.html"));
  CHECK(keysift({"report", "no.json"}, dir.path()).err ==
        "keysift: cannot read no.json: No such file or directory\n");
  CHECK(keysift({"report"}, dir.path()).exit_code == 2);
  CHECK(keysift({"merge"}, dir.path()).exit_code == 2);
  CHECK(keysift({"report", "a.json", "--format", "pdf"}, dir.path()).err ==
        "keysift: --format: unknown format 'pdf'; there are text, html, json, jsonl, sarif, csv, markdown, "
        "github, gitlab, gitleaks and junit\n");
}

TEST_CASE("JSON Lines tell of each match at once, then what became of it") {
  Leaky leaky;
  const auto file = leaky.out.path() / "x.jsonl";
  const auto outcome =
      keysift({"scan", ".", "--format", "jsonl", "--report", "jsonl=" + file.native()}, leaky.repo.path());
  CHECK(outcome.exit_code == 1);
  CHECK(file_bytes(file) == outcome.out);
  const auto lines = lines_of_json(outcome.out);
  const auto count = [&](const std::string& type) {
    return std::count_if(lines.begin(), lines.end(),
                         [&](const json& line) { return line.at("type") == type; });
  };
  CHECK(count("found") ==
        9);  // three files, their blobs, a message and git's notes of that; two files have the same key
  CHECK(count("report") == 1);
  CHECK(count("repository") == 1);
  CHECK(count("finding") == 4);
  CHECK(lines.front().at("type") == "found");
  CHECK(lines.back().at("type") == "summary");
  auto report = json::parse(keysift({"scan", ".", "--format", "json"}, leaky.repo.path()).out);
  std::size_t next = 0;
  for (auto line : lines) {
    if (line.at("type") != "finding") continue;
    line.erase("type");
    CHECK(line == report.at("findings").at(next++));
  }
  CHECK_FALSE(contains(outcome.out, openai_project_key(1).substr(8, 40)));
}

TEST_CASE("another key is masked in the line of one, though words come right before it") {
  TempDir dir;
  dir.write("ours.toml",
            "[[rules]]\nid = 'word'\ndescription = 'Word'\nconfidence = 'low'\n"
            "regex = 'internal-[a-z]{12}'\nkeywords = ['internal-']\n");
  dir.write("files/a.txt",
            "see the/path-internal-quietharbour " + openai_project_key(1) + " path-internal-quietharbour\n");
  for (const char* least : {"low", "high"}) {
    const auto report =
        scan({"files", "files", "--rules", "ours.toml", "--min-confidence", least}, dir.path()).report;
    const auto excerpt = finding_of(report, openai_project_key(1)).at("excerpt");
    CHECK(excerpt.at("before") == "see the/path-**** ");
    CHECK(excerpt.at("after") == " ...");
  }
}

TEST_CASE("what reads like a key is masked in the line of one, though a path leads to it") {
  TempDir dir;
  dir.write("a.txt", "the/long/path/LDHTYW43ITBRNJUQ " + openai_project_key(1) + " v2/assistant_one\n");
  const auto excerpt =
      finding_of(scan({"files", "a.txt"}, dir.path()).report, openai_project_key(1)).at("excerpt");
  CHECK(excerpt.at("before") == "**** ");
  CHECK(excerpt.at("after") == " v2/assistant_one");
}

TEST_CASE("what a report says is masked by all rules, whatever rules a scan has") {
  TestRepo repo;
  const auto beside = [](unsigned seed) { return openai_project_key(seed); };
  const auto in_line = "postgres://app:correct,horse.battery@db.example.org";
  repo.write(beside(1) + "/a.txt", "url=" + std::string(in_line) + " " + anthropic_api_key(1) + "\n");
  repo.git({"add", "."});
  repo.git({"commit", "-q", "--author", beside(2) + " <ann@example.org>", "-m", "add " + beside(3)});
  repo.git({"branch", beside(4)});
  repo.git({"rm", "-q", "-r", "."});
  repo.git({"commit", "-q", "-m", "remove " + beside(5)});
  const TempDir dir;
  dir.write("gitleaks.toml",
            "[[rules]]\nid = 'ant'\nregex = '''(sk-ant-[\\w-]{90,110})'''\nkeywords = ['sk-ant']\n");
  const auto config = (dir.path() / "gitleaks.toml").native();
  const auto format = GENERATE(as<std::string>{}, "text", "json", "jsonl", "sarif", "html", "csv", "markdown",
                               "gitlab", "gitleaks", "junit", "github");
  for (const auto& rules : {Strings{"--rule", "anthropic-api-key"}, Strings{"--config", config}}) {
    INFO(format << ' ' << rules.front());
    Strings arguments{"history", ".", "--format", format, "--min-confidence", "low"};
    arguments.insert(arguments.end(), rules.begin(), rules.end());
    const auto outcome = keysift(arguments, repo.path());
    CHECK(outcome.exit_code == 1);
    CHECK_FALSE(contains(outcome.out, "battery"));
    for (unsigned seed = 1; seed <= 5; ++seed) CHECK_FALSE(contains(outcome.out, beside(seed).substr(8, 40)));
  }
}

TEST_CASE("a key in the name of an author or a branch is masked when a revealed report is read") {
  TestRepo repo;
  repo.write("a.txt", anthropic_api_key(1) + "\n");
  repo.git({"add", "."});
  repo.git({"commit", "-q", "--author", openai_project_key(2) + " <ann@example.org>", "-m", "start"});
  repo.git({"branch", openai_project_key(3)});
  const TempDir dir;
  const auto file = (dir.path() / "a.json").native();
  CHECK(keysift({"history", ".", "--reveal", "--quiet", "--report", "json=" + file}, repo.path()).exit_code ==
        1);
  const auto outcome = keysift({"report", file});
  CHECK(outcome.exit_code == 0);
  CHECK(contains(outcome.out, "sk-proj-****"));
  for (unsigned seed : {2U, 3U}) CHECK_FALSE(contains(outcome.out, openai_project_key(seed).substr(8, 40)));
}

TEST_CASE("a file of JSON Lines is written when there is something to write, and is its owner's alone") {
  TempDir dir;
  dir.write("a.py", "key = '" + openai_project_key(1) + "'\n");
  CHECK(keysift({"files", "a.py", "--quiet", "--report", "json=a.json"}, dir.path()).exit_code == 1);
  const auto before = file_bytes(dir.path() / "a.json");
  CHECK(keysift({"merge", "a.json", "no.json", "--report", "jsonl=a.json"}, dir.path()).exit_code == 2);
  CHECK(keysift({"files", "a.py", "--config", "no.toml", "--report", "jsonl=a.json"}, dir.path()).exit_code ==
        2);
  CHECK(file_bytes(dir.path() / "a.json") == before);

  dir.write("x.jsonl", "old\n");
  fs::permissions(dir.path() / "x.jsonl", fs::perms(0644));
  CHECK(
      keysift({"files", "a.py", "--quiet", "--reveal", "--report", "jsonl=x.jsonl"}, dir.path()).exit_code ==
      1);
  CHECK(fs::status(dir.path() / "x.jsonl").permissions() == fs::perms(0600));
  CHECK(lines_of_json(file_bytes(dir.path() / "x.jsonl")).at(0).at("type") == "found");
}

TEST_CASE("a key in a path is masked before anybody knows of it") {
  TempDir dir;
  const auto key = openai_project_key(1), other = openai_project_key(2);
  dir.write(other + ".py", "key = '" + key + "'\n");
  const auto lines = lines_of_json(keysift({"files", dir.path(), "--format", "jsonl"}).out);
  REQUIRE(lines.at(0).at("type") == "found");
  CHECK(lines.at(0).at("location").at("path") == "sk-proj-****" + other.substr(other.size() - 4) + ".py");
  CHECK(lines.at(0).at("secret").at("sha256") ==
        finding_of(scan({"files", dir.path()}).report, key).at("secret").at("sha256"));
}

TEST_CASE("keys that only the history has are written for git-filter-repo, on request and out of reach") {
  Leaky leaky;
  const auto file = leaky.out.path() / "keys.txt";
  const auto outcome = keysift({"history", ".", "--write-replacements", file}, leaky.repo.path());
  CHECK(outcome.exit_code == 1);
  CHECK(file_bytes(file) ==
        "literal:" + std::min(openai_project_key(2), openai_project_key(3)) + "==>***REMOVED***\nliteral:" +
            std::max(openai_project_key(2), openai_project_key(3)) + "==>***REMOVED***\n");
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(contains(outcome.out,
                 "\n       keysift history --write-replacements ../keys.txt\n"
                 "       git filter-repo --replace-text ../keys.txt --replace-message ../keys.txt\n"));
  for (const char* inside : {"keys.txt", "./sub/../keys.txt"}) {
    fs::create_directory(leaky.repo.path() / "sub");
    const auto refused = keysift({"history", ".", "--write-replacements", inside}, leaky.repo.path());
    CHECK(refused.exit_code == 2);
    CHECK(refused.err ==
          "keysift: --write-replacements: " + std::string(inside) +
              " would lie in a repository, and it will hold the keys; name a file outside, such as "
              "../keys.txt\n");
    CHECK_FALSE(fs::exists(leaky.repo.path() / "keys.txt"));
  }
}

TEST_CASE("keys are written into no work tree, of whichever repository it is") {
  Leaky leaky;
  TestRepo other;
  TempDir dir;
  leaky.repo.git({"worktree", "add", "-q", (dir.path() / "linked").native()});
  leaky.repo.git({"clone", "-q", "--bare", ".", (dir.path() / "bare.git").native()});
  fs::create_directory_symlink(leaky.repo.path(), dir.path() / "link");
  const auto refused = [&](const std::string& command, const fs::path& path, const fs::path& folder) {
    const auto outcome = keysift({command, path, "--write-replacements", folder / "keys.txt"}, dir.path());
    CHECK_FALSE(fs::exists(folder / "keys.txt"));
    return outcome.exit_code == 2 && contains(outcome.err, "keys.txt would lie in a repository");
  };
  CHECK(refused("history", leaky.repo.path(), "link"));
  CHECK(refused("history", leaky.repo.path(), "linked"));
  CHECK(refused("history", "linked", leaky.repo.path()));
  CHECK(refused("history", leaky.repo.path(), other.path()));
  CHECK(refused("history", "bare.git", "bare.git"));
  CHECK(refused("history", "bare.git", leaky.repo.path()));
  CHECK(refused("history", leaky.repo.path() / ".git", leaky.repo.path()));
  CHECK(refused("scan", leaky.repo.path() / "a.py", leaky.repo.path()));
  const auto missing = keysift({"scan", "nothing", "--write-replacements", "keys.txt"}, dir.path());
  CHECK(missing.exit_code == 2);
  CHECK(missing.err == "keysift: cannot read nothing: No such file or directory\n");
}

TEST_CASE("git-filter-repo takes them out") {
  if (run({"git", "filter-repo", "--version"}, ".").exit_code != 0) {
    WARN("skipped: git-filter-repo is not installed");
    return;
  }
  Leaky leaky;
  const auto block = "-----BEGIN PRIVATE KEY-----\nline+one/==\nline two\n-----END PRIVATE KEY-----";
  leaky.repo.write("key.pem", std::string(block) + "\n");
  leaky.repo.commit_all("pem");
  leaky.repo.write("key.pem", "");
  leaky.repo.commit_all("no pem");
  const auto file = leaky.out.path() / "keys.txt";
  keysift({"history", ".", "--write-replacements", file}, leaky.repo.path());
  leaky.repo.git({"filter-repo", "--force", "--replace-text", file, "--replace-message", file});
  const auto after =
      scan({"history", leaky.repo.path(), "--min-confidence", "low", "--reachable-only"}).report;
  CHECK(findings_of(after, openai_project_key(2)).empty());
  CHECK(findings_of(after, openai_project_key(3)).empty());
  CHECK(findings_of(after, openai_project_key(1)).size() == 2);
}

}  // namespace keysift::test
