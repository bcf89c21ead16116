#include <algorithm>

#include "report/format.h"
#include "report/layout.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

std::string text(const Report& report, Style style = {}) { return rendered(report, Format::text, style); }

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

TEST_CASE("No line of the text begins as a command of GitHub Actions, wherever it is broken") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  auto& finding = report.findings.front();
  finding.location.path = "::error::path";
  for (std::size_t before = 0; before < kWidth; ++before) {
    finding.provenance->introduced->summary = std::string(before, 'x') + " ::error::y std::string";
    const auto all = text(report);
    for (const auto& line : lines_of(all))
      CHECK_FALSE(line.substr(std::min(line.find_first_not_of(' '), line.size())).starts_with("::"));
    CHECK(contains(all, ":error::y"));
    CHECK(contains(all, "std::string"));
  }
}

TEST_CASE("The text of a leaky report") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  const auto first = redacted(1), second = redacted(2);
  CHECK(text(report) == "OpenAI project API key " + first + R"(, high confidence
    Where        config/settings.py:12:15  9cd8f1616645841ba037f1f10ccfdc38
                 old notes.txt:12:15, gone from HEAD
                 ffe79ca869b2c8bca9957904edd307d7
    Added        2024-05-01 in 1a2b3c4d5e by Ann Example <ann@example.org>
                 "Add the assistant"
    Now          HEAD still has it; it is in 14 commits
    Refs         chat, main, refs/notes/review and 2 more
    Revoke at    https://platform.openai.com/api-keys

Token of some kind )" + second +
                            R"(, low confidence
    Where        message of commit 2b3c4d5e6f:12:15
                 c86eff250305bdda02de5447a7a91c72
    Encoded as   base64
    Added        2024-05-01 in 1a2b3c4d5e by Ann Example <ann@example.org>
                 "Add the assistant"
    Now          in no branch or tag (amended, dropped or stashed away), but git
                 still keeps it, and so may every place it was pushed to

What to do
  1. Revoke the key. Nothing else makes it harmless: a key that was ever
     committed stays in the history when you delete it, and everybody who cloned
     has it.
  2. Make a new key. Keep it out of git: in the environment or in a secret
     store.
  3. Give the new key to everything that used the old one.
  4. Look through the provider's usage and billing pages for use that is not
     yours.
  Where the confidence is not high, look first whether it is a real key.

  If one is no leak, allow it, by the 32 digits behind its place:
       keysift allow FINGERPRINT --reason "..."

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

Not searched
  private/dump.sql: Permission denied

3 findings of 2 keys (2 high and 1 low confidence) in 132 files, 4021 blobs and
  312 commits (1.2 MB) of shop; 2 files with secrets: 2 ways out; incomplete: 1
  thing was not searched (1 unreadable).
)");
}

TEST_CASE("A clean run is one line") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.env_checked = true;
  CHECK(text(report) == "No keys found in 132 files, 4021 blobs and 312 commits (1.2 MB) of shop.\n");
  report.summary = {.files = 1, .objects = 0, .commits = 0, .bytes = 12, .suppressed = 2};
  CHECK(text(report) ==
        "No keys found in 1 file (12 B) of shop; 2 findings left out because of the\n  baseline.\n");
  report.summary = {};
  CHECK(text(report) == "No keys found in 0 files (0 B) of shop.\n");
}

TEST_CASE("A run that could not read everything says so") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.errors = {{"a.txt", "Permission denied"}};
  CHECK(text(report) ==
        "Not searched\n  a.txt: Permission denied\n\n"
        "No keys found in 132 files, 4021 blobs and 312 commits (1.2 MB) of shop;\n"
        "  incomplete: 1 thing was not searched (1 unreadable).\n");
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
  CHECK(count(shown, redacted(1)) == 1);  // in its title
  CHECK(count(shown, report.findings[0].fingerprint()) == 1);
  CHECK(contains(
      shown, "    Where        a.py:4:3, also lines 1, 2, 3, 5, 6 and 3 more\n"));  // its history is known
  CHECK(contains(shown, "9 findings of 1 key (9 high confidence) in "));
}

