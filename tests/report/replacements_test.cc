#include "report/replacements.h"

#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

TEST_CASE("Replacements are the keys that only the history has, once each") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  const auto add = [&](const std::string& key, BlobState state, const std::string& path) -> Finding& {
    report.findings.push_back(sample_finding(rules[0], key, path));
    report.findings.back().origin = Origin::history;
    report.findings.back().provenance = sample_provenance();
    report.findings.back().provenance->state = state;
    return report.findings.back();
  };
  add(openai_project_key(1), BlobState::history_only, "a");
  add(openai_project_key(1), BlobState::history_only, "b");
  add(openai_project_key(2), BlobState::history_only, "a");
  add(openai_project_key(2), BlobState::live, "b");
  add(openai_project_key(3), BlobState::unreachable, "c");
  add(openai_project_key(4), BlobState::history_only, "d").location.decoded = {"base64"};
  add("BEGIN\n+==>/\r\n", BlobState::history_only, "e");
  CHECK(render_replacements(report) ==
        "literal:" + openai_project_key(1) +
            "==>***REMOVED***\n"
            "regex:\\x42\\x45\\x47\\x49\\x4e\\x0a\\x2b\\x3d\\x3d\\x3e\\x2f\\x0d\\x0a==>***REMOVED***\n");
  CHECK(render_replacements(sample_report(rules)).empty());
}
