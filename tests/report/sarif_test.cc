#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/version.h"
#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;
using nlohmann::json;

namespace {

json run_of(const Report& report) {
  const auto sarif = json::parse(rendered(report, Format::sarif, {}));
  REQUIRE(sarif.at("version") == "2.1.0");
  REQUIRE(sarif.at("runs").size() == 1);
  return sarif.at("runs").at(0);
}

/// The place of the one finding at `path`.
json location_of(Origin origin, const std::string& path) {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.findings.push_back(sample_finding(rules[0], openai_project_key(), path));
  report.findings[0].origin = origin;
  report.findings[0].provenance = sample_provenance();
  return run_of(report).at("results").at(0).at("locations").at(0).at("physicalLocation");
}

json artifact(Origin origin, const std::string& path) {
  return location_of(origin, path).at("artifactLocation");
}

json in_base(const std::string& base, const std::string& uri) { return {{"uri", uri}, {"uriBaseId", base}}; }

}  // namespace

TEST_CASE("SARIF lists every rule") {
  const auto rules = sample_rules();
  const auto driver = run_of(sample_report(rules)).at("tool").at("driver");
  CHECK(driver.at("name") == "keysift");
  CHECK(driver.at("fullName") == std::string("keysift ") + kVersion);
  CHECK(driver.at("version") == kVersion);

  const auto& listed = driver.at("rules");
  std::vector<std::string> ids, levels;
  for (const auto& rule : listed) {
    ids.push_back(rule.at("id"));
    levels.push_back(rule.at("defaultConfiguration").at("level"));
  }
  CHECK(ids == std::vector<std::string>{"openai-project-key", "generic-token", "env-tracked",
                                        "env-tracked-ignored", "env-staged", "env-in-history", "env-expected",
                                        "env-not-ignored", "env-reincluded", "env-wrong-pattern",
                                        "env-partly-ignored", "env-personal-rule", "env-in-image",
                                        "env-in-package", "env-image-variable", "env-public-variable",
                                        "env-readable", "env-unreachable", "env-unprepared"});
  CHECK(levels == std::vector<std::string>{"error", "note", "error", "error", "error", "error", "warning",
                                           "warning", "warning", "warning", "warning", "warning", "error",
                                           "error", "error", "error", "note", "note", "note"});

  const auto& openai = listed.at(0);
  CHECK(openai.at("name") == "OpenaiProjectKey");
  CHECK(listed.at(3).at("name") == "EnvTrackedIgnored");
  CHECK(openai.at("shortDescription").at("text") == "OpenAI project API key");
  CHECK(openai.at("helpUri") == "https://platform.openai.com/api-keys");
  CHECK(openai.at("properties").at("security-severity") == "9.5");
  CHECK(openai.at("properties").at("precision") == "very-high");
  CHECK(openai.at("help").at("text").get<std::string>().find(
            "https://platform.openai.com/api-keys\n2. Make a new") != std::string::npos);
  CHECK_FALSE(listed.at(1).contains("helpUri"));
}

TEST_CASE("A rule's name in SARIF is one word") {
  auto rules = sample_rules();
  rules[0].id = "my_token.v2-3x";
  const auto listed = run_of(sample_report(rules)).at("tool").at("driver").at("rules");
  CHECK(listed.at(0).at("id") == "my_token.v2-3x");
  CHECK(listed.at(0).at("name") == "MyTokenV23x");
}

TEST_CASE("Only an address that can be a link is one in SARIF") {
  auto rules = sample_rules();
  for (const char* console :
       {"https://a.example/x><b>", "https://a.example/x y", "http://a.example/", "see the wiki"}) {
    rules[0].console = console;
    const auto rule = run_of(sample_report(rules)).at("tool").at("driver").at("rules").at(0);
    CHECK_FALSE(rule.contains("helpUri"));
    CHECK(rule.at("help").at("markdown") == rule.at("help").at("text"));
  }
}

