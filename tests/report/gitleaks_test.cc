// What gitleaks 8.26 writes for the same keys, byte for byte, but for the ids of rules.
#include <nlohmann/json.hpp>

#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;
using nlohmann::json;

namespace {

json gitleaks(const Report& report, Style style = {}) {
  return json::parse(rendered(report, Format::gitleaks, style));
}

// A report of one key in a history.
struct One {
  One() : report(sample_report(rules)) {
    report.findings.push_back(sample_finding(rules[0], openai_project_key(1), "a.md"));
    finding().origin = Origin::history;
    finding().provenance = sample_provenance();
  }
  Finding& finding() { return report.findings[0]; }
  json written(Style style = {}) const { return gitleaks(report, style).at(0); }

  std::vector<Rule> rules = sample_rules();
  Report report;
};

}  // namespace

TEST_CASE("gitleaks' format: nothing found, also where a file with secrets gets out") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  CHECK(rendered(report, Format::gitleaks) == "[]\n");
  report.env_checked = true;
  report.env = sample_env();
  report.errors = {{"private/dump.sql", "Permission denied"}};
  CHECK(rendered(report, Format::gitleaks) == "[]\n");
}

TEST_CASE("gitleaks' format: its fields, in its order, and its blanks") {
  One one;
  one.finding().secret = Secret("abcdabcd\"<");
  one.finding().location.end = {12, 25};
  auto second = sample_finding(one.rules[1], "aaaa", "src/\xc3\xbc.py");
  second.location.begin = {1, 3};
  second.location.end = {1, 7};
  one.report.findings.push_back(second);
  const std::string commit = kFirstCommit;
  CHECK(rendered(one.report, Format::gitleaks, {.reveal = true}) ==
        R"([
 {
  "RuleID": "openai-project-key",
  "Description": "OpenAI project API key",
  "StartLine": 12,
  "EndLine": 12,
  "StartColumn": 16,
  "EndColumn": 25,
  "Match": "abcdabcd\"<",
  "Secret": "abcdabcd\"<",
  "File": "a.md",
  "SymlinkFile": "",
  "Commit": ")" +
            commit +
            R"(",
  "Entropy": 2.521928,
  "Author": "Ann Example",
  "Email": "ann@example.org",
  "Date": "2024-05-01T10:00:00Z",
  "Message": "Add the assistant",
  "Tags": [],
  "Fingerprint": ")" +
            commit + R"(:a.md:openai-project-key:12"
 },
 {
  "RuleID": "generic-token",
  "Description": "Token of some kind",
  "StartLine": 1,
  "EndLine": 1,
  "StartColumn": 3,
  "EndColumn": 6,
  "Match": "aaaa",
  "Secret": "aaaa",
  "File": "src/\u00fc.py",
  "SymlinkFile": "",
  "Commit": "",
  "Entropy": 0,
  "Author": "",
  "Email": "",
  "Date": "",
  "Message": "",
  "Tags": [],
  "Fingerprint": "src/\u00fc.py:generic-token:1"
 }
]
)");
}

TEST_CASE("gitleaks' format: secrets are what its --redact leaves, unless they are revealed") {
  const One one;
  const auto key = openai_project_key(1);
  const auto redacted = one.written();
  CHECK(redacted.at("Secret") == "REDACTED");
  CHECK(redacted.at("Match") == "REDACTED");
  const auto revealed = one.written({.reveal = true});
  CHECK(revealed.at("Secret") == key);
  CHECK(revealed.at("Match") == key);
  CHECK(redacted.at("Entropy") == revealed.at("Entropy"));
  One saved;
  saved.finding().secret = Secret::saved("sk-****", std::string(64, 'a'), 164);
  CHECK(saved.written({.reveal = true}).at("Secret") == "REDACTED");
  CHECK(saved.written().at("Entropy") == 0);
}

TEST_CASE("gitleaks' format: entropy is of characters, by the number of bytes, in the digits of a float") {
  One one;
  const auto entropy_of = [&](const std::string& secret) {
    one.finding().secret = Secret(secret);
    const auto text = rendered(one.report, Format::gitleaks);
    const auto begin = text.find("\"Entropy\": ") + 11;
    return text.substr(begin, text.find(',', begin) - begin);
  };
  CHECK(entropy_of("ab") == "1");
  CHECK(entropy_of("aab") == "0.91829586");
  CHECK(entropy_of("\xc3\xbc\xc3\xb6") == "1");
  CHECK(entropy_of("abcdefghij0123456789") == "4.321928");
  CHECK(entropy_of("\xff\xfe") == "0");
  CHECK(entropy_of(std::string(49, 'a')) == "1.6017132e-16");
}

TEST_CASE("gitleaks' format: where a key of several lines ends") {
  One one;
  one.finding().location.begin = {1, 5};
  one.finding().location.end = {3, 8};
  const auto finding = one.written();
  CHECK(finding.at("StartLine") == 1);
  CHECK(finding.at("StartColumn") == 5);
  CHECK(finding.at("EndLine") == 3);
  CHECK(finding.at("EndColumn") == 8);
}

TEST_CASE("gitleaks' format: who brought it in, as far as that is known") {
  One one;
  auto& commit = *one.finding().provenance->introduced;
  const auto fields = [&] {
    const auto finding = one.written();
    return std::vector<std::string>{finding.at("Author"), finding.at("Email"), finding.at("Date")};
  };
  commit = {kFirstCommit, "Ann <of> Example <ann@example.org>", "2023-12-31T23:30:00-01:30", ""};
  CHECK(fields() == std::vector<std::string>{"Ann <of> Example", "ann@example.org", "2024-01-01T01:00:00Z"});
  commit = {kFirstCommit, "ann", "", ""};
  CHECK(fields() == std::vector<std::string>{"ann", "", ""});
  one.finding().provenance->introduced.reset();
  CHECK(fields() == std::vector<std::string>{"", "", ""});
  CHECK(one.written().at("Fingerprint") == "a.md:openai-project-key:12");
  one.finding().location.path = "";
  CHECK(one.written().at("File") == std::string("blob ") + kBlob);
}

TEST_CASE("gitleaks' format: a link to the lines that a commit has, where the host is known") {
  One one;
  const auto link = [&](const std::string& url) {
    one.report.repositories[0].url = url;
    return one.written().value("Link", "none");
  };
  const std::string there = std::string("/blob/") + kFirstCommit + "/a.md";
  CHECK(link("https://github.com/acme/shop") == "https://github.com/acme/shop" + there + "?plain=1#L12");
  CHECK(link("ssh://github.com/acme/shop") == "https://github.com/acme/shop" + there + "?plain=1#L12");
  CHECK(link("https://gitlab.com/acme/shop") == "https://gitlab.com/acme/shop" + there + "#L12");
  CHECK(link("https://github.com.example.org/acme/shop") == "none");
  CHECK(link("") == "none");
  one.finding().location.path = "src/a b.py";
  one.finding().location.end.line = 14;
  const auto other = std::string("/blob/") + kFirstCommit + "/src/a%20b.py";
  CHECK(link("https://github.com/acme/shop") == "https://github.com/acme/shop" + other + "#L12-L14");
  CHECK(link("https://gitlab.com/acme/shop") == "https://gitlab.com/acme/shop" + other + "#L12-14");
  one.finding().origin = Origin::worktree;
  CHECK(link("https://github.com/acme/shop") == "none");
}
