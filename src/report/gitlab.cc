// GitLab's report of a secret detection, version 15.0.7:
// https://gitlab.com/gitlab-org/security-products/security-report-schemas
// (dist/secret-detection-report-format.json) Its texts are Markdown: they hold nothing that a repository's
// author wrote.
#include <map>

#include "base/date.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/version.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/json_writer.h"
#include "report/mask.h"
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

class GitlabReport {
 public:
  GitlabReport(const Report& report, Style style, const Output& out)
      : report_(report),
        style_(style),
        mask_(report, style.reveal),
        json_(out, JsonWriter::Layout::indented) {}

  void write() {
    json_.document([&] {
      json_.field("version", kVersionOfSchema);
      json_.field("schema", kSchema);
      json_.object("scan", [&] { write_scan(); });
      json_.array("vulnerabilities", [&] {
        for (const auto& finding : report_.findings) json_.element([&] { write_fields(finding); });
        for (const auto& file : report_.env)
          if (file.is_problem()) json_.element([&] { write_fields(file); });
      });
    });
  }

 private:
  void write_scan() {
    for (const auto* role : {"analyzer", "scanner"}) {
      json_.object(role, [&] {
        json_.field("id", "keysift");
        json_.field("name", "keysift");
        json_.object("vendor", [&] { json_.field("name", "keysift"); });
        json_.field("version", kVersion);
      });
    }
    json_.field("type", "secret_detection");
    json_.field("start_time", utc_text(style_.started));
    json_.field("end_time", utc_text(style_.ended));
    json_.field("status", report_.errors.empty() ? "success" : "failure");
    json_.array("messages", [&] {
      for (const auto& error : report_.errors) {
        json_.element([&] {
          json_.field("level", "warn");
          json_.field("value", mask_.raw(error.path) + ": " + mask_.raw(error.message));
        });
      }
    });
  }

  void write_fields(const Finding& finding) {
    const auto& rule = *finding.rule;
    json_.field("id", new_id(finding.fingerprint()));
    json_.field("name", rule.description.substr(0, kLongestName));
    json_.field("description", finding_message(finding, mask_, ""));
    json_.field("severity", severity(finding.confidence));
    json_.field("solution", kRevokeFirst);
    write_identifiers(rule.id);
    json_.object("location", [&] {
      json_.field("file", mask_.raw(finding.place()));
      json_.field("start_line", finding.location.begin.line);
      json_.field("end_line", finding.location.end.line);
      json_.object("commit", [&] { write_commit(finding.provenance); });
    });
  }

  void write_fields(const EnvFinding& file) {
    const auto place = shown_at(file);
    json_.field("id", new_id(sha256_hex(file.fingerprint())));
    json_.field("name", "File with secrets that can get out");
    json_.field("description", coverage_words(file.coverage));
    json_.field("severity", severity(Confidence::high));
    write_identifiers("env-" + std::string(to_string(file.coverage)));
    json_.object("location", [&] {
      json_.field("file", mask_.raw(place.path));
      if (place.line > 0) json_.field("start_line", place.line);
      json_.object("commit", [&] { json_.field("sha", kNoCommit); });
    });
  }

  void write_identifiers(const std::string& id) {
    json_.array("identifiers", [&] {
      json_.element([&] {
        json_.field("type", "keysift_rule_id");
        json_.field("name", "keysift rule " + id);
        json_.field("value", id);
      });
    });
  }

  void write_commit(const std::optional<Provenance>& provenance) {
    if (!provenance || !provenance->introduced) return json_.field("sha", kNoCommit);
    const auto& [id, author, date, summary] = *provenance->introduced;
    json_.field("author", mask_.raw(author));
    json_.field("date", date);
    json_.field("message", mask_.raw(summary));
    json_.field("sha", id);
  }

  /// Of several places in one file that have one fingerprint the first gets its id.
  /// Further ones get that of a hash of the hash before.
  std::string new_id(const std::string& hash) {
    const auto [last, is_first] = last_hashes_.try_emplace(hash, hash);
    if (!is_first) last->second = sha256_hex(last->second);
    return uuid(last->second);
  }

  const Report& report_;
  Style style_;
  Mask mask_;
  JsonWriter json_;
  std::map<std::string, std::string> last_hashes_;  ///< that ids were made of, by the first of each
};

}  // namespace

void render_gitlab(const Report& report, Style style, const Output& out) {
  GitlabReport(report, style, out).write();
}

}  // namespace keysift
