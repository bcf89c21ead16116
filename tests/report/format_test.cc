#include "report/format.h"

#include <algorithm>

#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

constexpr Format kFormats[] = {Format::text,   Format::html,     Format::json,     Format::jsonl,
                               Format::sarif,  Format::csv,      Format::markdown, Format::github,
                               Format::gitlab, Format::gitleaks, Format::junit};

}  // namespace

TEST_CASE("Formats have names") {
  CHECK(format_named("text") == Format::text);
  CHECK(format_named("html") == Format::html);
  CHECK(format_named("json") == Format::json);
  CHECK(format_named("jsonl") == Format::jsonl);
  CHECK(format_named("csv") == Format::csv);
  CHECK(format_named("markdown") == Format::markdown);
  CHECK(format_named("sarif") == Format::sarif);
  CHECK(format_named("github") == Format::github);
  CHECK(format_named("gitlab") == Format::gitlab);
  CHECK(format_named("gitleaks") == Format::gitleaks);
  CHECK(format_named("junit") == Format::junit);
  CHECK_FALSE(format_named("JSON"));
  CHECK_FALSE(format_named(""));
}

TEST_CASE("The same report gives the same bytes, and ends with a newline") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  for (const auto format : kFormats) {
    const auto text = rendered(report, format, {});
    CHECK(text == rendered(leaky_report(rules), format, {}));
    CHECK(text.back() == '\n');
  }
}

TEST_CASE("No format has what a CI system takes for a command") {
  const auto rules = sample_rules();
  const std::string evil = "a ##vso[task.complete]##[error]\u200b b";
  auto report = sample_report(rules);
  report.target = evil;
  report.findings.push_back(sample_finding(rules[0], openai_project_key(1), evil));
  auto& finding = report.findings.back();
  finding.excerpt = {evil, evil};
  finding.provenance = sample_provenance();
  finding.provenance->introduced->author = evil;
  finding.provenance->introduced->summary = evil;
  finding.provenance->refs = {"refs/heads/" + evil};
  report.env_checked = true;
  report.env = {{evil + "/.env", Coverage::tracked}};
  report.errors.push_back({evil, evil});
  for (const auto format : kFormats) {
    const auto text = rendered(report, format, {});
    CHECK(text.find("##vso[") == std::string::npos);
    CHECK(text.find("##[") == std::string::npos);
    CHECK(text.find("\u200b") == std::string::npos);
  }
}

TEST_CASE("No format shows a key, wherever it stands, unless it is told to") {
  const auto rules = sample_rules();
  const auto key = openai_project_key(1);
  auto report = sample_report(rules);
  report.target = key;
  report.findings.push_back(sample_finding(rules[0], key, "keys/" + key + ".txt"));
  auto& finding = report.findings.back();
  finding.origin = Origin::path;
  finding.provenance = sample_provenance();
  finding.provenance->introduced->author = "A <" + key + "@example.org>";
  finding.provenance->introduced->summary = "Add " + key + key;
  finding.provenance->removed = finding.provenance->introduced;
  finding.provenance->refs = {"refs/heads/" + key};
  report.env_checked = true;
  report.env = {{key + "/.env", Coverage::tracked}};
  report.errors = {{key, "Cannot open " + key}};

  // Its first and its last quarter.
  const auto head = key.substr(8, 40), tail = key.substr(key.size() - 40);
  for (const auto format : kFormats) {
    const auto redacted = rendered(report, format, {});
    CHECK(redacted.find(head) == std::string::npos);
    CHECK(redacted.find(tail) == std::string::npos);
    CHECK(redacted.find("sk-proj-****" + key.substr(key.size() - 4)) != std::string::npos);

    const auto revealed = rendered(report, format, {.reveal = true, .color = false});
    CHECK(revealed.find(key) != std::string::npos);
    CHECK(revealed.find("keys/" + key + ".txt") != std::string::npos);
  }
}

TEST_CASE("No format lets a repository speak to the terminal") {
  const std::string hostile = "\x1b]0;x\x07\x7f\xc2\x9b\xe2\x80\xae\xff";
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.target = hostile;
  report.findings.push_back(sample_finding(rules[0], openai_project_key() + hostile, hostile));
  auto& finding = report.findings.back();
  finding.provenance = sample_provenance();
  finding.provenance->introduced->author = hostile;
  finding.provenance->introduced->summary = hostile;
  finding.provenance->refs = {hostile};
  report.env = {{hostile, Coverage::tracked}};
  report.errors = {{hostile, hostile}};
  for (const auto format : kFormats) {
    for (const bool reveal : {false, true}) {
      const auto text = rendered(report, format, {.reveal = reveal, .color = false});
      CHECK(std::all_of(text.begin(), text.end(), [format](char c) {
        return c == '\n' || (c == '\r' && format == Format::csv) || (c >= ' ' && c <= '~');
      }));
    }
  }
}
