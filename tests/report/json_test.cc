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

json parsed(const Report& report, bool reveal = false) {
  return json::parse(rendered(report, Format::json, {.reveal = reveal, .color = true}));
}

}  // namespace

TEST_CASE("The JSON report of nothing found") {
  const auto rules = sample_rules();
  CHECK(rendered(sample_report(rules), Format::json, {}) == R"({
  "schema_version": 1,
  "tool": {
    "name": "keysift",
    "version": ")" + std::string(kVersion) + R"("
  },
  "target": "shop",
  "repositories": [
    {
      "name": "example/shop",
      "url": null,
      "revision": null,
      "branch": null,
      "files": 0,
      "objects": 0,
      "commits": 0,
      "bytes": 0,
      "config_from": null,
      "config_commit": null,
      "rules_changed_by": null,
      "rules_changed": [],
      "nested": []
    }
  ],
  "findings": [],
  "allowed": [],
  "stale": [],
  "env": [],
  "doors": [],
  "errors": [],
  "summary": {
    "findings": {
      "high": 0,
      "medium": 0,
      "low": 0
    },
    "suppressed": 0,
    "fixed": null,
    "files": 132,
    "objects": 4021,
    "commits": 312,
    "bytes": 1234567,
    "env_checked": false,
    "env_alone": false,
    "complete": true,
    "skipped": {}
  }
}
)");
}

TEST_CASE("A finding in JSON") {
  const auto rules = sample_rules();
  const auto key = openai_project_key(1);
  const auto report = leaky_report(rules);
  const auto finding = parsed(report).at("findings").at(1);
  CHECK(
      finding ==
      json({
          {"fingerprint", report.findings[1].fingerprint()},
          {"repository", "example/shop"},
          {"rule",
           {{"id", "openai-project-key"},
            {"description", "OpenAI project API key"},
            {"provider", "OpenAI"},
            {"console", "https://platform.openai.com/api-keys"}}},
          {"confidence", "high"},
          {"secret",
           {{"redacted", Secret(key).redacted()}, {"sha256", Secret(key).sha256()}, {"length", key.size()}}},
          {"location",
           {{"path", "old notes.txt"},
            {"line", 12},
            {"column", 15},
            {"end_line", 12},
            {"end_column", 15 + key.size()},
            {"decoded", json::array()}}},
          {"origin", "history"},
          {"excerpt", nullptr},
          {"provenance",
           {{"blob", kBlob},
            {"state", "history-only"},
            {"in_head", false},
            {"introduced",
             {{"commit", kFirstCommit},
              {"author", "Ann Example <ann@example.org>"},
              {"date", "2024-05-01T12:00:00+02:00"},
              {"summary", "Add the assistant"}}},
            {"removed",
             {{"commit", kSecondCommit},
              {"author", "Bob Example <bob@example.org>"},
              {"date", "2024-05-02T09:30:00Z"},
              {"summary", "Remove " + Secret(key).redacted()}}},
            {"refs", json::array({"refs/heads/main"})},
            {"commits", 1},
            {"exposed_days", nullptr},
            {"overdue", false}}},
      }));
}

TEST_CASE("What is not known is null in JSON") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.findings.push_back(sample_finding(rules[0], openai_project_key(), "a.py"));
  CHECK(parsed(report).at("findings").at(0).at("provenance") == nullptr);
  report.findings[0].provenance = Provenance{};
  const auto provenance = parsed(report).at("findings").at(0).at("provenance");
  CHECK(provenance.at("introduced") == nullptr);
  CHECK(provenance.at("removed") == nullptr);
  CHECK(provenance.at("refs") == json::array());
}

TEST_CASE("JSON has the line round a key, masked") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  const auto key = openai_project_key(1);
  report.findings.push_back(sample_finding(rules[0], key, "a.py"));
  report.findings[0].excerpt = {"key = \"", "\"  # not " + key};
  CHECK(parsed(report).at("findings").at(0).at("excerpt") ==
        json({{"before", "key = \""}, {"after", "\"  # not " + Secret(key).redacted()}}));
}

