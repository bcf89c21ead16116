// GitLab's report of a secret detection, version 15.0.7:
// https://gitlab.com/gitlab-org/security-products/security-report-schemas
// (dist/secret-detection-report-format.json) Its texts are Markdown: they hold nothing that a repository's
// author wrote.
#include <ctime>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "base/version.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/json_fields.h"
#include "report/message.h"
#include "report/renderers.h"

namespace keysift {
namespace {

constexpr char kVersionOfSchema[] = "15.0.7";
constexpr char kSchema[] =
    "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.0.7/dist/"
    "secret-detection-report-format.json";
constexpr char kNoCommit[] = "0000000";  // what GitLab's own scanner says of a file that no commit has
constexpr std::size_t kLongestName = 255;

/// 32 or more hexadecimal digits as a UUID of version 8 (RFC 9562), which is for such as are made of a hash.
std::string uuid(std::string digits) {
  digits[12] = '8';
  digits[16] = "89ab"[digits[16] % 4];
  return digits.substr(0, 8) + '-' + digits.substr(8, 4) + '-' + digits.substr(12, 4) + '-' +
         digits.substr(16, 4) + '-' + digits.substr(20, 12);
}

/// Seconds since 1970 as "2024-05-01T12:00:00", in UTC.
std::string time_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::string text(sizeof "2024-05-01T12:00:00", '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts));
  return text;
}

const char* severity(Confidence confidence) {
  switch (confidence) {
    case Confidence::high:
      return "Critical";
    case Confidence::medium:
      return "Medium";
    case Confidence::low:
      return "Low";
  }
  return "Unknown";
}

Json identifiers(const std::string& id) {
  return Json::array({{{"type", "keysift_rule_id"}, {"name", "keysift rule " + id}, {"value", id}}});
}

Json commit(const std::optional<Provenance>& provenance, const Mask& mask) {
  if (!provenance || !provenance->introduced) return {{"sha", kNoCommit}};
  const auto& [id, author, date, summary] = *provenance->introduced;
  return {{"author", mask.utf8(author)}, {"date", date}, {"message", mask.utf8(summary)}, {"sha", id}};
}

/// What a file that a program makes of `finding` is named in GitLab, which has no word for a commit's
/// message.
Json location(const Finding& finding, const Mask& mask) {
  const auto& [path, begin, end, decoded] = finding.location;
  return {{"file", mask.utf8(finding.place())},
          {"start_line", begin.line},
          {"end_line", end.line},
          {"commit", commit(finding.provenance, mask)}};
}

class Vulnerabilities {
 public:
  explicit Vulnerabilities(const Mask& mask) : mask_(mask) {}

  void add(const Finding& finding) {
    const auto& rule = *finding.rule;
    all_.push_back({{"id", new_id(finding.fingerprint())},
                    {"name", valid_utf8(rule.description.substr(0, kLongestName))},
                    {"description", finding_message(finding, mask_, "")},
                    {"severity", severity(finding.confidence)},
                    {"solution", std::string(kRevokeFirst)},
                    {"identifiers", identifiers(valid_utf8(rule.id))},
                    {"location", location(finding, mask_)}});
  }

  void add(const EnvFinding& file) {
    const auto id = "env-" + std::string(to_string(file.coverage));
    const auto place = shown_at(file);
    Json location{{"file", mask_.utf8(place.path)}};
    if (place.line > 0) location["start_line"] = place.line;
    location["commit"] = {{"sha", kNoCommit}};
    all_.push_back({{"id", new_id(sha256_hex(file.fingerprint()))},
                    {"name", "File with secrets that can get out"},
                    {"description", env_message(file, mask_)},
                    {"severity", severity(Confidence::high)},
                    {"identifiers", identifiers(id)},
                    {"location", location}});
  }

  Json take() { return std::move(all_); }

 private:
  /// Of several places in one file that have one fingerprint the first gets its id.
  std::string new_id(const std::string& hash) {
    auto id = uuid(hash);
    for (auto next = hash; !ids_.insert(id).second; id = uuid(next)) next = sha256_hex(next);
    return id;
  }

  const Mask& mask_;
  Json all_ = Json::array();
  std::set<std::string> ids_;
};

Json vulnerabilities(const Report& report, const Mask& mask) {
  Vulnerabilities all(mask);
  for (const auto& finding : report.findings) all.add(finding);
  for (const auto& file : report.env) {
    if (file.is_problem()) all.add(file);
  }
  return all.take();
}

Json scan(const Report& report, Style style, const Mask& mask) {
  const Json tool{
      {"id", "keysift"}, {"name", "keysift"}, {"vendor", {{"name", "keysift"}}}, {"version", kVersion}};
  auto messages = Json::array();
  for (const auto& error : report.errors) {
    messages.push_back(
        {{"level", "warn"}, {"value", mask.utf8(error.path) + ": " + mask.utf8(error.message)}});
  }
  return {{"analyzer", tool},
          {"scanner", tool},
          {"type", "secret_detection"},
          {"start_time", time_text(style.started)},
          {"end_time", time_text(style.ended)},
          {"status", report.errors.empty() ? "success" : "failure"},
          {"messages", messages}};
}

}  // namespace

std::string render_gitlab(const Report& report, Style style) {
  const Mask mask(report, style.reveal);
  return dump({{"version", kVersionOfSchema},
               {"schema", kSchema},
               {"scan", scan(report, style, mask)},
               {"vulnerabilities", vulnerabilities(report, mask)}});
}

}  // namespace keysift
