#include "report/sample.h"

#include "base/position.h"
#include "support/support.h"

namespace keysift::test {
namespace {

Rule sample_rule(const std::string& id, const std::string& description, Confidence confidence) {
  Rule rule;
  rule.id = id;
  rule.description = description;
  rule.confidence = confidence;
  return rule;
}

}  // namespace

std::vector<Rule> sample_rules() {
  std::vector<Rule> rules;
  rules.push_back(sample_rule("openai-project-key", "OpenAI project API key", Confidence::high));
  rules.back().provider = "OpenAI";
  rules.back().console = "https://platform.openai.com/api-keys";
  rules.push_back(sample_rule("generic-token", "Token of some kind", Confidence::low));
  return rules;
}

Finding sample_finding(const Rule& rule, const std::string& key, const std::string& path) {
  Finding finding;
  finding.rule = &rule;
  finding.confidence = rule.confidence;
  finding.secret = Secret(key);
  finding.location.path = path;
  finding.location.begin = {12, 15};
  finding.location.end = advance(finding.location.begin, std::string_view(key));
  return finding;
}

Provenance sample_provenance() {
  Provenance provenance;
  provenance.blob = kBlob;
  provenance.state = BlobState::live;
  provenance.in_head = true;
  provenance.introduced = {kFirstCommit, "Ann Example <ann@example.org>", "2024-05-01T12:00:00+02:00",
                           "Add the assistant"};
  provenance.refs = {"refs/heads/chat", "refs/heads/main", "refs/notes/review", "refs/remotes/origin/main",
                     "refs/tags/v1.0"};
  provenance.commits = 14;
  return provenance;
}

Report sample_report(const std::vector<Rule>& rules) {
  Report report;
  report.target = "shop";
  for (const auto& rule : rules) report.rules.push_back(&rule);
  report.repositories.emplace_back().name = "example/shop";
  report.summary = {.files = 132, .objects = 4021, .commits = 312, .bytes = 1'234'567, .suppressed = 0};
  return report;
}

std::vector<EnvFinding> sample_env() {
  std::vector<EnvFinding> all(3);
  all[0].path = ".env";
  all[0].coverage = Coverage::unprepared;
  all[0].present = false;
  all[1].path = "api/.env";
  all[1].coverage = Coverage::tracked;
  all[2].path = "web app/.env.local";
  all[2].coverage = Coverage::reincluded;
  all[2].cause = Place{"web app/.gitignore", 3, "!.env.local"};
  all[2].detail = "It takes back .env.* (.gitignore:2).";
  all[2].ignore_file = "web app/.gitignore";
  all[2].pattern = ".env.local";
  for (auto* each : {&all[0], &all[1]}) {
    each->ignore_file = ".gitignore";
    each->pattern = ".env";
  }
  return all;
}

Report leaky_report(const std::vector<Rule>& rules) {
  auto report = sample_report(rules);
  const auto key = openai_project_key(1);

  auto in_head = sample_finding(rules[0], key, "config/settings.py");
  in_head.provenance = sample_provenance();
  report.findings.push_back(in_head);

  auto removed = sample_finding(rules[0], key, "old notes.txt");
  removed.origin = Origin::history;
  removed.provenance = sample_provenance();
  removed.provenance->state = BlobState::history_only;
  removed.provenance->in_head = false;
  removed.provenance->removed = {kSecondCommit, "Bob Example <bob@example.org>", "2024-05-02T09:30:00Z",
                                 "Remove " + key};
  removed.provenance->commits = 1;
  removed.provenance->refs = {"refs/heads/main"};
  report.findings.push_back(removed);

  auto message = sample_finding(rules[1], openai_project_key(2), "");
  message.origin = Origin::commit_message;
  message.location.decoded = {"base64"};
  message.provenance = sample_provenance();
  message.provenance->blob = kSecondCommit;
  message.provenance->state = BlobState::unreachable;
  message.provenance->in_head = false;
  message.provenance->refs = {};
  message.provenance->commits = 0;
  report.findings.push_back(message);

  report.env_checked = true;
  report.env = sample_env();
  report.passages = {
      {"api/.env", Door::commit, "", true, {}, ".gitignore", ".env", ""},
      {"api/.env",
       Door::image,
       "image of api/Dockerfile",
       false,
       {"api/.dockerignore", 2, "**/.env"},
       "",
       "",
       ""},
      {"web app/.env.local", Door::commit, "", true, {"web app/.gitignore", 3, "!.env.local"}, "", "", ""}};
  report.errors = {{"private/dump.sql", "Permission denied"}};
  return report;
}

std::string rendered(const Report& report, Format format, Style style) {
  std::string text;
  render(report, format, style, [&](std::string_view bytes) { text += bytes; });
  return text;
}

}  // namespace keysift::test
