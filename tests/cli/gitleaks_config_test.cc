// gitleaks' configuration, taken as it is.
#include <algorithm>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using nlohmann::json;
using Strings = std::vector<std::string>;

constexpr std::string_view kRule =
    "[[rules]]\nid = 'acme'\nregex = '''acme_([a-z0-9]{8})'''\nkeywords = ['acme_']\nentropy = 2\n";

// "rule path:line secret" for each finding, in order; for those that are allowed, "by NAME" before it.
Strings told(const Scan& scan) {
  Strings lines;
  const auto add = [&](const json& each, const std::string& before) {
    const auto& location = each.at("location");
    lines.push_back(
        before + each.at("rule").at("id").get<std::string>() + " " + location.at("path").get<std::string>() +
        ":" + std::to_string(location.at("line").get<int>()) + " " + each.at("secret").value("value", ""));
  };
  for (const auto& each : scan.report.at("findings")) add(each, "");
  for (const auto& each : scan.report.at("allowed"))
    add(each, "by " + each.at("allowed_by").get<std::string>() + " ");
  std::sort(lines.begin(), lines.end());
  return lines;
}

Scan revealed(const std::filesystem::path& folder, const std::string& command = "files") {
  return scan({command, ".", "--reveal"}, folder);
}

TEST_CASE("gitleaks' configuration: the rules in the root of what is scanned, and nothing but them") {
  const TempDir dir;
  dir.write(".gitleaks.toml", kRule);
  dir.write("a.txt", "x acme_1a2b3c4d y\n" + openai_project_key() + "\nACME_9z8y7x6w acme_aaaaaaaa\n");
  const auto found = revealed(dir.path());
  CHECK(found.exit_code == 1);
  CHECK(told(found) == Strings{"acme a.txt:1 1a2b3c4d"});
  const auto quiet = keysift({"files", ".", "--format", "csv"}, dir.path());
  CHECK(quiet.err ==
        "keysift: 1 rule of ./.gitleaks.toml in the place of keysift's own; to have both: [extend] "
        "useDefault = true\n");

  dir.write(".keysift.toml", "");
  CHECK(told(revealed(dir.path())).size() == 1);  // this one goes before: keysift's rules
  CHECK(revealed(dir.path()).report.at("findings")[0].at("rule").at("id") == "openai-project-key");
}

TEST_CASE(
    "gitleaks' configuration: a finding stands where its rule's match does, and its secret alone is hidden") {
  const TempDir dir;
  dir.write("c.toml", "[[rules]]\nid = 'pair'\nregex = '''name\\s*=\\s*(\\w+)'''\n");
  dir.write("a.txt", "\nthe name\n = hush\n");
  const auto found = scan({"files", "a.txt", "--config", "c.toml", "--reveal"}, dir.path());
  CHECK(told(found) == Strings{"pair a.txt:2 hush"});
  const auto text = keysift({"files", "a.txt", "--config", "c.toml"}, dir.path());
  CHECK_FALSE(contains(text.out + text.err, "hush"));
}

TEST_CASE("gitleaks' configuration: allowlists need any of their conditions, or all") {
  const TempDir dir;
  const std::string rule(kRule);
  const auto found = [&](const std::string& list) {
    dir.write("c.toml", rule + list);
    dir.write("src/a.txt", "acme_1a2b3c4d\n");
    dir.write("test/a.txt", "acme_1a2b3c4d\nacme_5e6f7g8h\n");
    return told(scan({"files", "src", "test", "--config", "c.toml", "--reveal"}, dir.path()));
  };
  CHECK(found("").size() == 3);
  CHECK(found("[[rules.allowlists]]\ncondition = 'AND'\npaths = ['^test/']\nregexes = ['^1a']\n") ==
        Strings{"acme src/a.txt:1 1a2b3c4d", "acme test/a.txt:2 5e6f7g8h"});
  CHECK(found("[[rules.allowlists]]\npaths = ['^test/']\nregexes = ['^1a']\n").empty());
  CHECK(found("[[allowlists]]\ncondition = '&&'\npaths = ['^test/']\nstopwords = ['1A2B']\n") ==
        Strings{"acme src/a.txt:1 1a2b3c4d", "acme test/a.txt:2 5e6f7g8h",
                "by c.toml acme test/a.txt:1 1a2b3c4d"});
  CHECK(found("[allowlist]\nregexTarget = 'match'\nregexes = ['acme_5']\n").size() == 3);
  CHECK(found("[[allowlists]]\ntargetRules = ['acme']\npaths = ['src']\n").size() == 2);
}

