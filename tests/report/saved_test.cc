#include "report/saved.h"

#include <nlohmann/json.hpp>

#include "base/failure.h"
#include "report/format.h"
#include "report/joined.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;
using nlohmann::json;

namespace {

Report full_report(const std::vector<Rule>& rules) {
  auto report = leaky_report(rules);
  report.findings[0].excerpt = {"key = '", "'"};
  report.findings[0].provenance->exposed_days = 91;
  report.allowed = {report.findings[0]};
  report.allowed[0].allowed_by = ".keysiftignore:3";
  report.allowed[0].allowed_reason = "made up";
  report.stale = {{{"a.py", "2024-12-31", "old", 3}, true}};
  report.repositories.front().nested = {"lib", "web/app"};
  report.repositories.front().rules_changed = {"openai-project-key"};
  report.repositories.front().rules_changed_by = ".gitleaks.toml";
  report.summary.fixed = 2;
  report.env[1].read_by = Place{"docker-compose.yml", 4, "env_file: .env"};
  report.env[2].advice = "Do something.";
  report.env[2].provenance = sample_provenance();
  report.env_alone = true;
  return report;
}

std::string message_of(const std::string& bytes) {
  try {
    read_report(bytes, "in.json");
  } catch (const Failure& failure) {
    return failure.what();
  }
  return {};
}

/// A JSON report with one thing changed.
std::string changed(const std::string& pointer, const json& value) {
  const auto rules = sample_rules();
  auto report = json::parse(rendered(leaky_report(rules), Format::json));
  report[json::json_pointer(pointer)] = value;
  return report.dump();
}

}  // namespace

TEST_CASE("A saved report gives the same bytes in every format") {
  const auto rules = sample_rules();
  const auto report = full_report(rules);
  const auto saved = read_report(rendered(report, Format::json), "in.json");
  for (const auto format : {Format::text, Format::html, Format::json, Format::jsonl, Format::csv,
                            Format::markdown, Format::github, Format::gitlab, Format::junit})
    CHECK(rendered(saved.report, format, {.ended = 5}) == rendered(report, format, {.ended = 5}));
  // Of a key that is not known, gitleaks' entropy is 0.
  const auto without_entropy = [](const Report& each) {
    auto all = json::parse(rendered(each, Format::gitleaks));
    for (auto& finding : all) finding["Entropy"] = 0;
    return all;
  };
  CHECK(without_entropy(saved.report) == without_entropy(report));
  // SARIF lists the rules, of which a saved report knows those that found something.
  const auto results = [](const Report& each) {
    return json::parse(rendered(each, Format::sarif)).at("runs").at(0).at("results");
  };
  CHECK(results(saved.report) == results(report));
}

TEST_CASE("A saved report has the keys only if it was written with them") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  const auto revealing = Style{.reveal = true};
  const auto with = read_report(rendered(report, Format::json, revealing), "in.json");
  CHECK(rendered(with.report, Format::json, revealing) == rendered(report, Format::json, revealing));
  CHECK(rendered(with.report, Format::json) == rendered(report, Format::json));
  const auto without = read_report(rendered(report, Format::json), "in.json");
  CHECK(rendered(without.report, Format::json, revealing) == rendered(report, Format::json));
}