TEST_CASE("One key in many files is one entry, with the most urgent place first") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  for (int number = 10; number < 23; ++number) {
    report.findings.push_back(sample_finding(rules[0], openai_project_key(), std::to_string(number) + ".py"));
    auto& finding = report.findings.back();
    finding.origin = Origin::history;
    finding.provenance = sample_provenance();
    finding.provenance->in_head = false;
    finding.provenance->state = BlobState::history_only;
  }
  report.findings[4].provenance = sample_provenance();
  report.findings[5].provenance->state = BlobState::unreachable;
  const auto shown = text(report);
  CHECK(contains(shown, "    Where        14.py:12:15  "));
  CHECK(contains(shown, "                 10.py:12:15, gone from HEAD  "));
  CHECK_FALSE(contains(shown, "15.py"));
  CHECK(contains(shown, "                 and 3 more places: --format json lists all\n"));
  report.findings.resize(6);
  CHECK(contains(text(report), "                 15.py:12:15, in no branch or tag\n"));
}

TEST_CASE("What is live stands before what only the history has, and the surest first") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  const auto add = [&](unsigned seed, const Rule& rule, BlobState state, std::uint64_t days) {
    report.findings.push_back(sample_finding(rule, openai_project_key(seed), std::to_string(seed) + ".py"));
    auto& finding = report.findings.back();
    finding.origin = Origin::history;
    finding.provenance = sample_provenance();
    finding.provenance->state = state;
    finding.provenance->exposed_days = days;
  };
  add(1, rules[0], BlobState::unreachable, 9);
  add(2, rules[0], BlobState::history_only, 9);
  add(3, rules[1], BlobState::live, 9);
  add(4, rules[0], BlobState::live, 3);
  add(5, rules[0], BlobState::live, 91);
  const auto shown = text(report);
  std::string order;
  for (const auto& line : lines_of(shown))
    if (line.find("    Where        ") == 0) order += line[17];
  CHECK(order == "54321");
  CHECK(contains(shown, "    Exposed      91 days, and still live: overdue for rotation\n"));
}

TEST_CASE("A key was added where it came first, and removed where it went last") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  for (const char* day : {"03", "01", "02"}) {
    report.findings.push_back(sample_finding(rules[0], openai_project_key(1), std::string(day) + ".py"));
    auto& finding = report.findings.back();
    finding.origin = Origin::history;
    finding.provenance = sample_provenance();
    finding.provenance->state = BlobState::history_only;
    finding.provenance->introduced->date = std::string("2024-05-") + day + "T12:00:00Z";
    finding.provenance->removed = finding.provenance->introduced;
    finding.provenance->removed->date = std::string("2024-06-") + day + "T12:00:00Z";
  }
  const auto shown = text(report);
  CHECK(contains(shown, "    Added        2024-05-01 in "));
  CHECK(contains(shown, "    Removed      2024-06-03 in "));
  report.findings[0].provenance->state = BlobState::live;
  CHECK_FALSE(contains(text(report), "Removed"));
}

TEST_CASE("The line that a key stands in is shown, as much as there is room for") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.findings.push_back(sample_finding(rules[0], openai_project_key(1), "a.py"));
  report.findings[0].excerpt = {"\tclient = OpenAI(api_key=\"", "\", timeout=30)"};
  const auto shown = text(report);
  CHECK(contains(shown, "             12 | client = OpenAI(api_key=\"" + redacted(1) + "\", timeout=30)\n" +
                            "                |                          " +
                            std::string(redacted(1).size(), '^') + "\n"));
  const auto narrow = text(report, {.width = 40});
  CHECK(contains(narrow, " 12 | ...api_key=\"" + redacted(1) + "\", ...\n"));
}

TEST_CASE("Keys that only the history has can be taken out of it") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  CHECK_FALSE(contains(text(report), "git filter-repo"));  // the first key is live, too
  report.findings.erase(report.findings.begin());
  const auto shown = text(report);
  CHECK(contains(shown, "  Only the history has 1 key of these. When they are revoked, git-filter-repo\n"));
  CHECK(contains(shown, "\n       git filter-repo --replace-text ../keys.txt\n"));
}

TEST_CASE("What to do stands there once") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  for (unsigned seed = 1; seed <= 3; ++seed) {
    report.findings.push_back(sample_finding(rules[0], openai_project_key(seed), std::to_string(seed)));
  }
  const auto shown = text(report);
  CHECK(count(shown, "    Revoke at    https://platform.openai.com/api-keys\n") == 3);
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
  add(Origin::worktree, "a.py");
  const auto shown = text(report);
  CHECK(contains(shown, "  message of tag v1:12:15  "));
  CHECK(contains(shown, "  note in refs/notes/commits:12:15\n"));
  CHECK(contains(shown, "  standard input:12:15  "));
  CHECK(contains(shown, "  the name of keys/" + redacted(1) + ".txt\n"));
}