TEST_CASE("gitleaks' configuration: rules that ask for paths") {
  TestRepo repo;
  repo.write(".gitleaks.toml", "[[rules]]\nid = 'p12'\npath = '''\\.p12$'''\n");
  repo.write("a/cert.p12", "anything\n");
  repo.write("gone.p12", "anything\n");
  repo.commit_all("certificates");
  std::filesystem::remove(repo.path() / "gone.p12");
  repo.commit_all("one is gone");
  CHECK(told(revealed(repo.path())) == Strings{"p12 a/cert.p12:1 "});
  CHECK(told(revealed(repo.path(), "scan")) == Strings{"p12 a/cert.p12:1 ", "p12 gone.p12:1 "});
  repo.write("new.p12", "anything\n");
  repo.git({"add", "new.p12"});
  CHECK(told(revealed(repo.path(), "staged")) == Strings{"p12 new.p12:1 "});
}

TEST_CASE("gitleaks' configuration: a rule's tags stand in gitleaks' report") {
  const TempDir dir;
  dir.write(".gitleaks.toml", std::string(kRule) + "tags = ['key', 'acme']\n");
  dir.write("a.txt", "acme_1a2b3c4d\n");
  const auto report = json::parse(keysift({"files", ".", "--format", "gitleaks"}, dir.path()).out);
  CHECK(report.at(0).at("Tags") == json::array({"key", "acme"}));
}

TEST_CASE("gitleaks' configuration: a generic rule gives way to another only where that one counts") {
  TestRepo repo;
  const std::string found = "regex = '''key=(\\w{8})'''\nkeywords = ['key']\n";
  repo.write(".gitleaks.toml", "[[rules]]\nid = 'my-generic'\n" + found + "[[rules]]\nid = 'tf'\n" + found +
                                   "path = '''\\.tf$'''\n");
  repo.write("a.tf", "key=a1b2c3d4\n");
  repo.write("a.py", "key=a1b2c3d4\n");
  repo.commit_all("keys");
  const Strings expected{"my-generic a.py:1 a1b2c3d4", "tf a.tf:1 a1b2c3d4"};
  CHECK(told(revealed(repo.path())) == expected);
  CHECK(told(revealed(repo.path(), "history")) == expected);
}

TEST_CASE("gitleaks' configuration: what a rule requires must be near") {
  const TempDir dir;
  dir.write("c.toml",
            "[[rules]]\nid = 'id'\nregex = '''ID-[0-9]{4}'''\nkeywords = ['id-']\nskipReport = true\n"
            "[[rules]]\nid = 'pair'\nregex = '''SECRET-[0-9]{4}'''\nkeywords = ['secret-']\n"
            "[[rules.required]]\nid = 'id'\nwithinLines = 1\nwithinColumns = 3\n");
  dir.write("near.txt", "ID-1234\nSECRET-1111\n");
  dir.write("far.txt", "ID-1234\n\nSECRET-2222\n");
  dir.write("beside.txt", "ID-1234 SECRET-3333\n");
  dir.write("alone.txt", "SECRET-4444\n");
  CHECK(told(scan({"files", ".", "--config", "c.toml", "--reveal"}, dir.path())) ==
        Strings{"pair near.txt:2 SECRET-1111"});
}

