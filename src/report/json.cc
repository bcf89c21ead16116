#include <algorithm>

#include "base/version.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/json_fields.h"
#include "report/renderers.h"

namespace keysift {
namespace {

constexpr unsigned kSchemaVersion = 1;

using Key = std::string_view;

class JsonReport {
 public:
  JsonReport(const Report& report, bool reveal, const Output& out, JsonWriter::Layout layout,
             std::size_t most_refs = SIZE_MAX)
      : report_(report), mask_(report, reveal), json_(out, layout), most_refs_(most_refs) {}

  void write() {
    json_.document([&] {
      write_head();
      each_list([&](Key name, Key, const auto& all) { write_all(name, all); });
      json_.object("summary", [&] { write_summary(); });
    });
  }

  /// JSON Lines: each element by itself, with its type.
  void write_lines() {
    json_.document([&] {
      json_.field("type", "report");
      write_head();
    });
    each_list([&](Key, Key type, const auto& all) { write_lines(type, all); });
    json_.document([&] {
      json_.field("type", "summary");
      write_summary();
    });
  }

  /// What is known of a finding while the scan goes on.
  void write_found() {
    const auto& finding = report_.findings.front();
    json_.document([&] {
      json_.field("type", "found");
      write_rule(*finding.rule);
      json_.field("confidence", to_string(finding.confidence));
      write_secret(json_, "secret", finding.secret, mask_);
      json_.object("location", [&] { write_location(finding.location); });
      json_.field("origin", to_string(finding.origin));
      finding.provenance ? json_.field("blob", finding.provenance->blob) : json_.field("blob", nullptr);
    });
  }

 private:
  /// Calls `write` with what each list is called, what one of its elements is called, and the list.
  void each_list(const auto& write) {
    write("repositories", "repository", report_.repositories);
    write("findings", "finding", report_.findings);
    write("allowed", "allowed", report_.allowed);
    write("stale", "stale", report_.stale);
    write("env", "env", report_.env);
    write("doors", "door", report_.passages);
    write("errors", "error", report_.errors);
  }

  void write_head() {
    json_.field("schema_version", kSchemaVersion);
    json_.object("tool", [&] {
      json_.field("name", "keysift");
      json_.field("version", kVersion);
    });
    json_.field("target", mask_.raw(report_.target));
  }

  void write_lines(std::string_view type, const auto& all) {
    for (const auto& each : all) {
      json_.document([&] {
        json_.field("type", type);
        write_fields(each);
      });
    }
  }

  void write_rule(const Rule& rule) {
    json_.object("rule", [&] {
      json_.field("id", rule.id);
      json_.field("description", rule.description);
      json_.field("provider", rule.provider);
      json_.field("console", rule.console);
    });
  }

  void write_all(Key key, const auto& all) {
    json_.array(key, [&] {
      for (const auto& each : all) json_.element([&] { write_fields(each); });
    });
  }

  void text_or_null(Key key, std::string_view text) {
    text.empty() ? json_.field(key, nullptr) : json_.field(key, mask_.raw(text));
  }

  void write_repository(const auto& thing) {
    json_.field("repository", mask_.raw(report_.repositories[thing.repository].name));
  }

  void write_fields(const ScannedRepository& repository) {
    json_.field("name", mask_.raw(repository.name));
    text_or_null("url", repository.url);
    text_or_null("revision", repository.revision);
    text_or_null("branch", repository.branch);
    write_counts(repository.summary);
    text_or_null("config_from", repository.config_from);
    text_or_null("config_commit", repository.config_commit);
    text_or_null("rules_changed_by", repository.rules_changed_by);
    write_strings(json_, "rules_changed", repository.rules_changed, mask_);
    write_strings(json_, "nested", repository.nested, mask_);
  }

  void write_fields(const Finding& finding) {
    json_.field("fingerprint", finding.fingerprint());
    write_repository(finding);
    write_rule(*finding.rule);
    json_.field("confidence", to_string(finding.confidence));
    write_secret(json_, "secret", finding.secret, mask_);
    json_.object("location", [&] { write_location(finding.location); });
    json_.field("origin", to_string(finding.origin));
    write_excerpt(finding.excerpt);
    write_provenance(json_, "provenance", finding.provenance, mask_, most_refs_);
    if (finding.allowed_by.empty()) return;
    json_.field("allowed_by", mask_.raw(finding.allowed_by));
    text_or_null("allowed_reason", finding.allowed_reason);
  }

  void write_excerpt(const Excerpt& excerpt) {
    if (excerpt.before.empty() && excerpt.after.empty()) return json_.field("excerpt", nullptr);
    json_.object("excerpt", [&] {
      json_.field("before", mask_.raw(excerpt.before));
      json_.field("after", mask_.raw(excerpt.after));
    });
  }

  void write_location(const Location& location) {
    json_.field("path", mask_.raw(location.path));
    json_.field("line", location.begin.line);
    json_.field("column", location.begin.column);
    json_.field("end_line", location.end.line);
    json_.field("end_column", location.end.column);
    write_strings(json_, "decoded", location.decoded, mask_);
  }

  void write_fields(const StaleEntry& stale) {
    const auto& entry = stale.entry;
    write_repository(stale);
    json_.field("entry", mask_.raw(entry.what));
    json_.field("line", entry.line);
    json_.field("problem", stale.expired ? "expired" : "unknown");
    text_or_null("until", entry.until);
    json_.field("reason", mask_.raw(entry.reason));
  }