TEST_CASE("A finding as a SARIF result") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  const auto result = run_of(report).at("results").at(1);
  const auto key = openai_project_key(1);
  CHECK(result.at("ruleId") == "openai-project-key");
  CHECK(result.at("ruleIndex") == 0);
  CHECK(result.at("level") == "error");
  CHECK(result.at("message").at("text") == "OpenAI project API key " + Secret(key).redacted() +
                                               " (high confidence), added on 2024-05-01 in commit " +
                                               kFirstCommit +
                                               ": gone from HEAD, not from history: every clone still has "
                                               "it. Revoke it first, then make a new one. The same key "
                                               "is also here: [1](1).");
  CHECK(result.at("locations") ==
        json::array({{{"physicalLocation",
                       {{"artifactLocation", in_base("%SRCROOT%", "old%20notes.txt")},
                        {"region",
                         {{"startLine", 12},
                          {"startColumn", 15},
                          {"endLine", 12},
                          {"endColumn", 15 + key.size()}}}}}}}));
  CHECK(result.at("partialFingerprints") == json({{"keysift/v1", report.findings[1].fingerprint()}}));
  CHECK(result.at("properties").at("origin") == "history");
  CHECK(result.at("properties").at("secret").at("sha256") == Secret(key).sha256());
  CHECK(result.at("properties").at("provenance").at("removed").at("commit") == kSecondCommit);
}

TEST_CASE("SARIF's level follows the confidence of the finding") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  report.findings[0].confidence = Confidence::medium;
  const auto results = run_of(report).at("results");
  CHECK(results.at(0).at("level") == "warning");
  CHECK(results.at(1).at("level") == "error");
  CHECK(results.at(2).at("level") == "note");
  CHECK(results.at(2).at("ruleIndex") == 1);
}

TEST_CASE("A path is a URI in SARIF") {
  CHECK(artifact(Origin::worktree, "src/a-b_c.~1.py") == in_base("%SRCROOT%", "src/a-b_c.~1.py"));
  CHECK(artifact(Origin::worktree, "a:b?c#d%e.py") == in_base("%SRCROOT%", "a%3Ab%3Fc%23d%25e.py"));
  CHECK(artifact(Origin::worktree, "\xc3\xbc\xff\n") == in_base("%SRCROOT%", "%C3%BC%FF%0A"));
  CHECK(artifact(Origin::worktree, "x.zip!in/.env") == in_base("%SRCROOT%", "x.zip%21in/.env"));
  CHECK(artifact(Origin::worktree, "/srv/a b") == json({{"uri", "file:///srv/a%20b"}}));
}

TEST_CASE("SARIF names places that are no files") {
  CHECK(artifact(Origin::commit_message, "") == in_base("GIT", std::string("commit/") + kBlob));
  CHECK(artifact(Origin::tag_message, "refs/tags/v 1") == in_base("GIT", "refs/tags/v%201"));
  CHECK(artifact(Origin::note, "refs/notes/commits") == in_base("GIT", "refs/notes/commits"));
  CHECK(artifact(Origin::standard_input, "") == json({{"uri", "stdin"}}));
  CHECK_FALSE(location_of(Origin::path, "a.txt").contains("region"));
}

TEST_CASE("SARIF carries .env files with the commands that help") {
  const auto rules = sample_rules();
  const auto results = run_of(leaky_report(rules)).at("results");
  REQUIRE(results.size() == 6);
  const auto check = [&](std::size_t index, const std::string& rule, int rule_index, const std::string& level,
                         const json& fix) {
    const auto& result = results.at(index);
    CHECK(result.at("ruleId") == rule);
    CHECK(result.at("ruleIndex") == rule_index);
    CHECK(result.at("level") == level);
    CHECK(result.at("properties").at("fix") == fix);
  };
  check(3, "env-unprepared", 18, "note", {"echo .env >> .gitignore"});
  check(4, "env-tracked", 2, "error", {"git rm --cached api/.env", "echo .env >> .gitignore"});
  check(5, "env-reincluded", 8, "warning", {"echo .env.local >> 'web app/.gitignore'"});
}