TEST_CASE("Where neither path nor date is known, the words say as much") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.findings.push_back(sample_finding(rules[0], openai_project_key(1), ""));
  report.findings[0].origin = Origin::history;
  report.findings[0].provenance = sample_provenance();
  report.findings[0].provenance->introduced->date = "";
  CHECK(contains(text(report), "Added        in 1a2b3c4d5e by Ann"));
  CHECK(contains(rendered(report, Format::markdown), "  - Added in `1a2b3c4d5e` by"));
  CHECK(contains(rendered(report, Format::github), ", added in commit 1a2b3c4d5e"));
  report.findings[0].provenance->introduced.reset();
  const auto blob = "blob " + std::string(kBlob).substr(0, 10);
  for (const char* member : {"", "!inner/.env"}) {
    report.findings[0].location.path = member;
    CHECK(contains(text(report), "Where        " + blob + member + ":12:15"));
    CHECK(contains(rendered(report, Format::markdown), "In `" + blob + member + ":12:15`"));
  }
}

TEST_CASE("What a saved report gives as a place cannot act on a terminal") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  auto& finding = report.findings[0];
  finding.provenance.reset();
  finding.location.path = "\x1b[31m\u202e";
  for (int origin = 0; origin <= static_cast<int>(Origin::standard_input); ++origin) {
    finding.origin = static_cast<Origin>(origin);
    for (const auto format : {Format::text, Format::markdown, Format::github, Format::junit, Format::csv}) {
      const auto shown = rendered(report, format);
      CHECK_FALSE(contains(shown, "\x1b"));
      CHECK_FALSE(contains(shown, "\u202e"));
    }
  }
}

TEST_CASE("A file that is staged is a file with secrets") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  report.env = {sample_env()[1]};
  report.env[0].coverage = Coverage::staged;
  CHECK(contains(text(report, {.width = 200}), "; 1 file with secrets: 1 way out."));
}

TEST_CASE("Colour only when asked for") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  CHECK_FALSE(contains(text(report), "\x1b"));
  const auto colored = text(report, {.reveal = false, .color = true});
  CHECK(contains(
      colored, "\x1b[1mOpenAI project API key " + redacted(1) + "\x1b[0m, \x1b[31mhigh confidence\x1b[0m\n"));
  CHECK(contains(text(sample_report(rules), {.reveal = false, .color = true}), "\x1b[32mNo keys found"));
}

TEST_CASE("A file that is there is a link, where the terminal has links") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  CHECK_FALSE(contains(text(report), "file://"));
  const auto shown = text(report, {.folder_uri = "file://host/srv/my%20shop/"});
  CHECK(contains(shown,
                 "    Where        \x1b]8;;file://host/srv/my%20shop/config/settings.py\x1b\\"
                 "config/settings.py:12:15\x1b]8;;\x1b\\  9cd8f1616645841ba037f1f10ccfdc38\n"));
  CHECK(count(shown, "\x1b]8;;file://") == 1);  // the other place is in the history alone
}

TEST_CASE("A report that joins several says which repository it is") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  report.target = "2 repositories";
  report.repositories.emplace_back().name = "example/web";
  report.findings[1].repository = 1;
  report.env[1].repository = 1;
  report.errors[0].repository = 1;
  const auto shown = text(report);
  CHECK(contains(shown, "    Where        example/shop: config/settings.py:12:15\n"));
  CHECK(contains(shown, "                 example/web: old notes.txt:12:15, gone from HEAD\n"));
  CHECK(contains(shown, "\n  example/web: api/.env\n"));
  CHECK(contains(shown, "\n  example/web: private/dump.sql: Permission denied\n"));
}

TEST_CASE("Text fits the columns there are, and a path is never cut or broken") {
  const auto rules = sample_rules();
  auto report = leaky_report(rules);
  const auto path = std::string(210, 'd') + "/Grüße und mehr.txt";
  report.findings.push_back(sample_finding(rules[0], openai_project_key(3), path));
  report.findings.back().excerpt = {std::string(60, 'x') + " = ", " # " + std::string(60, 'y')};
  for (const std::size_t columns : {40UL, 56UL, 80UL, 200UL}) {
    const auto shown = text(report, {.color = true, .width = columns});
    CHECK(contains(shown, path + ":12:15\n"));
    std::size_t widest = 0;
    for (const auto& line : lines_of(shown)) {
      const bool is_copied = contains(line, path) || contains(line, "     keysift ") ||
                             contains(line, "echo ") || contains(line, "git rm") ||
                             contains(line, ": Permission denied");
      if (!is_copied) widest = std::max(widest, width(line));
    }
    CHECK(widest <= columns);
    CHECK(widest > columns - 30);
  }
}