TEST_CASE("What is no report is told in a line") {
  CHECK(message_of("") == "in.json:1: no JSON; a report is made with: keysift scan --format json");
  CHECK(message_of("{\n\"findings\": [\n}") ==
        "in.json:3: no JSON; a report is made with: keysift scan --format json");
  CHECK(message_of("[]") == "in.json: report: an object belongs here");
  CHECK(message_of("{}") == "in.json: no JSON report of keysift; make one with: keysift scan --format json");
  CHECK(message_of(R"({"schema_version": 1, "baseline": []})") ==
        "in.json: a baseline, and no report; make one with --format json");
  CHECK(message_of(changed("/schema_version", 2)) ==
        "in.json: a later keysift wrote it (schema_version 2; this one reads 1)");
  CHECK(message_of(changed("/findings/1/confidence", "sure")) ==
        "in.json: findings[1].confidence: another word than sure belongs here");
  CHECK(message_of(changed("/findings/0/location/line", -1)) ==
        "in.json: findings[0].location.line: a number belongs here");
  CHECK(message_of(changed("/findings/0/location", nullptr)) ==
        "in.json: findings[0]: 'location' is missing");
  CHECK(message_of(changed("/findings/0/provenance", "x")) ==
        "in.json: findings[0].provenance: an object belongs here");
  CHECK(message_of(changed("/env/2/coverage", "\x1b[2J")) ==
        "in.json: env[2].coverage: another word than \\x1b[2J belongs here");
  CHECK(message_of(changed("/doors/0/repository", "other")) ==
        "in.json: 'repositories' lacks other, which something else names");
  CHECK(message_of(changed(
            "/repositories/1",
            {{"name", "example/shop"}, {"files", 0}, {"objects", 0}, {"commits", 0}, {"bytes", 0}})) ==
        "in.json: 'repositories' has example/shop twice");
  CHECK(message_of(changed("/summary/files", 1.5)) == "in.json: report.summary.files: a number belongs here");
}