TEST_CASE("SARIF leads from the line at fault to the file with secrets") {
  const auto rules = sample_rules();
  const auto results = run_of(leaky_report(rules)).at("results");
  const auto& tracked = results.at(4);
  CHECK(tracked.at("message").at("text") ==
        "Git tracks this file, so every clone has it. Revoke the keys in it.");
  CHECK(tracked.at("locations") ==
        json::array({{{"physicalLocation", {{"artifactLocation", in_base("%SRCROOT%", "api/.env")}}}}}));
  CHECK_FALSE(tracked.contains("relatedLocations"));

  const auto& reincluded = results.at(5);
  CHECK(reincluded.at("message").at("text") ==
        "A rule ignores this file and another one takes that back: the next `git add .` puts it into a "
        "commit. The file is [here](1).");
  CHECK(reincluded.at("locations") ==
        json::array({{{"physicalLocation",
                       {{"artifactLocation", in_base("%SRCROOT%", "web%20app/.gitignore")},
                        {"region", {{"startLine", 3}}}}}}}));
  CHECK(reincluded.at("relatedLocations") ==
        json::array(
            {{{"id", 1},
              {"physicalLocation", {{"artifactLocation", in_base("%SRCROOT%", "web%20app/.env.local")}}},
              {"message", {{"text", "The file with secrets."}}}}}));
  CHECK(reincluded.at("properties").at("file") == "web app/.env.local");
  CHECK(reincluded.at("properties").at("summary") ==
        "web app/.env.local: A rule ignores this file and another one takes that back: the next `git add .` "
        "puts it into a commit. At web app/.gitignore:3: !.env.local. It takes back .env.* (.gitignore:2).");
}

TEST_CASE("No message in SARIF has a link that a repository's author wrote") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.env = sample_env();
  for (auto& file : report.env) {
    file.path = "[a](http:b)";
    file.provenance = sample_provenance();
    file.provenance->introduced->author = "[a](http:b)";
  }
  report.env[2].cause->text = "[a](http:b)";
  report.env[2].detail = "[a](http:b).";
  report.errors = {{"a", "tree cannot be read ([a](http:b)[c](http:d))"}};
  report.findings.push_back(sample_finding(rules[0], "[secret](http:b)", "[a](http:b)"));
  const auto run =
      json::parse(rendered(report, Format::sarif, {.reveal = true, .color = false})).at("runs").at(0);
  const auto text = [&](std::size_t index) {
    return run.at("results").at(index).at("message").at("text").get<std::string>();
  };
  CHECK(text(0) ==
        "OpenAI project API key [secret] (http:b) (high confidence). Revoke it first, then make a new one.");
  for (std::size_t i = 1; i < 4; ++i) CHECK(text(i).find("[a]") == std::string::npos);
  CHECK(run.at("invocations").at(0).at("toolExecutionNotifications").at(0).at("message").at("text") ==
        "tree cannot be read ([a] (http:b)[c] (http:d))");
}

TEST_CASE("SARIF says what could not be read") {
  const auto rules = sample_rules();
  const auto clean = run_of(sample_report(rules)).at("invocations").at(0);
  CHECK(clean.at("executionSuccessful") == true);
  CHECK(clean.at("toolExecutionNotifications") == json::array());

  const auto failed = run_of(leaky_report(rules)).at("invocations").at(0);
  CHECK(failed.at("executionSuccessful") == false);
  const auto notification = failed.at("toolExecutionNotifications").at(0);
  CHECK(notification.at("level") == "error");
  CHECK(notification.at("message").at("text") == "Permission denied");
  CHECK(notification.at("properties").at("path") == "private/dump.sql");

  auto broken = sample_report(rules);
  broken.errors = {{kBlob, "object cannot be read"}};
  CHECK(run_of(broken).at("invocations").at(0).at("toolExecutionNotifications").at(0).at("locations") ==
        json::array({{{"physicalLocation",
                       {{"artifactLocation", in_base("GIT", std::string("object/") + kBlob)}}}}}));
}

