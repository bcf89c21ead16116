#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/json_fields.h"
#include "report/renderers.h"

namespace keysift {
namespace {

constexpr int kSchemaVersion = 1;

Json strings(const auto& all, const Mask& mask) {
  auto json = Json::array();
  for (const auto& one : all) json.push_back(mask.utf8(one));
  return json;
}

Json commit_fields(const std::optional<CommitInfo>& commit, const Mask& mask) {
  if (!commit) return nullptr;
  return {{"commit", commit->commit},
          {"author", mask.utf8(commit->author)},
          {"date", commit->date},
          {"summary", mask.utf8(commit->summary)}};
}

Json location_fields(const Location& location, const Mask& mask) {
  return {{"path", mask.utf8(location.path)},  {"line", location.begin.line},
          {"column", location.begin.column},   {"end_line", location.end.line},
          {"end_column", location.end.column}, {"decoded", strings(location.decoded, mask)}};
}

Json finding_fields(const Finding& finding, const Mask& mask) {
  const auto& rule = *finding.rule;
  return {{"fingerprint", finding.fingerprint()},
          {"rule",
           {{"id", valid_utf8(rule.id)},
            {"description", valid_utf8(rule.description)},
            {"provider", valid_utf8(rule.provider)}}},
          {"confidence", to_string(finding.confidence)},
          {"secret", secret_fields(finding.secret, mask)},
          {"location", location_fields(finding.location, mask)},
          {"origin", to_string(finding.origin)},
          {"provenance", provenance_fields(finding.provenance, mask)}};
}

Json stale_fields(const StaleEntry& stale, const Mask& mask) {
  const auto& entry = stale.entry;
  return {{"entry", mask.utf8(entry.what)},
          {"line", entry.line},
          {"problem", stale.expired ? "expired" : "unknown"},
          {"until", entry.until.empty() ? Json(nullptr) : Json(entry.until)},
          {"reason", mask.utf8(entry.reason)}};
}

Json summary_fields(const Report& report) {
  const auto found = [&](Confidence confidence) {
    return std::count_if(report.findings.begin(), report.findings.end(),
                         [confidence](const Finding& finding) { return finding.confidence == confidence; });
  };
  return {{"findings",
           {{"high", found(Confidence::high)},
            {"medium", found(Confidence::medium)},
            {"low", found(Confidence::low)}}},
          {"suppressed", report.summary.suppressed},
          {"fixed", report.summary.fixed ? Json(*report.summary.fixed) : Json(nullptr)},
          {"files", report.summary.files},
          {"objects", report.summary.objects},
          {"commits", report.summary.commits},
          {"bytes", report.summary.bytes},
          {"env_checked", report.env_checked},
          {"complete", report.errors.empty()}};
}

Json place_fields(const Place& place, const Mask& mask) {
  return {{"path", mask.utf8(place.path)},
          {"line", place.line > 0 ? Json(place.line) : Json(nullptr)},
          {"text", mask.utf8(place.text)}};
}

Json text_or_null(const std::string& text, const Mask& mask) {
  return text.empty() ? Json(nullptr) : Json(mask.utf8(text));
}

Json env_fields(const EnvFinding& file, const Mask& mask) {
  auto fix = Json::array();
  for (const auto& command : fix_commands(file, mask)) fix.push_back(valid_utf8(command));
  return {{"fingerprint", file.fingerprint()},
          {"path", mask.utf8(file.path)},
          {"coverage", to_string(file.coverage)},
          {"problem", file.is_problem()},
          {"present", file.present},
          {"why", coverage_words(file.coverage)},
          {"cause", file.cause ? place_fields(*file.cause, mask) : Json(nullptr)},
          {"detail", text_or_null(file.detail, mask)},
          {"read_by", file.read_by ? place_fields(*file.read_by, mask) : Json(nullptr)},
          {"fix", fix},
          {"advice", text_or_null(file.advice, mask)},
          {"provenance", provenance_fields(file.provenance, mask)},
          {"allowed_by", text_or_null(file.allowed_by, mask)},
          {"allowed_reason", text_or_null(file.allowed_reason, mask)}};
}

Json door_fields(const Passage& passage, const Mask& mask) {
  return {{"path", mask.utf8(passage.file)},
          {"door", to_string(passage.door)},
          {"into", text_or_null(passage.into, mask)},
          {"open", passage.open},
          {"by", passage.by.path.empty() ? Json(nullptr) : place_fields(passage.by, mask)}};
}

}  // namespace

Json secret_fields(const Secret& secret, const Mask& mask) {
  Json json{{"redacted", secret.redacted()}, {"sha256", secret.sha256()}, {"length", secret.length()}};
  if (mask.reveals()) json["value"] = valid_utf8(secret.reveal());
  return json;
}

Json provenance_fields(const std::optional<Provenance>& provenance, const Mask& mask) {
  if (!provenance) return nullptr;
  Json json{{"blob", provenance->blob},
            {"state", to_string(provenance->state)},
            {"in_head", provenance->in_head},
            {"introduced", commit_fields(provenance->introduced, mask)},
            {"removed", commit_fields(provenance->removed, mask)},
            {"refs", nullptr},
            {"commits", provenance->commits},
            {"exposed_days", provenance->exposed_days ? Json(*provenance->exposed_days) : Json(nullptr)},
            {"overdue", provenance->overdue()}};
  json["refs"] = strings(provenance->refs, mask);  // not sooner: an object that grows copies what it has
  return json;
}

std::string dump(const Json& json) { return json.dump(2, ' ', true) + '\n'; }

std::string render_json(const Report& report, bool reveal) {
  const Mask mask(report, reveal);
  Json json{{"schema_version", kSchemaVersion},
            {"tool", {{"name", "keysift"}, {"version", kVersion}}},
            {"target", mask.utf8(report.target)},
            {"findings", Json::array()},
            {"allowed", Json::array()},
            {"stale", Json::array()},
            {"env", Json::array()},
            {"doors", Json::array()},
            {"errors", Json::array()},
            {"summary", summary_fields(report)}};
  auto& findings = json["findings"];
  for (const auto& finding : report.findings) findings.push_back(finding_fields(finding, mask));
  auto& allowed = json["allowed"];
  for (const auto& finding : report.allowed) {
    auto fields = finding_fields(finding, mask);
    fields["allowed_by"] = mask.utf8(finding.allowed_by);
    fields["allowed_reason"] =
        finding.allowed_reason.empty() ? Json(nullptr) : Json(mask.utf8(finding.allowed_reason));
    allowed.push_back(std::move(fields));
  }
  auto& stale = json["stale"];
  for (const auto& each : report.stale) stale.push_back(stale_fields(each, mask));
  auto& env = json["env"];
  for (const auto& file : report.env) {
    env.push_back(env_fields(file, mask));
  }
  auto& doors = json["doors"];
  for (const auto& passage : report.passages) doors.push_back(door_fields(passage, mask));
  auto& errors = json["errors"];
  for (const auto& error : report.errors) {
    errors.push_back({{"path", mask.utf8(error.path)}, {"message", mask.utf8(error.message)}});
  }
  return dump(json);
}

}  // namespace keysift
