#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "report/advice.h"
#include "report/env_text.h"
#include "report/keys.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/message.h"
#include "report/renderers.h"
#include "report/text_key.h"

namespace keysift {
namespace {

constexpr std::size_t kMostFiles = 5;    // of a command
constexpr std::size_t kMostNested = 20;  // repositories inside

class TextReport {
 public:
  TextReport(const Report& report, Style style)
      : report_(report), style_(style), mask_(report, style.reveal) {}

  std::string write() {
    if (!report_.findings.empty()) {
      keys_ = keys_of(report_.findings);
      for (const auto& key : keys_) out_ += key_text(key, report_, mask_, style_) + '\n';
      write_steps();
    }
    if (!report_.allowed.empty()) write_allowed();
    if (!report_.stale.empty() || fixed() > 0) write_stale();
    write_changed_rules();
    out_ += env_section(report_, mask_, style_);
    write_nested();
    if (!report_.errors.empty()) write_errors();
    write_summary();
    return std::move(out_);
  }

 private:
  void title(std::string_view text) { out_ += painted(Paint::bold, text, style_.color) + '\n'; }

  /// A paragraph; `first` begins it, further lines are indented as far.
  void write(const std::string& first, std::string_view text) {
    out_ += wrapped(first, text, first.size(), style_.width);
  }

  void write_steps() {
    title("What to do");
    const auto& all = report_.findings;
    const bool staged = std::all_of(all.begin(), all.end(), is_staged);
    if (staged) {
      write_ways_out();
    } else {
      auto number = 1;
      for (const auto step : kSteps) write("  " + std::to_string(number++) + ". ", step);
    }
    if (std::any_of(all.begin(), all.end(),
                    [](const auto& one) { return one.confidence != Confidence::high; }))
      write("  ", "Where the confidence is not high, look first whether it is a real key.");
    if (!staged) {
      out_ += '\n';
      write("  ", "If one is no leak, allow it, by the 32 digits behind its place:");
      out_ += "       keysift allow FINGERPRINT --reason \"...\"\n";
    }
    write_rewriting();
    out_ += '\n';
  }

  static bool is_in_message(const Key& key) {
    return is_rewritable(key) && std::any_of(key.places.begin(), key.places.end(), [](const Finding* place) {
             return place->origin == Origin::commit_message || place->origin == Origin::tag_message;
           });
  }

  /// For keys that only the history has.
  void write_rewriting() {
    const auto past = std::count_if(keys_.begin(), keys_.end(), is_rewritable);
    if (past == 0) return;
    out_ += '\n';
    write("  ",
          "Only the history has " + counted(static_cast<std::size_t>(past), "key") +
              " of these. When they are revoked, git-filter-repo can take them out of it, in a fresh clone; "
              "all commits get new names, and forks and other clones keep the keys:");
    out_ += "       keysift history --write-replacements ../keys.txt\n";
    out_ += "       git filter-repo --replace-text ../keys.txt";
    out_ +=
        std::any_of(keys_.begin(), keys_.end(), is_in_message) ? " --replace-message ../keys.txt\n" : "\n";
    write("  ", "That file holds the keys themselves: delete it afterwards.");
  }

  /// For somebody whose commit was stopped.
  void write_ways_out() {
    std::set<std::string> files;
    for (const auto& finding : report_.findings) files.insert(file_of(finding.location.path));
    std::string command = "git add";
    for (const auto& file : files) command += ' ' + shell_quoted(mask_.raw(file));
    if (files.size() > kMostFiles) command = "git add FILE...";
    write("  ", "Nothing is committed yet. There are three ways on:");
    write(
        "  1. ",
        "Take the key out: keep it in the environment or in a secret store, not in the file. Then stage the "
        "file again, and commit:");
    out_ += "       " + command + '\n';
    write("  2. ",
          "If it may be there, allow it: end its line with a comment that says keysift:allow, or say why:");
    out_ += "       keysift allow " + report_.findings.front().fingerprint() + " --reason \"...\"\n";
    write(
        "  3. ",
        "Skip this check once. Then only a pre-push hook, CI and the server can stop the key, where keysift "
        "runs there:");
    out_ += "       git commit --no-verify\n";
  }

  void write_allowed() {
    title("Allowed");
    for (const auto& finding : report_.allowed) {
      auto line = mask_.printable(finding.place()) + ':' + std::to_string(finding.location.begin.line) +
                  "  " + printable(finding.rule->description) + ", by " + mask_.printable(finding.allowed_by);
      if (!finding.allowed_reason.empty()) line += ": " + mask_.printable(finding.allowed_reason);
      out_ += wrapped("  ", repository_words(report_, mask_, finding.repository) + line, 4, style_.width);
    }
    out_ += '\n';
  }

  std::uint64_t fixed() const { return report_.summary.fixed.value_or(0); }

  void write_stale() {
    title("Out of date");
    for (const auto& stale : report_.stale) {
      const auto& entry = stale.entry;
      out_ +=
          wrapped("  ",
                  repository_words(report_, mask_, stale.repository) + entry.place() + "  " +
                      mask_.printable(entry.what) + " (" + mask_.printable(entry.reason) + ") " +
                      (stale.expired ? "ended on " + printable(entry.until) + ": renew it or remove the line"
                                     : std::string("names nothing that was found: remove the line")),
                  4, style_.width);
    }
    if (fixed() > 0) {
      write("  ", "The baseline lists " + counted(fixed(), "finding") +
                      " not found any more; write it anew: the same command with --write-baseline FILE");
    }
    out_ += '\n';
  }

