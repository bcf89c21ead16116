// JUnit's XML against what Jenkins takes: a schema written by hand after its junit-10.xsd, for the parts that
// we write. Needs xmllint.
#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

constexpr char kSchema[] = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:complexType name="outcome">
  <xs:attribute name="type" type="xs:string"/><xs:attribute name="message" type="xs:string"/>
</xs:complexType>
<xs:element name="testcase"><xs:complexType>
  <xs:choice minOccurs="0" maxOccurs="unbounded">
    <xs:element name="error" type="outcome"/><xs:element name="failure" type="outcome"/>
  </xs:choice>
  <xs:attribute name="name" type="xs:string" use="required"/>
  <xs:attribute name="classname" type="xs:string" use="required"/>
  <xs:attribute name="time" type="xs:decimal"/>
</xs:complexType></xs:element>
<xs:element name="testsuite"><xs:complexType>
  <xs:sequence><xs:element ref="testcase" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
  <xs:attribute name="name" type="xs:string" use="required"/>
  <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
  <xs:attribute name="failures" type="xs:nonNegativeInteger"/>
  <xs:attribute name="errors" type="xs:nonNegativeInteger"/>
  <xs:attribute name="time" type="xs:decimal"/>
</xs:complexType></xs:element>
<xs:element name="testsuites"><xs:complexType>
  <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
</xs:complexType></xs:element>
</xs:schema>
)";

std::string junit(const Report& report) { return rendered(report, Format::junit, {}); }

}  // namespace

TEST_CASE("Nothing found is one test that passes") {
  const auto rules = sample_rules();
  CHECK(junit(sample_report(rules)) == R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="keysift" tests="1" failures="0" errors="0" time="0">
    <testcase classname="keysift" name="nothing found" time="0"/>
  </testsuite>
</testsuites>
)");
}

TEST_CASE("Findings are tests that fail") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  report.findings.erase(report.findings.begin() + 1);
  report.env.erase(report.env.begin() + 2);
  const auto first = Secret(openai_project_key(1)).redacted(),
             second = Secret(openai_project_key(2)).redacted();
  const std::string added = std::string(" confidence), added on 2024-05-01 in commit ") + kFirstCommit + ": ";
  const std::string end = ". Revoke it first, then make a new one.\"/>\n    </testcase>\n";
  CHECK(junit(report) ==
        R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="keysift" tests="4" failures="3" errors="1" time="0">
    <testcase classname="config/settings.py" name="OpenAI project API key, line 12, column 15" time="0">
      <failure type="high" message="OpenAI project API key )" +
            first + " (high" + added + "HEAD still has it" + end + "    <testcase classname=\"commit " +
            kSecondCommit +
            "\" name=\"Token of some kind, line 12, column 15\" time=\"0\">\n"
            "      <failure type=\"low\" message=\"Token of some kind " +
            second + " (low" + added +
            "in no branch or tag (amended, dropped or stashed away), but git still keeps it, and "
            "so may every place it was pushed to" +
            end + R"(    <testcase classname="api/.env" name="file with secrets" time="0">
      <failure type="tracked" message="api/.env: Git tracks this file, so every clone has it. Revoke the keys in it."/>
    </testcase>
    <testcase classname="private/dump.sql" name="not searched" time="0">
      <error type="unreadable" message="Permission denied"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST_CASE("JUnit's XML is valid whatever bytes a path has") {
  if (run({"/bin/sh", "-c", "command -v xmllint"}).exit_code != 0) {
    WARN("skipped: there is no xmllint");
    return;
  }
  const TempDir dir;
  dir.write("junit.xsd", kSchema);
  const auto validate = [&](const std::string& xml) {
    return run({"xmllint", "--noout", "--schema", "junit.xsd", "-"}, dir.path(), xml);
  };
  const auto rules = sample_rules();
  std::string bytes;
  for (int byte = 1; byte < 256; ++byte) bytes += static_cast<char>(byte);
  auto hostile = leaky_report(rules);
  for (const std::string& path : {bytes, std::string("a\xef\xbf\xbf\xef\xbf\xbe\xef"),
                                  std::string("]]>&amp;<!-- \"'\xed\xa0\x80 \xf0\x9f\x94\x91")}) {
    hostile.findings.push_back(sample_finding(rules[0], openai_project_key(), path));
    hostile.errors.push_back({path, path});
    hostile.env.push_back({path, Coverage::tracked});
  }
  for (const auto& report : {sample_report(rules), leaky_report(rules), hostile}) {
    const auto outcome = validate(junit(report));
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
  }
  CHECK(validate("<testsuites><testsuite name=\"x\"/></testsuites>").exit_code != 0);
}