  void write_fields(const EnvFinding& file) {
    json_.field("fingerprint", file.fingerprint());
    write_repository(file);
    json_.field("path", mask_.raw(file.path));
    json_.field("coverage", to_string(file.coverage));
    json_.field("problem", file.is_problem());
    json_.field("present", file.present);
    json_.field("why", coverage_words(file.coverage));
    write_place("cause", file.cause);
    text_or_null("detail", file.detail);
    write_place("read_by", file.read_by);
    text_or_null("ignore_file", file.ignore_file);
    text_or_null("pattern", file.pattern);
    json_.array("fix", [&] {
      for (const auto& command : fix_commands(file, mask_)) json_.value(command);
    });
    text_or_null("advice", file.advice);
    write_provenance(json_, "provenance", file.provenance, mask_, most_refs_);
    text_or_null("allowed_by", file.allowed_by);
    text_or_null("allowed_reason", file.allowed_reason);
  }

  void write_fields(const Passage& passage) {
    write_repository(passage);
    json_.field("path", mask_.raw(passage.file));
    json_.field("door", to_string(passage.door));
    text_or_null("into", passage.into);
    json_.field("open", passage.open);
    write_place("by", passage.by.path.empty() ? std::nullopt : std::optional(passage.by));
  }

  void write_fields(const ScanError& error) {
    write_repository(error);
    json_.field("path", mask_.raw(error.path));
    json_.field("message", mask_.raw(error.message));
    json_.field("cause", to_string(error.cause));
  }

  void write_place(Key key, const std::optional<Place>& place) {
    if (!place) return json_.field(key, nullptr);
    json_.object(key, [&] {
      json_.field("path", mask_.raw(place->path));
      json_.field("line", place->line > 0 ? std::optional(place->line) : std::nullopt);
      json_.field("text", mask_.raw(place->text));
    });
  }

  std::size_t found(Confidence confidence) const {
    return static_cast<std::size_t>(
        std::count_if(report_.findings.begin(), report_.findings.end(),
                      [confidence](const Finding& finding) { return finding.confidence == confidence; }));
  }

  void write_counts(const Summary& summary) {
    json_.field("files", summary.files);
    json_.field("objects", summary.objects);
    json_.field("commits", summary.commits);
    json_.field("bytes", summary.bytes);
  }

  void write_summary() {
    const auto& summary = report_.summary;
    json_.object("findings", [&] {
      json_.field("high", found(Confidence::high));
      json_.field("medium", found(Confidence::medium));
      json_.field("low", found(Confidence::low));
    });
    json_.field("suppressed", summary.suppressed);
    json_.field("fixed", summary.fixed);
    write_counts(summary);
    json_.field("env_checked", report_.env_checked);
    json_.field("env_alone", report_.env_alone);
    json_.field("complete", report_.errors.empty());
    json_.object("skipped", [&] {
      for (const auto& [cause, count] : skipped(report_)) json_.field(to_string(cause).data(), count);
    });
  }

  const Report& report_;
  Mask mask_;
  JsonWriter json_;
  std::size_t most_refs_;  ///< of one finding
};

void write_commit(JsonWriter& json, Key key, const std::optional<CommitInfo>& commit, const Mask& mask) {
  if (!commit) return json.field(key, nullptr);
  json.object(key, [&] {
    json.field("commit", commit->commit);
    json.field("author", mask.raw(commit->author));
    json.field("date", commit->date);
    json.field("summary", mask.raw(commit->summary));
  });
}

}  // namespace

void write_secret(JsonWriter& json, Key key, const Secret& secret, const Mask& mask) {
  json.object(key, [&] {
    json.field("redacted", secret.redacted());
    json.field("sha256", secret.sha256());
    json.field("length", secret.length());
    if (mask.reveals() && !secret.reveal().empty()) json.field("value", secret.reveal());
  });
}

void write_provenance(JsonWriter& json, Key key, const std::optional<Provenance>& provenance,
                      const Mask& mask, std::size_t most_refs) {
  if (!provenance) return json.field(key, nullptr);
  json.object(key, [&] {
    json.field("blob", provenance->blob);
    json.field("state", to_string(provenance->state));
    json.field("in_head", provenance->in_head);
    write_commit(json, "introduced", provenance->introduced, mask);
    write_commit(json, "removed", provenance->removed, mask);
    const auto& refs = provenance->refs;
    const auto told = std::min(refs.size(), most_refs);
    write_strings(json, "refs", std::span(refs.begin(), told), mask);
    if (told < refs.size()) json.field("more_refs", refs.size() - told);
    json.field("commits", provenance->commits);
    json.field("exposed_days", provenance->exposed_days);
    json.field("overdue", provenance->overdue());
  });
}

void render_json(const Report& report, bool reveal, const Output& out) {
  JsonReport(report, reveal, out, JsonWriter::Layout::indented).write();
}

// Twenty thousand refs of each finding made a page of 26 MB.
void render_page_data(const Report& report, bool reveal, const Output& out) {
  constexpr std::size_t kMostRefs = 20;
  JsonReport(report, reveal, out, JsonWriter::Layout::line, kMostRefs).write();
}

void render_jsonl(const Report& report, bool reveal, const Output& out) {
  JsonReport(report, reveal, out, JsonWriter::Layout::line).write_lines();
}

void render_found(const Report& found, bool reveal, const Output& out) {
  JsonReport(found, reveal, out, JsonWriter::Layout::line).write_found();
}

}  // namespace keysift
