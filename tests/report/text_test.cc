#include <sstream>

#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

std::string text(const Report& report, Style style = {}) { return render(report, Format::text, style); }

bool contains(const std::string& whole, const std::string& part) {
  return whole.find(part) != std::string::npos;
}

std::size_t count(const std::string& whole, const std::string& part) {
  std::size_t found = 0;
  for (auto at = whole.find(part); at != std::string::npos; at = whole.find(part, at + 1)) ++found;
  return found;
}

std::string redacted(unsigned seed) { return Secret(openai_project_key(seed)).redacted(); }

}  // namespace

TEST_CASE("The text of a leaky report") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  const auto first = redacted(1), second = redacted(2);
  CHECK(text(report) == R"(config/settings.py
  line 12, column 15  OpenAI project API key, high confidence
    Key          )" + first +
                            R"(
    Added        2024-05-01 in 1a2b3c4d5e by Ann Example <ann@example.org>
                 "Add the assistant"
    Now          HEAD still has it; it is in 14 commits
    Refs         chat, main, refs/notes/review and 2 more
    Fingerprint  9cd8f1616645841ba037f1f10ccfdc38

old notes.txt
  line 12, column 15  OpenAI project API key, high confidence
    Key          )" + first +
                            R"( (the same key as in config/settings.py)
    Added        2024-05-01 in 1a2b3c4d5e by Ann Example <ann@example.org>
                 "Add the assistant"
    Removed      2024-05-02 in 2b3c4d5e6f by Bob Example <bob@example.org>
                 "Remove )" +
                            first + R"("
    Now          gone from HEAD, not from history: every clone still has it; it
                 is in 1 commit
    Refs         main
    Fingerprint  ffe79ca869b2c8bca9957904edd307d7

Message of commit 2b3c4d5e6f
  line 12, column 15  Token of some kind, low confidence
    Key          )" + second +
                            R"(
    Encoded as   base64
    Added        2024-05-01 in 1a2b3c4d5e by Ann Example <ann@example.org>
                 "Add the assistant"
    Now          in no branch or tag (amended, dropped or stashed away), but git
                 still keeps it, and so may every place it was pushed to
    Fingerprint  c86eff250305bdda02de5447a7a91c72

What to do
  1. Revoke the key. Nothing else makes it harmless: a key that was ever
     committed stays in the history when you delete it, and everybody who cloned
     has it.
     OpenAI (1 key): https://platform.openai.com/api-keys
     Token of some kind (1 key): wherever it is accepted
  2. Make a new key. Keep it out of git: in the environment or in a secret
     store.
  3. Give the new key to everything that used the old one.
  4. Look through the provider's usage and billing pages for use that is not
     yours.
  Allow what is no leak: keysift allow FINGERPRINT --reason "..."
  Where the confidence is not high, look first whether it is a real key.

Files with secrets: the ways out of this repository
  .env
    This file is not there yet, but git would not ignore it.
      echo .env >> .gitignore
  api/.env
    Git tracks this file, so every clone has it. Revoke the keys in it.
      git rm --cached api/.env
      echo .env >> .gitignore
  web app/.env.local
    A rule ignores this file and another one takes that back: the next `git add
    .` puts it into a commit.
      web app/.gitignore:3  !.env.local
      It takes back .env.* (.gitignore:2).
      echo .env.local >> 'web app/.gitignore'

  File                Commit                      Image                Package
  api/.env            open                        api/.dockerignore:2  -
  web app/.env.local  open: web app/.gitignore:3  -                    -

  Commands are for the repository's root folder. To add all lines at once:
  keysift env --fix (--diff shows them first)

Could not be read
  private/dump.sql: Permission denied

3 findings of 2 keys (2 high and 1 low confidence) in 132 files, 4021 blobs and 312 commits (1.2 MB) of shop; 2 files with secrets: 2 ways out; incomplete: 1 could not be read.
)");
}

TEST_CASE("A clean run is one line") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.env_checked = true;
  CHECK(text(report) == "No keys found in 132 files, 4021 blobs and 312 commits (1.2 MB) of shop.\n");
  report.summary = {.files = 1, .objects = 0, .commits = 0, .bytes = 12, .suppressed = 2};
  CHECK(text(report) ==
        "No keys found in 1 file (12 B) of shop; 2 findings left out because of the baseline.\n");
  report.summary = {};
  CHECK(text(report) == "No keys found in 0 files (0 B) of shop.\n");
}

