// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
// Messages hold nothing that a repository's author wrote: viewers turn "[text](address)" in them into links.
#include <algorithm>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/json_fields.h"
#include "report/keys.h"
#include "report/message.h"
#include "report/renderers.h"
#include "report/sarif_rules.h"

namespace keysift {
namespace {

constexpr char kSchema[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr char kFingerprintName[] = "keysift/v1";

// What GitHub takes of a file: so many results a run, and runs
// (docs.github.com/code-security/code-scanning, "SARIF support").
constexpr std::size_t kMostResults = 25'000;

constexpr std::size_t kMostRelated = 10;  // other places of a key, for one result
constexpr char kFileIsHere[] = " The file is [here](1).";

/// What the relative URIs of the locations are relative to.
constexpr char kRoot[] = "%SRCROOT%";
constexpr char kGit[] = "GIT";

/// `text` with no "[text](address)" in it: what cannot be read has a name that its author chose, and a secret
/// that is revealed may be anything.
std::string without_links(std::string text) {
  for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at))
    text.insert(at + 1, 1, ' ');
  return text;
}

bool is_object_name(std::string_view text) { return text.size() == 40 && is_hex(text); }

/// What one run tells of: all that is in one repository, or a part of it, for there may be too much.
struct Part {
  std::size_t repository = 0;
  std::vector<const Finding*> findings;  ///< what is allowed has its place among them
  std::vector<const EnvFinding*> env;
  std::vector<const ScanError*> errors;
};

class SarifReport {
 public:
  SarifReport(const Report& report, bool reveal, const Output& out)
      : report_(report), mask_(report, reveal), json_(out, JsonWriter::Layout::indented) {
    for (const auto* rule : report.rules) rule_index_.emplace(rule->id, rule_index_.size());
    for (const auto& key : keys_of(report.findings)) {
      std::map<std::size_t, std::vector<const Finding*>> by_repository;
      for (const auto* place : key.places) by_repository[place->repository].push_back(place);
      for (auto& [repository, places] : by_repository) {
        if (places.size() == 1) continue;
        for (const auto* place : places) place_group_.emplace(place, groups_.size());
        groups_.push_back(std::move(places));
      }
    }
  }

  void write() {
    const auto all = parts();
    json_.document([&] {
      json_.field("$schema", kSchema);
      json_.field("version", "2.1.0");
      json_.array("runs", [&] {
        for (std::size_t i = 0; i < all.size(); ++i)
          json_.element([&] { write_run(all[i], all.size() == 1 ? "" : run_id(all, i)); });
      });
    });
  }

 private:
  std::vector<Part> parts() const {
    std::vector<Part> all(report_.repositories.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i].repository = i;
    const auto part_for = [&](std::size_t repository) -> Part& {
      auto part = std::find_if(all.rbegin(), all.rend(),
                               [&](const Part& each) { return each.repository == repository; });
      if (part->findings.size() + part->env.size() < kMostResults) return *part;
      return *all.insert(part.base(), Part{repository, {}, {}, {}});
    };
    for (const auto& finding : report_.findings) part_for(finding.repository).findings.push_back(&finding);
    for (const auto& finding : report_.allowed) part_for(finding.repository).findings.push_back(&finding);
    for (const auto& file : report_.env) part_for(file.repository).env.push_back(&file);
    for (const auto& error : report_.errors) part_for(error.repository).errors.push_back(&error);
    return all;
  }

  /// GitHub refuses two runs of one id in a file.
  std::string run_id(const std::vector<Part>& all, std::size_t index) const {
    std::size_t part = 1;
    for (std::size_t i = 0; i < index; ++i)
      if (all[i].repository == all[index].repository) ++part;
    return "keysift/" + uri_path(mask_.raw(report_.repositories[all[index].repository].name)) + '/' +
           std::to_string(part) + '/';
  }

  void write_run(const Part& part, const std::string& id) {
    const auto& repository = report_.repositories[part.repository];
    json_.object("tool", [&] { json_.object("driver", [&] { write_sarif_driver(json_, report_); }); });
    if (!id.empty()) json_.object("automationDetails", [&] { json_.field("id", id); });
    json_.array("invocations", [&] { json_.element([&] { write_invocation(part.errors, repository); }); });
    if (!repository.url.empty())
      json_.array("versionControlProvenance", [&] { json_.element([&] { write_origin(repository); }); });
    json_.object("originalUriBaseIds", [&] { write_bases(); });
    // SARIF knows no columns that count bytes, as ours do; they differ after a character beyond ASCII.
    json_.field("columnKind", "unicodeCodePoints");
    json_.array("results", [&] {
      for (const auto* finding : part.findings) json_.element([&] { write_result(*finding); });
      for (const auto* file : part.env) json_.element([&] { write_result(*file); });
    });
    json_.object("properties", [&] { json_.field("columnUnit", "byte"); });
  }

