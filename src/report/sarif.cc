// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
// Messages hold nothing that a repository's author wrote: viewers turn "[text](address)" in them into links.
#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>

#include "base/text.h"
#include "base/version.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/json_fields.h"
#include "report/message.h"
#include "report/renderers.h"

namespace keysift {
namespace {

constexpr char kSchema[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr char kFingerprintName[] = "keysift/v1";

/// What the relative URIs of the locations are relative to.
constexpr char kRoot[] = "%SRCROOT%";
constexpr char kGit[] = "GIT";

/// What SARIF and its best known reader, GitHub's code scanning, want to know of a confidence.
struct Grade {
  const char* level;
  const char* precision;
  const char* severity;  ///< out of 10, as CVSS counts
};

Grade grade(Confidence confidence) {
  switch (confidence) {
    case Confidence::high:
      return {"error", "very-high", "9.5"};
    case Confidence::medium:
      return {"warning", "medium", "6.5"};
    case Confidence::low:
      return {"note", "low", "3.0"};
  }
  return {};
}

struct EnvRule {
  Coverage coverage;
  const char* id;
  const char* level;
  const char* description;
};

constexpr std::array kEnvRules{
    EnvRule{Coverage::tracked, "env-tracked", "error", "A file with secrets that git tracks"},
    EnvRule{Coverage::tracked_ignored, "env-tracked-ignored", "error",
            "A file with secrets that git tracks although a rule would ignore it"},
    EnvRule{Coverage::staged, "env-staged", "error", "A file with secrets that the next commit adds"},
    EnvRule{Coverage::in_history, "env-in-history", "error", "A file with secrets that is in the history"},
    EnvRule{Coverage::expected, "env-expected", "warning",
            "A file with secrets that something reads and git would not ignore"},
    EnvRule{Coverage::not_ignored, "env-not-ignored", "warning",
            "A file with secrets that git does not ignore"},
    EnvRule{Coverage::reincluded, "env-reincluded", "warning",
            "A file with secrets that is ignored, and then is not"},
    EnvRule{Coverage::wrong_pattern, "env-wrong-pattern", "warning",
            "A rule that looks as if it ignored a file with secrets"},
    EnvRule{Coverage::partly_ignored, "env-partly-ignored", "warning",
            "A file with secrets that is ignored in another folder only"},
    EnvRule{Coverage::personal_rule, "env-personal-rule", "warning",
            "A file with secrets that only a personal rule ignores"},
    EnvRule{Coverage::in_image, "env-in-image", "error", "A file with secrets that gets into an image"},
    EnvRule{Coverage::in_package, "env-in-package", "error", "A file with secrets that gets into a package"},
    EnvRule{Coverage::image_variable, "env-image-variable", "error", "A secret that an image keeps"},
    EnvRule{Coverage::public_variable, "env-public-variable", "error", "A secret that a front end publishes"},
    EnvRule{Coverage::readable, "env-readable", "note", "A file with secrets that everybody can read"},
    EnvRule{Coverage::unreachable, "env-unreachable", "note",
            "A file with secrets in a commit that no ref reaches"},
    EnvRule{Coverage::unprepared, "env-unprepared", "note",
            "A .env file would not be ignored if there were one"},
};
static_assert(kEnvRules.size() == kCoverages);

std::string numbered_steps(const Rule& rule) {
  std::string text = "1. " + std::string(kRevokeFirst);
  if (!rule.console.empty()) text += " Page: " + valid_utf8(rule.console);
  auto number = 2;
  for (const auto step : kAfterRevoking) text += '\n' + std::to_string(number++) + ". " + std::string(step);
  return text;
}

Json rule_descriptor(const Rule& rule) {
  const auto [level, precision, severity] = grade(rule.confidence);
  const auto help = numbered_steps(rule);
  Json json{{"id", valid_utf8(rule.id)},
            {"shortDescription", {{"text", valid_utf8(rule.description)}}},
            {"help", {{"text", help}, {"markdown", help}}}};
  if (rule.console.starts_with("https://")) json["helpUri"] = valid_utf8(rule.console);
  json["defaultConfiguration"] = {{"level", level}};
  json["properties"] = {{"tags", {"security", "secret"}},
                        {"precision", precision},
                        {"security-severity", severity},
                        {"provider", valid_utf8(rule.provider)}};
  return json;
}

Json env_descriptor(const EnvRule& rule) {
  return {{"id", rule.id},
          {"shortDescription", {{"text", rule.description}}},
          {"defaultConfiguration", {{"level", rule.level}}},
          {"properties", {{"tags", {"security", "env"}}}}};
}

/// The bytes of `path` as a relative URI: all but '/' and RFC 3986's unreserved characters as %XX.
std::string uri(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_alnum || std::string_view("-._~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

/// The file at `path`, raw bytes; an absolute one needs no base.
Json file_location(std::string_view path) {
  if (path.starts_with('/')) return {{"uri", "file://" + uri(path)}};
  return {{"uri", uri(path)}, {"uriBaseId", kRoot}};
}

Json artifact_location(const Finding& finding, const Mask& mask) {
  const auto path = mask.raw(finding.location.path);
  switch (finding.origin) {
    case Origin::commit_message:
      return {{"uri", "commit/" + (finding.provenance ? finding.provenance->blob : "")}, {"uriBaseId", kGit}};
    case Origin::tag_message:
    case Origin::note:
      return {{"uri", uri(path)}, {"uriBaseId", kGit}};
    case Origin::standard_input:
      if (!path.empty() && !path.starts_with(kStandardInput)) break;
      return {{"uri", "stdin" + uri(path.substr(std::min(path.find('!'), path.size())))}};
    case Origin::worktree:
    case Origin::index:
    case Origin::history:
    case Origin::path:
      break;
  }
  return file_location(path);
}

Json location(const Finding& finding, const Mask& mask) {
  Json physical{{"artifactLocation", artifact_location(finding, mask)}};
  const auto& [path, begin, end, decoded] = finding.location;
  if (finding.origin != Origin::path) {
    physical["region"] = {{"startLine", begin.line},
                          {"startColumn", begin.column},
                          {"endLine", end.line},
                          {"endColumn", end.column}};
  }
  return {{"physicalLocation", physical}};
}

Json result(const Finding& finding, std::size_t rule_index, const Mask& mask) {
  auto decoded = Json::array();
  for (const auto& encoding : finding.location.decoded) decoded.push_back(mask.utf8(encoding));
  return {{"ruleId", valid_utf8(finding.rule->id)},
          {"ruleIndex", rule_index},
          {"level", grade(finding.confidence).level},
          {"message", {{"text", finding_message(finding, mask, "")}}},
          {"locations", Json::array({location(finding, mask)})},
          {"partialFingerprints", {{kFingerprintName, finding.fingerprint()}}},
          {"properties",
           {{"confidence", to_string(finding.confidence)},
            {"origin", to_string(finding.origin)},
            {"secret", secret_fields(finding.secret, mask)},
            {"decoded", decoded},
            {"provenance", provenance_fields(finding.provenance, mask)}}}};
}

Json env_result(const EnvFinding& file, std::size_t rule_index, const EnvRule& rule, const Mask& mask) {
  const auto commands = fix_commands(file, mask);
  const auto place = shown_at(file);
  Json physical{{"artifactLocation", file_location(mask.raw(place.path))}};
  if (place.line > 0) physical["region"] = {{"startLine", place.line}};
  Json json{{"ruleId", rule.id},
            {"ruleIndex", rule_index},
            {"level", file.is_problem() ? rule.level : "note"},
            {"message", {{"text", env_message(file, mask)}}},
            {"locations", Json::array({{{"physicalLocation", physical}}})},
            {"partialFingerprints", {{kFingerprintName, file.fingerprint()}}},
            {"properties", {{"file", mask.utf8(file.path)}, {"fix", Json::array()}}}};
  for (const auto& command : commands) json["properties"]["fix"].push_back(valid_utf8(command));
  return json;
}

Json notification(const ScanError& error, const Mask& mask) {
  Json json{{"level", "error"}, {"message", {{"text", mask.utf8(error.message)}}}};
  if (!error.path.empty()) {
    json["locations"] =
        Json::array({{{"physicalLocation", {{"artifactLocation", file_location(mask.raw(error.path))}}}}});
  }
  json["properties"] = {{"path", mask.utf8(error.path)}};
  return json;
}

Json driver(const Report& report) {
  auto rules = Json::array();
  for (const auto& rule : report.rules) rules.push_back(rule_descriptor(rule));
  for (const auto& rule : kEnvRules) rules.push_back(env_descriptor(rule));
  return {{"name", "keysift"}, {"version", kVersion}, {"semanticVersion", kVersion}, {"rules", rules}};
}

Json results(const Report& report, const Mask& mask) {
  std::unordered_map<std::string_view, std::size_t> index;
  for (const auto& rule : report.rules) index.emplace(rule.id, index.size());
  auto all = Json::array();
  for (const auto& finding : report.findings) {
    all.push_back(result(finding, index.at(finding.rule->id), mask));
  }
  for (const auto& file : report.env) {
    const auto number = static_cast<std::size_t>(file.coverage);  // kEnvRules has the order of Coverage
    all.push_back(env_result(file, report.rules.size() + number, kEnvRules[number], mask));
  }
  return all;
}

Json invocation(const Report& report, const Mask& mask) {
  auto notifications = Json::array();
  for (const auto& error : report.errors) notifications.push_back(notification(error, mask));
  return {{"executionSuccessful", report.errors.empty()}, {"toolExecutionNotifications", notifications}};
}

Json bases(const Report& report, const Mask& mask) {
  return {
      {kRoot,
       {{"description", {{"text", "What was scanned."}}},
        {"properties", {{"target", mask.utf8(report.target)}}}}},
      {kGit,
       {{"description", {{"text", "The repository's objects that are no files: commits, tags, notes."}}}}}};
}

}  // namespace

std::string render_sarif(const Report& report, bool reveal) {
  const Mask mask(report, reveal);
  Json run{{"tool", {{"driver", driver(report)}}},
           {"invocations", Json::array({invocation(report, mask)})},
           {"originalUriBaseIds", bases(report, mask)},
           // SARIF knows no columns that count bytes, as ours do; they differ after a character beyond ASCII.
           {"columnKind", "unicodeCodePoints"},
           {"results", results(report, mask)},
           {"properties", {{"columnUnit", "byte"}}}};
  return dump({{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({run})}});
}

}  // namespace keysift