TEST_CASE("A run that could not read everything says so") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.errors = {{"a.txt", "Permission denied"}};
  CHECK(text(report) ==
        "Could not be read\n  a.txt: Permission denied\n\n"
        "No keys found in 132 files, 4021 blobs and 312 commits (1.2 MB) of shop; incomplete: 1 could not be "
        "read.\n");
}

TEST_CASE("One key in several places of a file is one entry") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  for (std::uint64_t line = 1; line <= 9; ++line) {
    auto finding = sample_finding(rules[0], openai_project_key(), "a.py");
    finding.location.begin = {line, 3};
    report.findings.push_back(finding);
  }
  report.findings[3].origin = Origin::history;
  report.findings[3].provenance = sample_provenance();
  report.findings[4].provenance = sample_provenance();
  report.findings[4].provenance->introduced->commit = kSecondCommit;

  const auto shown = text(report);
  CHECK(count(shown, redacted(1)) == 1);
  CHECK(count(shown, "Fingerprint") == 1);
  CHECK(contains(
      shown, "a.py\n  line 4, column 3  OpenAI project API key, high confidence\n"));  // its history is known
  CHECK(contains(shown, "    Also at      line 1, line 2, line 3, line 5 (2b3c4d5e6f), line 6 and 3 more\n"));
  CHECK(contains(shown, "9 findings of 1 key (9 high confidence) in "));
}

TEST_CASE("What to do stands there once for each provider") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  for (unsigned seed = 1; seed <= 3; ++seed) {
    report.findings.push_back(sample_finding(rules[0], openai_project_key(seed), std::to_string(seed)));
  }
  const auto shown = text(report);
  CHECK(count(shown, "https://platform.openai.com/api-keys") == 1);
  CHECK(contains(shown, "     OpenAI (3 keys): https://platform.openai.com/api-keys\n"));
  CHECK(count(shown, "Make a new key") == 1);
  CHECK_FALSE(contains(shown, "look first whether"));
}

TEST_CASE("A staged key has not leaked yet") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.findings.push_back(sample_finding(rules[0], openai_project_key(), "a.py"));
  report.findings[0].origin = Origin::index;
  const auto shown = text(report);
  CHECK(contains(shown, "    Now          staged: the next commit has it\n"));
  CHECK(contains(shown, "  Nothing is committed yet. There are three ways on:\n"));
  CHECK_FALSE(contains(shown, "1. Revoke"));
}

TEST_CASE("A finding that stands in no file has a heading all the same") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  const auto add = [&](Origin origin, const std::string& path) {
    report.findings.push_back(sample_finding(rules[0], openai_project_key(), path));
    report.findings.back().origin = origin;
  };
  add(Origin::tag_message, "refs/tags/v1");
  add(Origin::note, "refs/notes/commits");
  add(Origin::standard_input, "");
  add(Origin::path, "keys/" + openai_project_key() + ".txt");
  const auto shown = text(report);
  CHECK(contains(shown, "Message of refs/tags/v1\n"));
  CHECK(contains(shown, "\nNote in refs/notes/commits\n"));
  CHECK(contains(shown, "\nStandard input\n"));
  CHECK(contains(shown, "\nkeys/" + redacted(1) + ".txt\n  in the file's name  OpenAI project API key"));
}

TEST_CASE("Colour only when asked for") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  CHECK_FALSE(contains(text(report), "\x1b"));
  const auto colored = text(report, {.reveal = false, .color = true});
  CHECK(contains(colored, "\x1b[1mconfig/settings.py\x1b[0m\n"));
  CHECK(contains(colored, "\x1b[31mhigh confidence\x1b[0m\n"));
  CHECK(contains(text(sample_report(rules), {.reveal = false, .color = true}), "\x1b[32mNo keys found"));
}

TEST_CASE("Prose fits 80 columns and a path is never cut or broken") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  const auto path = std::string(100, 'd') + "/Grüße und mehr.txt";
  report.findings.push_back(sample_finding(rules[0], openai_project_key(3), path));
  const auto shown = text(report);
  CHECK(contains(shown, '\n' + path + '\n'));
  std::istringstream lines(shown);
  for (std::string line; std::getline(lines, line);) {
    const bool is_summary = line.find(" findings of ") != std::string::npos;
    if (line != path && !is_summary) CHECK(line.size() <= 80);
  }
}
