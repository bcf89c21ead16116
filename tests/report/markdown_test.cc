#include "report/format.h"
#include "report/sample.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

std::string markdown(const Report& report) { return rendered(report, Format::markdown); }

bool contains(const std::string& whole, const std::string& part) {
  return whole.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A leaky report as a comment") {
  const auto rules = sample_rules();
  const auto report = leaky_report(rules);
  const auto first = Secret(openai_project_key(1)).redacted(),
             second = Secret(openai_project_key(2)).redacted();
  CHECK(markdown(report).starts_with(
      "### keysift: 2 keys found, 1 still live\n"
      "\n"
      "- **OpenAI project API key** `" +
      first +
      "` (high confidence)\n"
      "  - In `config/settings.py:12:15` and `old notes.txt:12:15`\n"
      "  - Added 2024-05-01 in `1a2b3c4d5e` by `Ann Example <ann@example.org>`\n"
      "  - Now: HEAD still has it\n"
      "  - Revoke it at <https://platform.openai.com/api-keys>\n"
      "  - If it is no leak: `keysift allow 9cd8f1616645841ba037f1f10ccfdc38 --reason \"...\"`\n"
      "\n"
      "- **Token of some kind** `" +
      second +
      "` (low confidence)\n"
      "  - In `message of commit 2b3c4d5e6f:12:15`\n"));
  CHECK(contains(
      markdown(report),
      "\n**Files with secrets that can get out**\n\n- `api/.env`: Git tracks this file, so every clone has "
      "it\\. Revoke the keys in it\\.\n  - `git rm --cached api/.env`\n"));
  CHECK(contains(markdown(report), "\n1. Revoke the key. "));
  CHECK(markdown(report).ends_with("\n**Incomplete:** 1 thing was not searched (1 unreadable).\n"));
}

TEST_CASE("A comment on nothing found") {
  const auto rules = sample_rules();
  CHECK(markdown(sample_report(rules)) == "### keysift: no keys found\n");
}

TEST_CASE("What a repository's author wrote is code in Markdown, and nothing else") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  const auto shown = [&](const std::string& path) {
    report.findings = {sample_finding(rules[0], openai_project_key(), path)};
    const auto text = markdown(report);
    const auto begin = text.find("  - In ") + 7;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  CHECK(shown("<script>") == "`<script>:12:15`");
  CHECK(shown("[a](http://b)![c](d)@ann") == "`[a](http://b)![c](d)@ann:12:15`");
  CHECK(shown("a`b") == "``a`b:12:15``");
  CHECK(shown("``` a") == "```` ``` a:12:15 ````");
  CHECK(shown("a\n# b") == "`a\\x0a# b:12:15`");
  CHECK(shown(std::string(400, 'a')) == "`" + std::string(300, 'a') + "...`");
}

TEST_CASE("A console that would end its link is left out") {
  auto rules = sample_rules();
  rules[0].console = "https://x> <img src=y";
  CHECK(rendered(leaky_report(rules), Format::markdown).find("<img") == std::string::npos);
}

TEST_CASE("A comment is no longer than GitHub takes") {
  const auto rules = sample_rules();
  auto report = sample_report(rules);
  for (unsigned seed = 1; seed <= 2000; ++seed)
    report.findings.push_back(sample_finding(rules[0], openai_project_key(seed), std::to_string(seed)));
  const auto text = markdown(report);
  CHECK(text.size() < 60'000);
  CHECK(contains(text, " more keys, which the full report lists.\n"));
  CHECK(contains(text, "**What to do**"));
}