TEST_CASE("SARIF tells what is allowed, and why") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  for (const char* path : {"a.py", "b.py", "c.py"})
    report.allowed.push_back(sample_finding(rules[0], openai_project_key(), path));
  report.allowed[0].allowed_by = std::string(kMarkOnLine);
  report.allowed[1].allowed_by = ".keysiftignore:2";
  report.allowed[1].allowed_reason = "made up";
  report.allowed[2].allowed_by = ".keysift.toml";
  report.env = sample_env();
  report.env[1].allowed_by = ".keysiftignore:3";
  report.env[1].allowed_reason = "empty";
  const auto results = run_of(report).at("results");
  const auto suppression = [&](std::size_t index) { return results.at(index).at("suppressions"); };
  const auto one = [](const char* kind, const char* why) {
    return json::array({{{"kind", kind}, {"status", "accepted"}, {"justification", why}}});
  };
  CHECK(suppression(0) == one("inSource", "a mark on its line"));
  CHECK(suppression(1) == one("external", "made up (.keysiftignore:2)"));
  CHECK(suppression(2) == one("external", ".keysift.toml"));
  CHECK(suppression(4) == one("external", "empty (.keysiftignore:3)"));
  CHECK_FALSE(results.at(5).contains("suppressions"));
}

TEST_CASE("SARIF relates the places of one key") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  const auto results = run_of(report).at("results");
  const auto related = results.at(0).at("relatedLocations");
  REQUIRE(related.size() == 1);
  CHECK(related.at(0).at("id") == 1);
  CHECK(related.at(0).at("message").at("text") == "The same key.");
  CHECK(related.at(0).at("physicalLocation") == results.at(1).at("locations").at(0).at("physicalLocation"));
  CHECK(results.at(1).at("relatedLocations").size() == 1);
  CHECK_FALSE(results.at(2).contains("relatedLocations"));
  CHECK_FALSE(run_of(report).at("results").at(2).at("message").at("text").get<std::string>().ends_with(")."));

  auto elsewhere = report;
  elsewhere.repositories.emplace_back().name = "example/other";
  elsewhere.findings[1].repository = 1;
  const auto parted = json::parse(rendered(elsewhere, Format::sarif));
  for (const auto& run : parted.at("runs")) CHECK_FALSE(run.at("results").at(0).contains("relatedLocations"));

  for (int i = 0; i < 20; ++i)
    report.findings.push_back(sample_finding(rules[0], openai_project_key(1), std::to_string(i)));
  const auto first = run_of(report).at("results").at(0);
  CHECK(first.at("relatedLocations").size() == 10);
  const auto message = first.at("message").at("text").get<std::string>();
  CHECK(
      message.ends_with(" The same key is also here: [1](1), [2](2), [3](3), [4](4), [5](5), [6](6), [7](7), "
                        "[8](8), [9](9) and [10](10)."));
}

TEST_CASE("SARIF says which commit of which repository was scanned") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  CHECK_FALSE(run_of(report).contains("versionControlProvenance"));
  report.repositories[0] = {"example/shop", "https://example.org/shop", kFirstCommit, "main", {}};
  CHECK(run_of(report).at("versionControlProvenance") ==
        json::array({{{"repositoryUri", "https://example.org/shop"},
                      {"revisionId", kFirstCommit},
                      {"branch", "main"},
                      {"mappedTo", {{"uriBaseId", "%SRCROOT%"}}}}}));
}

TEST_CASE("SARIF has no more results in a run than GitHub takes") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  const auto finding = sample_finding(rules[0], openai_project_key(), "a.py");
  report.findings.assign(25'000, finding);
  // Not parsed: with sanitizers that takes a minute.
  const auto lines_with = [](const std::string& text, const std::string& part) {
    const auto lines = lines_of(text);
    return std::count_if(lines.begin(), lines.end(),
                         [&](const std::string& line) { return line.find(part) != std::string::npos; });
  };
  auto text = rendered(report, Format::sarif);
  CHECK(lines_with(text, "\"ruleId\"") == 25'000);
  CHECK(lines_with(text, "\"automationDetails\"") == 0);
  report.findings.push_back(finding);
  report.env = sample_env();
  text = rendered(report, Format::sarif);
  const auto second = text.find("\"id\": \"keysift/example/shop/2/\"");
  REQUIRE(second != std::string::npos);
  CHECK(text.find("\"id\": \"keysift/example/shop/1/\"") < second);
  CHECK(lines_with(text.substr(0, second), "\"ruleId\"") == 25'000);
  CHECK(lines_with(text.substr(second), "\"ruleId\"") == 4);
  CHECK(lines_with(text, "\"automationDetails\"") == 2);
}
