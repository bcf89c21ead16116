// SARIF held against the official schema, by Python's jsonschema. KEYSIFT_SARIF_SCHEMA names the schema's
// file; tests/report/get_sarif_schema fetches one.
#include <cstdlib>

#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

constexpr char kValidate[] = R"(
import json, sys
import jsonschema
with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
errors = ["/".join(map(str, error.path)) + ": " + error.message for error in validator.iter_errors(json.load(sys.stdin))]
sys.exit("\n".join(errors) or 0)
)";

Outcome validate(const std::string& schema, const std::string& sarif) {
  return run({"/usr/bin/python3", "-c", kValidate, schema}, ".", sarif);
}

Report hostile_report(const std::vector<Rule>& rules) {
  auto report = leaky_report(rules);
  for (auto& finding : report.findings) finding.location.path = "a:b//[x]\xff\x1b{0}\\\"";
  report.findings[0].provenance = Provenance{};
  report.findings[1].provenance.reset();
  report.env[0].path = "\xff\n/.env";
  report.errors[0].path = "";
  report.errors.push_back({"\xff ", "\xff{0}"});
  return report;
}

}  // namespace

TEST_CASE("SARIF is valid") {
  const char* schema = std::getenv("KEYSIFT_SARIF_SCHEMA");
  if (!schema || !*schema) {
    WARN("skipped: KEYSIFT_SARIF_SCHEMA names no schema");
    return;
  }
  const auto rules = sample_rules();
  for (const auto& report : {sample_report(rules), leaky_report(rules), hostile_report(rules)}) {
    for (const bool reveal : {false, true}) {
      const auto sarif = rendered(report, Format::sarif, {.reveal = reveal, .color = false});
      const auto outcome = validate(schema, sarif);
      CHECK(outcome.err == "");
      CHECK(outcome.exit_code == 0);
    }
  }

  // The validator does refuse what is wrong.
  auto broken = rendered(leaky_report(rules), Format::sarif, {});
  const std::string right = "\"level\": \"error\"";
  broken.replace(broken.find(right), right.size(), "\"level\": \"fatal\"");
  CHECK(validate(schema, broken).exit_code == 1);
}