  void write_text(std::string_view key, std::string_view text) {
    json_.object(key, [&] { json_.field("text", text); });
  }

  void write_invocation(const std::vector<const ScanError*>& errors, const ScannedRepository& repository) {
    json_.field("executionSuccessful", errors.empty());
    json_.array("toolExecutionNotifications", [&] {
      for (const auto* error : errors) json_.element([&] { write_notification(*error); });
    });
    if (repository.rules_changed.empty()) return;
    json_.array("toolConfigurationNotifications", [&] {
      json_.element([&] {
        json_.field("level", "warning");
        write_text("message", without_links(changed_rules_words(repository, mask_)));
      });
    });
  }

  void write_notification(const ScanError& error) {
    json_.field("level", "error");
    write_text("message", without_links(mask_.raw(error.message)));
    if (!error.path.empty()) {
      json_.array("locations", [&] {
        json_.element(
            [&] { json_.object("physicalLocation", [&] { write_unread(mask_.raw(error.path)); }); });
      });
    }
    json_.object("properties", [&] { json_.field("path", mask_.raw(error.path)); });
  }

  /// What could not be read: a file, or an object by its name.
  void write_unread(const std::string& path) {
    is_object_name(path) ? write_uri("object/" + path, kGit) : write_file(path);
  }

  void write_origin(const ScannedRepository& repository) {
    json_.field("repositoryUri", repository.url);
    if (!repository.revision.empty()) json_.field("revisionId", repository.revision);
    if (!repository.branch.empty()) json_.field("branch", mask_.raw(repository.branch));
    json_.object("mappedTo", [&] { json_.field("uriBaseId", kRoot); });
  }

  void write_bases() {
    json_.object(kRoot, [&] {
      write_text("description", "What was scanned.");
      json_.object("properties", [&] { json_.field("target", mask_.raw(report_.target)); });
    });
    json_.object(kGit, [&] {
      write_text("description", "The repository's objects that are no files: commits, tags, notes.");
    });
  }

  /// The file at `path`, raw bytes; an absolute one needs no base.
  void write_file(std::string_view path) {
    path.starts_with('/') ? write_uri("file://" + uri_path(path), nullptr) : write_uri(uri_path(path), kRoot);
  }

  void write_uri(const std::string& text, const char* base) {
    json_.object("artifactLocation", [&] {
      json_.field("uri", text);
      if (base != nullptr) json_.field("uriBaseId", base);
    });
  }

  void write_artifact(const Finding& finding) {
    const auto path = mask_.raw(finding.location.path);
    switch (finding.origin) {
      case Origin::commit_message:
        return write_uri("commit/" + (finding.provenance ? finding.provenance->blob : ""), kGit);
      case Origin::tag_message:
      case Origin::note:
        return write_uri(uri_path(path), kGit);
      case Origin::standard_input:
        if (!path.empty() && !path.starts_with(kStandardInput)) break;
        return write_uri("stdin" + uri_path(path.substr(std::min(path.find('!'), path.size()))), nullptr);
      case Origin::worktree:
      case Origin::index:
      case Origin::history:
      case Origin::path:
        break;
    }
    write_file(path);
  }

  void write_location(const Finding& finding) {
    json_.object("physicalLocation", [&] {
      write_artifact(finding);
      if (finding.origin == Origin::path) return;
      const auto& [path, begin, end, decoded] = finding.location;
      json_.object("region", [&, &begin = begin, &end = end] {
        json_.field("startLine", begin.line);
        json_.field("startColumn", begin.column);
        json_.field("endLine", end.line);
        json_.field("endColumn", end.column);
      });
    });
  }

  void write_location(const Place& place) {
    json_.object("physicalLocation", [&] {
      write_file(mask_.raw(place.path));
      if (place.line > 0) json_.object("region", [&] { json_.field("startLine", place.line); });
    });
  }