TEST_CASE("gitleaks' configuration: beside keysift's own rules") {
  const TempDir dir;
  dir.write("c.toml",
            "[extend]\nuseDefault = true\ndisabledRules = ['openai-project-key', 'openai-key-unmarked']\n" +
                std::string(kRule));
  dir.write("a.txt", "acme_1a2b3c4d\n" + openai_project_key() + "\n" + anthropic_api_key() + "\n");
  const auto found = scan({"files", "a.txt", "--config", "c.toml"}, dir.path());
  CHECK(told(found) == Strings{"acme a.txt:1 ", "anthropic-api-key a.txt:3 "});
  CHECK(keysift({"files", "a.txt", "--config", "c.toml"}, dir.path()).err ==
        "keysift: keysift's own rules, in the place of gitleaks' default ones, and 1 rule of c.toml\n");
}

TEST_CASE(
    "gitleaks' configuration: what it extends lies below the root, or beside it, but is reached by no link") {
  const TempDir outside;
  outside.write("base.toml", kRule);
  const TempDir dir;
  dir.write("a.txt", "acme_1a2b3c4d\n");
  dir.write("conf/base.toml", kRule);
  dir.write(".gitleaks.toml", "[extend]\npath = 'conf/base.toml'\n");
  CHECK(told(revealed(dir.path())).size() == 1);
  for (const auto& path : {outside.path().native() + "/base.toml",
                           std::string("../") + outside.path().filename().native() + "/base.toml",
                           std::string("link/base.toml")}) {
    std::filesystem::remove(dir.path() / "link");
    std::filesystem::create_directory_symlink(outside.path(), dir.path() / "link");
    dir.write(".gitleaks.toml", "[extend]\npath = '" + path + "'\n");
    const auto refused = keysift({"files", "."}, dir.path());
    CHECK(refused.exit_code == 2);
    CHECK(lines_of(refused.err).size() == 1);
    CHECK(contains(refused.err, "base.toml"));
    CHECK(contains(refused.err, "lies outside of the repository") == !path.starts_with("link"));
  }
}

TEST_CASE("gitleaks' configuration: a pattern that needs too much memory ends the scan with its text") {
  const TempDir dir;
  dir.write("c.toml", "[[rules]]\nid = 'a'\nregex = '''key(?:[^a]{1000}b){1,900}'''\nkeywords = ['key']\n");
  dir.write("a.txt", "key\n");
  const auto refused = keysift({"files", "a.txt", "--config", "c.toml"}, dir.path());
  CHECK(refused.exit_code == 2);
  CHECK(lines_of(refused.err).size() <= 2);
  CHECK((contains(refused.err, "RE2 refuses the pattern of rule 'a'") ||
         contains(refused.err, "needs more than")));
}

TEST_CASE(
    "gitleaks' configuration: none of what was pushed, nor where the configuration comes from elsewhere") {
  TestRepo repo;
  repo.write("a.txt", openai_project_key() + "\n");
  repo.commit_all("key");
  repo.write(".gitleaks.toml", kRule);
  CHECK(told(revealed(repo.path())).empty());
  CHECK(scan({"files", ".", "--config-from", "none"}, repo.path()).exit_code == 1);
  CHECK(scan({"files", ".", "--config-from", "HEAD"}, repo.path()).exit_code == 1);
}

