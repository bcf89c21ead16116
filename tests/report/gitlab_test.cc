// GitLab's report against what its schema asks for (version 15.0.7), by Python's jsonschema. The schema here
// is written by hand after the published one, and knows the fields that we write.
#include <nlohmann/json.hpp>
#include <set>

#include "base/version.h"
#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;
using nlohmann::json;

namespace {

constexpr char kValidate[] = R"(
import json, sys
try:
    import jsonschema
except ImportError:
    sys.exit("no jsonschema")
text = {"type": "string", "minLength": 1}
def object(required, **properties):
    return {"type": "object", "required": required.split(), "properties": properties}
def array(items, least=0):
    return {"type": "array", "items": items, "minItems": least}
time = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
url = {"type": "string", "pattern": "^https?://.+"}
tool = object("id name version vendor", id=text, name=text, version=text, vendor=object("name", name=text))
scan = object("analyzer end_time scanner start_time status type", analyzer=tool, scanner=tool, start_time=time,
              end_time=time, status={"enum": ["success", "failure"]}, type={"enum": ["secret_detection"]},
              messages=array(object("level value", level={"enum": ["info", "warn", "fatal"]}, value=text)))
commit = object("sha", sha=text, author={"type": "string"}, date={"type": "string"}, message={"type": "string"})
location = object("commit", commit=commit, file={"type": "string"}, start_line={"type": "number"},
                  end_line={"type": "number"})
vulnerability = object("id identifiers location", id=text, name={"type": "string", "maxLength": 255},
                       description={"type": "string", "maxLength": 1048576},
                       severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                       solution={"type": "string", "maxLength": 7000},
                       identifiers=array(object("type name value", type=text, name=text, value=text), 1),
                       location=location)
schema = object("scan version vulnerabilities", scan=scan, schema=url,
                version={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"}, vulnerabilities=array(vulnerability))
validator = jsonschema.Draft7Validator(schema)
errors = ["/".join(map(str, error.path)) + ": " + error.message for error in validator.iter_errors(json.load(sys.stdin))]
sys.exit("\n".join(errors) or 0)
)";

Outcome validate(const std::string& report) {
  return run({"/usr/bin/python3", "-c", kValidate}, ".", report);
}

std::string text_of(const Report& report) {
  return rendered(report, Format::gitlab,
                  {.reveal = false, .color = false, .started = 1714564800, .ended = 1714564807});
}

json gitlab(const Report& report) { return json::parse(text_of(report)); }

}  // namespace

TEST_CASE("GitLab's report of nothing found") {
  const auto rules = sample_rules();
  const std::string tool = R"({
      "id": "keysift",
      "name": "keysift",
      "vendor": {
        "name": "keysift"
      },
      "version": ")" + std::string(kVersion) +
                           "\"\n    }";
  CHECK(text_of(sample_report(rules)) == R"({
  "version": "15.0.7",
  "schema": "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.0.7/dist/secret-detection-report-format.json",
  "scan": {
    "analyzer": )" + tool + R"(,
    "scanner": )" + tool + R"(,
    "type": "secret_detection",
    "start_time": "2024-05-01T12:00:00",
    "end_time": "2024-05-01T12:00:07",
    "status": "success",
    "messages": []
  },
  "vulnerabilities": []
}
)");
}

TEST_CASE("A finding as a vulnerability of GitLab") {
  const auto rules = sample_rules();
  const auto report = gitlab(leaky_report(rules));
  const auto& all = report.at("vulnerabilities");
  REQUIRE(all.size() == 5);
  const auto& finding = all.at(1);
  CHECK(finding.at("name") == "OpenAI project API key");
  CHECK(finding.at("description") == "OpenAI project API key " + Secret(openai_project_key(1)).redacted() +
                                         " (high confidence), added on 2024-05-01 in commit " + kFirstCommit +
                                         ": gone from HEAD, not from history: every clone still has it. "
                                         "Revoke it first, then make a new one.");
  CHECK(finding.at("severity") == "Critical");
  CHECK(finding.at("identifiers") == json::array({{{"type", "keysift_rule_id"},
                                                   {"name", "keysift rule openai-project-key"},
                                                   {"value", "openai-project-key"}}}));
  CHECK(finding.at("location") == json({{"file", "old notes.txt"},
                                        {"start_line", 12},
                                        {"end_line", 12},
                                        {"commit",
                                         {{"author", "Ann Example <ann@example.org>"},
                                          {"date", "2024-05-01T12:00:00+02:00"},
                                          {"message", "Add the assistant"},
                                          {"sha", kFirstCommit}}}}));
  CHECK(all.at(2).at("severity") == "Low");
  CHECK(all.at(2).at("location").at("file") == std::string("commit ") + kSecondCommit);
  CHECK(all.at(3).at("identifiers").at(0).at("value") == "env-tracked");
  CHECK(all.at(4).at("identifiers").at(0).at("value") == "env-reincluded");
  CHECK(all.at(4).at("location") ==
        json({{"file", "web app/.gitignore"}, {"start_line", 3}, {"commit", {{"sha", "0000000"}}}}));
  CHECK(report.at("scan").at("status") == "failure");
  CHECK(report.at("scan").at("messages") ==
        json::array({{{"level", "warn"}, {"value", "private/dump.sql: Permission denied"}}}));
}

TEST_CASE("GitLab's ids are UUIDs, each once, made of the fingerprint") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  report.findings.push_back(report.findings[0]);  // in another line
  report.findings.back().location.begin.line = 13;
  std::set<std::string> ids;
  const auto all = gitlab(report).at("vulnerabilities");
  for (const auto& each : all) ids.insert(each.at("id").get<std::string>());
  CHECK(ids.size() == all.size());

  const auto print = report.findings[0].fingerprint();
  const auto id = all.at(0).at("id").get<std::string>();
  CHECK(id.size() == 36);
  CHECK(id.substr(0, 15) == print.substr(0, 8) + '-' + print.substr(8, 4) + "-8");
  CHECK(id.substr(24) == print.substr(20));
}

TEST_CASE("GitLab's report is valid") {
  const auto rules = sample_rules();
  auto hostile = leaky_report(rules);
  for (auto& finding : hostile.findings) finding.location.path = "a:b//[x]\xff\x1b{0}\\\"";
  hostile.findings[1].provenance.reset();
  hostile.errors.push_back({"", ""});
  auto long_rules = sample_rules();
  long_rules[0].description = std::string(254, 'x') + "\xc3\xbc and more";
  if (validate(text_of(hostile)).err.find("no jsonschema") != std::string::npos) {
    WARN("skipped: python3 has no jsonschema");
    return;
  }
  for (const auto& report : {sample_report(rules), leaky_report(rules), leaky_report(long_rules), hostile}) {
    const auto outcome = validate(text_of(report));
    CHECK(outcome.err == "");
    CHECK(outcome.exit_code == 0);
  }

  // The validator does refuse what is wrong.
  auto broken = text_of(leaky_report(rules));
  const std::string right = "\"severity\": \"Low\"";
  broken.replace(broken.find(right), right.size(), "\"severity\": \"low\"");
  CHECK(validate(broken).exit_code == 1);
}