TEST_CASE("The rest of a leaky report in JSON") {
  const auto rules = sample_rules();
  const auto report = parsed(leaky_report(rules));
  CHECK(report.at("findings").at(2).at("location").at("path") == "");
  CHECK(report.at("findings").at(2).at("location").at("decoded") == json::array({"base64"}));
  const json& env = report.at("env");
  CHECK(env.size() == 3);
  CHECK(env.at(0).at("path") == ".env");
  CHECK(env.at(0).at("coverage") == "unprepared");
  CHECK(env.at(0).at("problem") == false);
  CHECK(env.at(0).at("present") == false);
  CHECK(env.at(1).at("path") == "api/.env");
  CHECK(env.at(1).at("fix") == json::array({"git rm --cached api/.env", "echo .env >> .gitignore"}));
  CHECK(env.at(2) == json::parse(R"({
    "fingerprint": "d59cbc4f74e30df489dcf66f826d9eed",
    "repository": "example/shop",
    "path": "web app/.env.local",
    "coverage": "reincluded",
    "problem": true,
    "present": true,
    "why": "A rule ignores this file and another one takes that back: the next `git add .` puts it into a commit.",
    "cause": {"path": "web app/.gitignore", "line": 3, "text": "!.env.local"},
    "detail": "It takes back .env.* (.gitignore:2).",
    "read_by": null,
    "ignore_file": "web app/.gitignore",
    "pattern": ".env.local",
    "fix": ["echo .env.local >> 'web app/.gitignore'"],
    "advice": null,
    "provenance": null,
    "allowed_by": null,
    "allowed_reason": null
  })"));
  CHECK(report.at("doors") == json::parse(R"([
    {"repository": "example/shop", "path": "api/.env", "door": "commit", "into": null, "open": true, "by": null},
    {"repository": "example/shop", "path": "api/.env", "door": "image", "into": "image of api/Dockerfile", "open": false,
     "by": {"path": "api/.dockerignore", "line": 2, "text": "**/.env"}},
    {"repository": "example/shop", "path": "web app/.env.local", "door": "commit", "into": null, "open": true,
     "by": {"path": "web app/.gitignore", "line": 3, "text": "!.env.local"}}
  ])"));
  CHECK(report.at("errors") == json::array({{{"repository", "example/shop"},
                                             {"path", "private/dump.sql"},
                                             {"message", "Permission denied"},
                                             {"cause", "unreadable"}}}));
  CHECK(report.at("summary").at("findings") == json({{"high", 2}, {"medium", 0}, {"low", 1}}));
  CHECK(report.at("summary").at("env_checked") == true);
  CHECK(report.at("summary").at("complete") == false);
  CHECK(report.at("summary").at("skipped").dump() == R"({"unreadable":1})");
}

TEST_CASE("JSON has the key itself only with --reveal") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  CHECK_FALSE(parsed(report).at("findings").at(0).at("secret").contains("value"));
  CHECK(parsed(report, true).at("findings").at(0).at("secret").at("value") == openai_project_key(1));
}

TEST_CASE("JSON takes bytes that are no UTF-8") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.findings.push_back(sample_finding(rules[0], "\xff" + openai_project_key(), "caf\xe9/\xc3\xbc.py"));
  report.findings[0].provenance = sample_provenance();
  report.findings[0].provenance->introduced->summary = "\xe9t\xe9";
  const auto finding = parsed(report, true).at("findings").at(0);
  CHECK(finding.at("location").at("path") == "caf\xef\xbf\xbd/\xc3\xbc.py");
  CHECK(finding.at("provenance").at("introduced").at("summary") == "\xef\xbf\xbdt\xef\xbf\xbd");
  CHECK(finding.at("secret").at("value") == "\xef\xbf\xbd" + openai_project_key());
  CHECK(finding.at("secret").at("length") == 1 + openai_project_key().size());
}
