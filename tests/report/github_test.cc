#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

std::string github(const Report& report) { return rendered(report, Format::github, {}); }

/// The first line for one finding of a key at `path`.
std::string line_of(const std::string& path, Origin origin, bool in_head) {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.findings.push_back(sample_finding(rules[0], openai_project_key(), path));
  auto& finding = report.findings.back();
  finding.origin = origin;
  finding.provenance = sample_provenance();
  finding.provenance->in_head = in_head;
  const auto text = github(report);
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("The workflow commands of a leaky report") {
  const auto rules = sample_rules();
  const auto first = Secret(openai_project_key(1)).redacted(),
             second = Secret(openai_project_key(2)).redacted();
  const std::string key = "OpenAI project API key " + first + " (high confidence) in ";
  const std::string added = std::string(", line 12, added on 2024-05-01 in commit ") + kFirstCommit + ": ";
  const std::string revoke = ". Revoke it first, then make a new one.\n";
  CHECK(
      github(leaky_report(rules)) ==
      "::error file=config/settings.py,line=12,endLine=12,col=15,title=OpenAI project API key::" + key +
          "config/settings.py" + added + "HEAD still has it" + revoke +
          "::error title=OpenAI project API key::" + key + "old notes.txt" + added +
          "gone from HEAD, not from history: every clone still has it" + revoke +
          "::warning title=Token of some kind::Token of some kind " + second +
          " (low confidence) in commit " + kSecondCommit + added +
          "in no branch or tag (amended, dropped or stashed away), but git still keeps it, and so may every "
          "place it was pushed to" +
          revoke +
          "::error file=api/.env,title=File with secrets::api/.env: Git tracks this file, so every clone has "
          "it. "
          "Revoke "
          "the keys in it.\n"
          "::error file=web app/.gitignore,line=3,title=File with secrets::web app/.env.local: A rule "
          "ignores this file and another one takes that back: the next `git add .` puts it into a commit. "
          "At web app/.gitignore:3: !.env.local. It takes back .env.* (.gitignore:2).\n"
          "::warning title=Not searched::private/dump.sql: Permission denied\n"
          "keysift: 4 errors and 2 warnings; GitHub shows at most 10 of each for a step, this log has all\n");
}

TEST_CASE("What is staged need not be revoked yet") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.findings.push_back(sample_finding(rules[0], openai_project_key(), "a.py"));
  report.findings[0].origin = Origin::index;
  const auto text = github(report);
  CHECK(text.find(". Nothing is committed yet: take it out of the file and stage that again.\n") !=
        std::string::npos);
  CHECK(text.find("Revoke") == std::string::npos);
}

TEST_CASE("Nothing found is no command") {
  const auto rules = sample_rules();
  CHECK(github(sample_report(rules)) == "keysift: nothing found\n");
}

TEST_CASE("Of medium confidence is an error, too") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  report.findings[2].confidence = Confidence::medium;
  CHECK(github(report).find("::error title=Token of some kind::") != std::string::npos);
}

TEST_CASE("A path cannot end a property or a command") {
  CHECK(line_of("a,b:c%d::e.txt", Origin::worktree, true)
            .starts_with("::error file=a%2Cb%3Ac%25d%3A%3Ae.txt,line=12,endLine=12,col=15,title="));
  CHECK(line_of("a\r\n::stop-commands::x", Origin::worktree, true)
            .starts_with("::error file=a\\x0d\\x0a%3A%3Astop-commands%3A%3Ax,line="));
  CHECK(line_of("100%0A.txt", Origin::worktree, true).find(" in 100%250A.txt, line 12") != std::string::npos);
}

TEST_CASE("Only a file that is there is annotated") {
  CHECK(line_of("a.txt", Origin::history, true).starts_with("::error file=a.txt,line=12,"));
  CHECK(line_of("a.txt", Origin::history, false).starts_with("::error title="));
  CHECK(line_of("a.txt", Origin::path, true).starts_with("::error file=a.txt,title="));
  CHECK(line_of("a.txt", Origin::path, true).find(" in the name of a.txt, added") != std::string::npos);
  CHECK(line_of("refs/tags/v1", Origin::tag_message, true).starts_with("::error title="));
  CHECK(line_of("refs/notes/commits", Origin::note, true).starts_with("::error title="));
  CHECK(line_of("", Origin::commit_message, true).find(std::string(" in commit ") + kBlob) !=
        std::string::npos);
}