  void write_fingerprint(const std::string& fingerprint) {
    json_.object("partialFingerprints", [&] { json_.field(kFingerprintName, fingerprint); });
  }

  void write_result(const Finding& finding) {
    json_.field("ruleId", finding.rule->id);
    json_.field("ruleIndex", rule_index_.at(finding.rule->id));
    json_.field("level", sarif_level(finding.confidence));
    const auto others = other_places(finding);
    write_text("message", without_links(finding_message(finding, mask_, "")) + links(others.size()));
    json_.array("locations", [&] { json_.element([&] { write_location(finding); }); });
    write_related(others);
    write_fingerprint(finding.fingerprint());
    write_suppression(finding.allowed_by, finding.allowed_reason);
    json_.object("properties", [&] {
      json_.field("confidence", to_string(finding.confidence));
      json_.field("origin", to_string(finding.origin));
      write_secret(json_, "secret", finding.secret, mask_);
      write_strings(json_, "decoded", finding.location.decoded, mask_);
      write_provenance(json_, "provenance", finding.provenance, mask_);
    });
  }

  /// Other places of the same key in its repository, the most urgent first; some, if there are many.
  std::vector<const Finding*> other_places(const Finding& finding) const {
    std::vector<const Finding*> others;
    const auto group = place_group_.find(&finding);
    if (group == place_group_.end()) return others;
    for (const auto* place : groups_[group->second]) {
      if (others.size() == kMostRelated) break;
      if (place != &finding) others.push_back(place);
    }
    return others;
  }

  /// Related locations as a message names them, for GitHub shows no others.
  static std::string links(std::size_t count) {
    if (count == 0) return {};
    std::vector<std::string> all;
    for (std::size_t i = 1; i <= count; ++i) {
      const auto number = std::to_string(i);
      all.push_back("[" + number + "](" + number + ")");
    }
    return " The same key is also here: " + listed(all) + ".";
  }

  void write_related(const std::vector<const Finding*>& places) {
    if (places.empty()) return;
    json_.array("relatedLocations", [&] {
      for (std::size_t i = 0; i < places.size(); ++i) {
        json_.element([&] {
          json_.field("id", i + 1);
          write_location(*places[i]);
          write_text("message", "The same key.");
        });
      }
    });
  }

  /// SARIF 2.1.0, section 3.35: a mark stands in the source, all else is kept beside it.
  void write_suppression(const std::string& by, const std::string& reason) {
    if (by.empty()) return;
    json_.array("suppressions", [&] {
      json_.element([&] {
        json_.field("kind", by == kMarkOnLine ? "inSource" : "external");
        json_.field("status", "accepted");
        json_.field("justification", mask_.raw(reason.empty() ? by : reason + " (" + by + ')'));
      });
    });
  }

  void write_result(const EnvFinding& file) {
    const auto rule = sarif_rule(file.coverage);
    const auto place = shown_at(file);
    json_.field("ruleId", rule.id);
    json_.field("ruleIndex", report_.rules.size() + rule.number);
    json_.field("level", file.is_problem() ? rule.level : "note");
    const bool elsewhere = place.path != file.path;
    write_text("message", std::string(coverage_words(file.coverage)) + (elsewhere ? kFileIsHere : ""));
    json_.array("locations", [&] { json_.element([&] { write_location(place); }); });
    if (elsewhere) {
      json_.array("relatedLocations", [&] {
        json_.element([&] {
          json_.field("id", std::size_t{1});
          write_location(Place{file.path, 0, {}});
          write_text("message", "The file with secrets.");
        });
      });
    }
    write_fingerprint(file.fingerprint());
    write_suppression(file.allowed_by, file.allowed_reason);
    json_.object("properties", [&] {
      json_.field("file", mask_.raw(file.path));
      json_.field("summary", env_message(file, mask_));
      json_.array("fix", [&] {
        for (const auto& command : fix_commands(file, mask_)) json_.value(command);
      });
    });
  }

  const Report& report_;
  Mask mask_;
  JsonWriter json_;
  std::unordered_map<std::string_view, std::size_t> rule_index_;
  std::vector<std::vector<const Finding*>>
      groups_;  ///< places of one key in one repository, if there are several
  std::unordered_map<const Finding*, std::size_t> place_group_;  ///< which of groups_
};

}  // namespace

void render_sarif(const Report& report, bool reveal, const Output& out) {
  SarifReport(report, reveal, out).write();
}

}  // namespace keysift
