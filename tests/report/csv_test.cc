#include <nlohmann/json.hpp>

#include "report/format.h"
#include "report/python.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;
using nlohmann::json;

namespace {

/// The rows as Python reads them, each by its columns' names.
json rows_of(const std::string& csv) {
  const auto outcome = python(
      "import csv, io, json, sys\n"
      "text = sys.stdin.buffer.read().decode()\n"
      "print(json.dumps(list(csv.DictReader(io.StringIO(text, newline=''), strict=True))))",
      csv);
  CHECK(outcome.err == "");
  return json::parse(outcome.out);
}

}  // namespace

TEST_CASE("CSV has a row for each finding") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  const auto csv = rendered(report, Format::csv);
  CHECK(csv.starts_with("repository,fingerprint,rule,provider,"));
  const auto rows = rows_of(csv);
  REQUIRE(rows.size() == 3);
  const auto key = Secret(openai_project_key(1));
  CHECK(rows.at(1) == json({{"repository", "example/shop"},
                            {"fingerprint", report.findings[1].fingerprint()},
                            {"rule", "openai-project-key"},
                            {"provider", "OpenAI"},
                            {"description", "OpenAI project API key"},
                            {"confidence", "high"},
                            {"secret", key.redacted()},
                            {"sha256", key.sha256()},
                            {"path", "old notes.txt"},
                            {"line", "12"},
                            {"column", "15"},
                            {"decoded", ""},
                            {"origin", "history"},
                            {"state", "history-only"},
                            {"in_head", "false"},
                            {"added_date", "2024-05-01T12:00:00+02:00"},
                            {"added_commit", kFirstCommit},
                            {"added_author", "Ann Example <ann@example.org>"},
                            {"added_summary", "Add the assistant"},
                            {"removed_date", "2024-05-02T09:30:00Z"},
                            {"removed_commit", kSecondCommit},
                            {"commits", "1"},
                            {"exposed_days", ""},
                            {"overdue", "false"},
                            {"refs", "refs/heads/main"},
                            {"console", "https://platform.openai.com/api-keys"}}));
  CHECK(rows.at(2).at("path") == std::string("commit ") + kSecondCommit);
  CHECK(rows.at(2).at("decoded") == "base64");
}

TEST_CASE("No field of CSV is a formula, and none breaks its row") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  const std::vector<std::string> names{"=1+1", "+1",  "-1",   "@SUM(A1)", "\t=1",   "\r=1",
                                       "a\"b", "a,b", "a\nb", "\xff",     "\"=1\"", ""};
  for (const auto& name : names) {
    report.findings.push_back(sample_finding(rules[0], openai_project_key(), name));
    report.findings.back().provenance = sample_provenance();
    report.findings.back().provenance->introduced->author = name;
  }
  const auto rows = rows_of(rendered(report, Format::csv));
  REQUIRE(rows.size() == names.size());
  std::vector<std::string> paths;
  for (const auto& row : rows) {
    CHECK(row.size() == 26);
    if (row.at("added_author") != "") CHECK(row.at("added_author") == row.at("path"));
    paths.push_back(row.at("path"));
  }
  paths.pop_back();
  CHECK(paths == std::vector<std::string>{"'=1+1", "'+1", "'-1", "'@SUM(A1)", "\\x09=1", "\\x0d=1", "a\"b",
                                          "a,b", "a\\x0ab", "\\xff", "\"=1\""});
}