TEST_CASE("gitleaks' configuration: what a branch does to keysift's own rules stands in the report") {
  const TempDir dir;
  const auto rules_changed = [&](const std::string& config) {
    dir.write(".gitleaks.toml", config);
    dir.write("a.txt", openai_project_key() + "\n");
    const auto report = scan({"files", "."}, dir.path()).report;
    const auto& scanned = report.at("repositories").at(0);
    CHECK(scanned.at("rules_changed_by").is_null() == scanned.at("rules_changed").empty());
    return scanned.at("rules_changed");
  };
  const std::string beside = "[extend]\nuseDefault = true\n";
  CHECK(rules_changed(beside) == json::array());
  CHECK(rules_changed(beside + std::string(kRule)) == json::array());
  CHECK(rules_changed(beside +
                      "[[rules]]\nid = 'stripe-access-token'\n[[rules.allowlists]]\npaths = ['x']\n") ==
        json{"stripe-live-key", "stripe-test-key"});
  CHECK(rules_changed(beside + "[[rules]]\nid = 'npm-access-token'\nregex = 'never'\n").empty());
  CHECK(rules_changed(beside + "[[rules]]\nid = 'openai-project-key'\nregex = 'never'\n") ==
        json{"openai-project-key"});
  CHECK(rules_changed(beside + "[[rules]]\nid = 'openai-project-key'\nentropy = 9\n") ==
        json{"openai-project-key"});
  CHECK(rules_changed(std::string(kRule)).size() > 300);

  CHECK(rules_changed(beside + "disabledRules = ['openai-project-key', 'generic-secret']\n") ==
        json{"generic-secret", "openai-project-key"});
  const std::string words =
      ".gitleaks.toml takes away, replaces or changes 2 of keysift's own rules (generic-secret and "
      "openai-project-key); to search by all of them: --config-from none";
  const auto shown = [&](const std::string& format) {
    return keysift({"files", ".", "--format", format}, dir.path());
  };
  CHECK(contains(words_of_report(shown("text").out), words));
  CHECK(contains(shown("markdown").out, words));
  CHECK(json::parse(shown("sarif").out)
            .at("runs")
            .at(0)
            .at("invocations")
            .at(0)
            .at("toolConfigurationNotifications")
            .at(0)
            .at("message")
            .at("text") == words);
  dir.write("again.json", shown("json").out);
  CHECK(contains(words_of_report(keysift({"report", "again.json"}, dir.path()).out), words));
  CHECK(scan({"files", ".", "--config-from", "none"}, dir.path()).exit_code == 1);
  // What is named on the command line is no word of the branch.
  CHECK(scan({"files", ".", "--config", ".gitleaks.toml"}, dir.path())
            .report.at("repositories")
            .at(0)
            .at("rules_changed")
            .empty());
}

TEST_CASE("gitleaks' configuration: without any rule nothing would be searched for, and so nothing is") {
  const TempDir dir;
  const auto config = GENERATE(std::string("[allowlist]\npaths = ['x']\n"), std::string("title = 'x'\n"));
  dir.write(".gitleaks.toml", config);
  const auto outcome = keysift({"files", "."}, dir.path());
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err ==
        "keysift: ./.gitleaks.toml: it leaves no rule, and nothing would be searched for; to "
        "have keysift's: [extend] useDefault = true\n");
  CHECK(scan({"files", ".", "--config-from", "none"}, dir.path()).exit_code == 0);
}

TEST_CASE("gitleaks' configuration: rules are listed, shown and measured") {
  const TempDir dir;
  dir.write("c.toml", std::string(kRule) + "[[rules]]\nid = 'path'\npath = 'x'\n");
  CHECK(keysift({"rules", "list", "--config", "c.toml"}, dir.path()).out ==
        "acme  medium  acme\npath  medium  path\n");
  CHECK(contains(keysift({"rules", "show", "path", "--config", "c.toml"}, dir.path()).out,
                 "regex:          none\n"));
}

TEST_CASE("gitleaks' configuration: imported, its rules are rules of keysift") {
  const TempDir dir;
  dir.write("c.toml", kRule);
  dir.write("a.txt", "acme_1a2b3c4d\n");
  const auto imported = keysift({"rules", "import", "c.toml"}, dir.path());
  CHECK(imported.exit_code == 0);
  dir.write("mine.toml", imported.out);
  CHECK(told(scan({"files", "a.txt", "--rules", "mine.toml", "--rule", "acme", "--reveal"}, dir.path())) ==
        Strings{"acme a.txt:1 1a2b3c4d"});
  CHECK(keysift({"rules", "import", "none.toml"}, dir.path()).err ==
        "keysift: cannot read none.toml: No such file or directory\n");
}

}  // namespace
}  // namespace keysift::test
