// Workflow commands of GitHub Actions, which show up as annotations:
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/mask.h"
#include "report/message.h"
#include "report/renderers.h"

namespace keysift {
namespace {

/// `text` with each of the characters in `special` as %XX.
std::string escaped(std::string_view text, std::string_view special) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (special.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[static_cast<unsigned char>(c) >> 4], kHex[static_cast<unsigned char>(c) & 15]};
    }
  }
  return out;
}

std::string property(std::string_view name, std::string_view value) {
  return std::string(name) + '=' + escaped(value, "%\r\n:,");
}

/// Whether a file at the finding's path is there to be annotated.
bool has_file(const Finding& finding) {
  switch (finding.origin) {
    case Origin::worktree:
    case Origin::index:
      return true;
    case Origin::history:
    case Origin::path:
      return !finding.provenance || finding.provenance->in_head;
    case Origin::commit_message:
    case Origin::tag_message:
    case Origin::note:
    case Origin::standard_input:
      break;
  }
  return false;
}

class Commands {
 public:
  Commands(const Report& report, bool reveal) : report_(report), mask_(report, reveal) {}

  std::string write() {
    for (const auto& finding : report_.findings) write_finding(finding);
    for (const auto& file : report_.env) {
      if (file.is_problem()) write_env(file);
    }
    for (const auto& error : report_.errors) write_error(error);
    return out_ + summary();
  }

 private:
  void write_finding(const Finding& finding) {
    const auto& [path, begin, end, decoded] = finding.location;
    std::string properties;
    if (has_file(finding)) {
      properties = property("file", mask_.printable(path)) + ',';
      if (finding.origin != Origin::path) {
        properties += property("line", std::to_string(begin.line)) + ',' +
                      property("endLine", std::to_string(end.line)) + ',' +
                      property("col", std::to_string(begin.column)) + ',';
      }
    }
    properties += property("title", printable(finding.rule->description));
    const auto message = finding_message(finding, mask_, where_words(finding, mask_));
    write(finding.confidence == Confidence::low ? "warning" : "error", properties, printable(message));
  }

  void write_env(const EnvFinding& file) {
    const auto place = shown_at(file);
    auto properties = property("file", mask_.printable(place.path)) + ',';
    if (place.line > 0) properties += property("line", std::to_string(place.line)) + ',';
    write("error", properties + property("title", "File with secrets"), env_message(file, mask_));
  }

  void write_error(const ScanError& error) {
    write("warning", property("title", "Not searched"),
          mask_.printable(error.path) + ": " + mask_.printable(error.message));
  }

  void write(std::string_view command, const std::string& properties, std::string_view message) {
    ++(command == "error" ? errors_ : warnings_);
    out_ += "::" + std::string(command) + ' ' + properties + "::" + escaped(message, "%\r\n") + '\n';
  }

  /// Holds nothing that a repository's author wrote: an older form of command may stand anywhere in a line.
  std::string summary() const {
    if (errors_ + warnings_ == 0) return "keysift: nothing found\n";
    return "keysift: " + counted(errors_, "error") + " and " + counted(warnings_, "warning") +
           "; GitHub shows at most 10 of each for a step, this log has all\n";
  }

  const Report& report_;
  Mask mask_;
  std::string out_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace

std::string render_github(const Report& report, bool reveal) { return Commands(report, reveal).write(); }

}  // namespace keysift
