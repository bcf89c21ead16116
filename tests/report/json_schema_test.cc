// The JSON report held against docs/report.schema.json, by Python's jsonschema.
#include "report/format.h"
#include "report/python.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

// No field may be there that the schema does not know.
constexpr char kValidate[] = R"(
import json, sys
try:
    import jsonschema
except ImportError:
    sys.exit("no jsonschema")
with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
def close(part):
    if isinstance(part, dict):
        if "properties" in part and "required" in part:
            part["additionalProperties"] = False
        for each in part.values():
            close(each)
close(schema)
validator = jsonschema.Draft202012Validator(schema)
errors = ["/".join(map(str, error.path)) + ": " + error.message for error in validator.iter_errors(json.load(sys.stdin))]
sys.exit("\n".join(errors) or 0)
)";

Outcome validate(const std::string& json) {
  return python(kValidate, json, {std::string(KEYSIFT_SOURCE) + "/docs/report.schema.json"});
}

}  // namespace

TEST_CASE("JSON is as its schema says") {
  const auto rules = sample_rules();
  auto full = leaky_report(rules);
  full.findings[0].excerpt = {"key = '", "'"};
  full.allowed = full.findings;
  full.allowed[0].allowed_by = ".keysiftignore:3";
  full.allowed[1].allowed_by = std::string(kMarkOnLine);
  full.allowed[1].allowed_reason = "made up";
  full.allowed.pop_back();
  full.stale = {{{"a.py", "2024-12-31", "old", 3}, true}, {{"b.py", "", "gone", 4}, false}};
  full.repositories[0].url = "https://example.org/shop";
  full.repositories[0].revision = kFirstCommit;
  full.summary.fixed = 2;
  full.env[1].provenance = sample_provenance();
  for (const auto& report : {sample_report(rules), leaky_report(rules), full}) {
    for (const bool reveal : {false, true}) {
      const auto outcome = validate(rendered(report, Format::json, {.reveal = reveal}));
      CHECK(outcome.err == "");
      CHECK(outcome.exit_code == 0);
    }
  }
}

TEST_CASE("The schema refuses what is wrong") {
  const auto rules = sample_rules();
  const auto right = rendered(leaky_report(rules), Format::json);
  const auto with = [&](const std::string& part, const std::string& other) {
    auto wrong = right;
    return wrong.replace(wrong.find(part), part.size(), other);
  };
  REQUIRE(validate(right).exit_code == 0);
  CHECK(validate(with("\"confidence\": \"high\"", "\"confidence\": \"sure\"")).exit_code == 1);
  CHECK(validate(with("\"line\": 12", "\"line\": 0")).exit_code == 1);
  CHECK(validate(with("\"state\": \"live\"", "\"state\": null")).exit_code == 1);
  CHECK(validate(with("\"origin\"", "\"place\"")).exit_code == 1);
}