TEST_CASE("What reports show as it is must be what keysift writes there") {
  // Of GitLab's ids, made of the fingerprint, a shorter one was written beyond its end.
  CHECK(message_of(changed("/findings/0/fingerprint", "")) ==
        "in.json: findings[0].fingerprint: 32 hexadecimal digits belongs here");
  CHECK(message_of(changed("/findings/0/fingerprint", std::string(31, 'a') + "\x1b")) ==
        "in.json: findings[0].fingerprint: another text than " + std::string(31, 'a') + "\\x1b belongs here");
  CHECK(message_of(changed("/env/0/fingerprint", "x")) ==
        "in.json: env[0].fingerprint: another text than x belongs here");
  CHECK(message_of(changed("/findings/0/secret/redacted", "\x1b[2J")) ==
        "in.json: findings[0].secret.redacted: another text than \\x1b[2J belongs here");
  CHECK(message_of(changed("/findings/0/secret/sha256", "ab")) ==
        "in.json: findings[0].secret.sha256: 64 hexadecimal digits belongs here");
  CHECK(message_of(changed("/findings/0/provenance/blob", "")) ==
        "in.json: findings[0].provenance.blob: a hexadecimal number belongs here");
  CHECK(message_of(changed("/findings/0/provenance/introduced/commit", "`<b>")) ==
        "in.json: findings[0].provenance.introduced.commit: another text than `<b> belongs here");
  CHECK(message_of(changed("/findings/0/provenance/introduced/date", "2024\n")) ==
        "in.json: findings[0].provenance.introduced.date: another text than 2024\\x0a belongs here");
  CHECK(message_of(changed("/findings/0/location/column", 0)) ==
        "in.json: findings[0].location.column: a number from 1 on belongs here");
  const auto message = message_of(changed("/findings/0/origin", std::string(100'000, 'x')));
  CHECK(message ==
        "in.json: findings[0].origin: another word than " + std::string(60, 'x') + "... belongs here");
}

TEST_CASE("A report whose findings cannot be read does not pass for one without") {
  CHECK(message_of(changed("/findings", 5)) == "in.json: findings: an array belongs here");
  CHECK(message_of(changed("/findings", nullptr)) == "in.json: findings: an array belongs here");
  CHECK(message_of(changed("/findings", {{"a", json::object()}})) ==
        "in.json: findings: an array belongs here");
  CHECK(message_of(changed("/findings", {1, 2})) == "in.json: findings[0]: an object belongs here");
  CHECK(message_of(changed("/findings/1", json::array())) == "in.json: findings[1]: an object belongs here");
  const auto rules = sample_rules();
  for (const char* list : {"findings", "errors"}) {
    auto report = json::parse(rendered(leaky_report(rules), Format::json));
    report.erase(list);
    CHECK(message_of(report.dump()) == "in.json: report: '" + std::string(list) + "' is missing");
  }
  CHECK(message_of(R"({"schema_version": 1e999})") == "in.json: a number in it is too large");
}

TEST_CASE("JSON that nests without end is refused") {
  CHECK(message_of(std::string(1'000'000, '[')).starts_with("in.json:1: no JSON"));
  const auto rules = sample_rules();
  auto report = rendered(leaky_report(rules), Format::json);
  const std::string place = "\"excerpt\": null";
  report.replace(report.find(place), place.size(),
                 "\"excerpt\": " + std::string(100'000, '[') + std::string(100'000, ']'));
  CHECK(message_of(report) == "in.json: findings[0].excerpt: an object belongs here");
}

TEST_CASE("A report of an earlier version is read") {
  const auto rules = sample_rules();
  auto report = json::parse(rendered(leaky_report(rules), Format::json));
  report.erase("repositories");
  report["summary"].erase("env_alone");
  for (const char* list : {"findings", "env", "doors", "errors"})
    for (auto& each : report[list])
      for (const char* field : {"repository", "excerpt", "ignore_file", "pattern"}) each.erase(field);
  for (auto& finding : report["findings"]) finding["rule"].erase("console");
  const auto saved = read_report(report.dump(), "in.json");
  CHECK(saved.report.findings.size() == 3);
  CHECK(saved.report.repositories.at(0).name == "shop");
}

TEST_CASE("However often a name comes, joined repositories have one each") {
  const auto rules = sample_rules();
  std::vector<std::pair<std::string, SavedReport>> parts;
  for (int i = 0; i < 3; ++i)
    parts.emplace_back("a.json", read_report(rendered(leaky_report(rules), Format::json), "a.json"));
  const auto all = joined(std::move(parts));
  const auto& repositories = all.report.repositories;
  REQUIRE(repositories.size() == 3);
  CHECK(repositories[0].name == "example/shop");
  CHECK(repositories[1].name == "example/shop (a.json)");
  CHECK(repositories[2].name == "example/shop (a.json 2)");
  const auto again = read_report(rendered(all.report, Format::json), "all.json");
  CHECK(again.report.findings.back().repository == 2);
}

TEST_CASE("Joined reports keep their repositories apart, and a key is one key") {
  const auto rules = sample_rules();
  const auto json_of = [&](const std::string& name) {
    auto report = leaky_report(rules);
    report.repositories[0].name = name;
    return rendered(report, Format::json);
  };
  std::vector<std::pair<std::string, SavedReport>> parts;
  for (const auto& [file, name] :
       {std::pair("a.json", "example/a"), {"b.json", "example/b"}, {"c.json", "example/a"}})
    parts.emplace_back(file, read_report(json_of(name), file));
  const auto all = joined(std::move(parts));
  const auto& report = all.report;
  REQUIRE(report.repositories.size() == 3);
  CHECK(report.repositories[1].name == "example/b");
  CHECK(report.repositories[2].name == "example/a (c.json)");
  CHECK(report.target == "3 repositories");
  CHECK(report.findings.size() == 9);
  CHECK(report.findings[8].repository == 2);
  CHECK(report.env[3].repository == 1);
  CHECK(report.errors.size() == 3);
  CHECK(report.rules.size() == 2);
  CHECK(report.summary.files == 3 * 132);
  const auto text = rendered(report, Format::text);
  CHECK(text.find("9 findings of 2 keys") != std::string::npos);
  CHECK(text.find("example/a (c.json): config/settings.py:12:15") != std::string::npos);
  // What was joined can be read, and joined again.
  const auto again = read_report(rendered(report, Format::json), "all.json");
  CHECK(rendered(again.report, Format::json) == rendered(report, Format::json));
  const auto runs = json::parse(rendered(report, Format::sarif)).at("runs");
  REQUIRE(runs.size() == 3);
  CHECK(runs.at(2).at("automationDetails").at("id") == "keysift/example/a%20%28c.json%29/1/");
  CHECK(runs.at(2).at("results").size() == 6);
}