  void write_changed_rules() {
    bool is_first = true;
    for (std::size_t i = 0; i < report_.repositories.size(); ++i) {
      const auto& repository = report_.repositories[i];
      if (repository.rules_changed.empty()) continue;
      if (is_first) title("Rules");
      is_first = false;
      out_ += wrapped("  ", repository_words(report_, mask_, i) + changed_rules_words(repository, mask_), 4,
                      style_.width);
    }
    if (!is_first) out_ += '\n';
  }

  /// Nobody asked for these: no error.
  void write_nested() {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < report_.repositories.size(); ++i) {
      const auto& outer = report_.repositories[i];
      // Of a repository's folder the target may be one inside; a plain folder is where the user is looking
      // from.
      const bool is_plain =
          report_.repositories.size() == 1 && outer.revision.empty() && report_.target != ".";
      for (const auto& folder : outer.nested) {
        const auto path = is_plain ? (std::filesystem::path(report_.target) / folder).native() : folder;
        lines.push_back(repository_words(report_, mask_, i) + mask_.printable(path) +
                        " is a repository of its own; its history: keysift scan " +
                        shell_quoted(mask_.raw(path)));
      }
    }
    if (lines.empty()) return;
    title("Repositories inside");
    for (const auto& line : std::span(lines).first(std::min(lines.size(), kMostNested)))
      out_ += wrapped("  ", line, 4, style_.width);
    if (lines.size() > kMostNested)
      write("  ", "And " + std::to_string(lines.size() - kMostNested) + " more; the JSON report lists all.");
    out_ += '\n';
  }

  void write_errors() {
    constexpr std::size_t kMostErrors = 20;
    title("Not searched");
    const auto& errors = report_.errors;
    for (const auto& error : std::span(errors).first(std::min(errors.size(), kMostErrors)))
      out_ += wrapped("  ",
                      repository_words(report_, mask_, error.repository) + mask_.printable(error.path) +
                          ": " + mask_.printable(error.message),
                      4, style_.width);
    if (errors.size() > kMostErrors)
      write("  ", "And " + std::to_string(errors.size() - kMostErrors) +
                      " more; the JSON report (--report json=FILE) lists all.");
    out_ += '\n';
  }

  /// "3 findings of 2 keys (2 high and 1 low confidence)"
  std::string found() const {
    if (report_.findings.empty()) return "No keys found";
    std::map<Confidence, std::size_t, std::greater<>> counts;
    for (const auto& finding : report_.findings) ++counts[finding.confidence];
    std::vector<std::string> parts;
    parts.reserve(counts.size());
    for (const auto& [confidence, count] : counts) {
      parts.push_back(std::to_string(count) + ' ' + std::string(to_string(confidence)));
    }
    return counted(report_.findings.size(), "finding") + " of " + counted(keys_.size(), "key") + " (" +
           listed(parts) + " confidence)";
  }

  /// "12 ms", "2.8 s", "95 s"
  static std::string seconds_words(double seconds) {
    if (seconds < 1) return std::to_string(static_cast<int>(seconds * 1000)) + " ms";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    return text.data();
  }

  /// "132 files and 312 commits (1.2 MB)"
  std::string scanned() const {
    const auto& summary = report_.summary;
    std::vector<std::string> parts;
    if (summary.files > 0 || summary.objects + summary.commits == 0)
      parts.push_back(counted(summary.files, "file"));
    if (summary.objects > 0) parts.push_back(counted(summary.objects, "blob"));
    if (summary.commits > 0) parts.push_back(counted(summary.commits, "commit"));
    return listed(parts) + " (" + human_bytes(summary.bytes) + ")";
  }

  std::string target() const {
    return report_.target == "." ? "this folder" : mask_.printable(report_.target);
  }

  // What is found in templates is told, too.
  std::string alone(const std::string& env) const {
    const auto files = env.empty() ? "No files with secrets" : env;
    return files + (report_.findings.empty() ? "" : "; " + found() + " in templates") + ", in " + target();
  }

  void write_summary() {
    const auto is_problem = [](const EnvFinding& file) { return file.is_problem(); };
    const bool problems = std::any_of(report_.env.begin(), report_.env.end(), is_problem);
    const auto suppressed = report_.summary.suppressed;
    const bool clean = report_.findings.empty() && !problems && report_.errors.empty();
    const auto env = env_summary(report_);
    auto line = report_.env_alone ? alone(env) : found() + " in " + scanned() + " of " + target();
    if (style_.seconds) line += ", in " + seconds_words(*style_.seconds);
    if (problems && !report_.env_alone) line += "; " + env;
    if (!report_.allowed.empty()) line += "; " + counted(report_.allowed.size(), "finding") + " allowed";
    if (suppressed > 0) line += "; " + counted(suppressed, "finding") + " left out because of the baseline";
    if (fixed() > 0) line += "; " + counted(fixed(), "finding") + " of the baseline fixed";
    if (!report_.errors.empty()) line += "; incomplete: " + incomplete_words(report_);
    const auto text = wrapped({}, line + '.', 2, style_.width);
    out_ += painted(clean ? Paint::green : Paint::bold, std::string_view(text).substr(0, text.size() - 1),
                    style_.color) +
            '\n';
  }

  const Report& report_;
  Style style_;
  Mask mask_;
  std::vector<Key> keys_;
  std::string out_;
};

}  // namespace

std::string render_text(const Report& report, Style style) {
  return without_commands(TextReport(report, style).write());
}

}  // namespace keysift
