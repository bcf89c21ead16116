// Comma-separated values (RFC 4180), a finding a line.
#include <string>
#include <string_view>

#include "report/message.h"
#include "report/renderers.h"

namespace keysift {
namespace {

constexpr std::string_view kHead =
    "repository,fingerprint,rule,provider,description,confidence,secret,sha256,path,line,column,decoded,"
    "origin,state,in_head,added_date,added_commit,added_author,added_summary,removed_date,removed_commit,"
    "commits,exposed_days,overdue,refs,console\r\n";

/// A field in quotes. A spreadsheet takes one that begins with certain characters for a formula, and runs it;
/// behind an apostrophe it is text (OWASP, "CSV Injection").
std::string quoted(std::string_view text) {
  std::string field = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    field += '\'';
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

class CsvReport {
 public:
  CsvReport(const Report& report, bool reveal, const Output& out)
      : report_(report), mask_(report, reveal), out_(out) {}

  void write() {
    out_(kHead);
    for (const auto& finding : report_.findings) {
      write_finding(finding);
      line_.back() = '\r';
      line_ += '\n';
      out_(line_);
      line_.clear();
    }
  }

 private:
  void text(std::string_view bytes) { line_ += quoted(mask_.printable(bytes)) + ','; }
  void number(std::uint64_t number) { line_ += std::to_string(number) + ','; }
  void flag(bool yes) { line_ += yes ? "true," : "false,"; }
  void nothing(int fields) { line_.append(static_cast<std::size_t>(fields), ','); }

  void write_finding(const Finding& finding) {
    const auto& rule = *finding.rule;
    text(report_.repositories[finding.repository].name);
    text(finding.fingerprint());
    for (const auto* field : {&rule.id, &rule.provider, &rule.description}) text(*field);
    text(to_string(finding.confidence));
    line_ += quoted(mask_.secret(finding.secret)) + ',';
    text(finding.secret.sha256());
    text(finding.place());
    number(finding.location.begin.line);
    number(finding.location.begin.column);
    text(listed(finding.location.decoded));
    text(to_string(finding.origin));
    finding.provenance ? write_provenance(*finding.provenance) : nothing(12);
    text(rule.console);
  }

  void write_provenance(const Provenance& provenance) {
    text(to_string(provenance.state));
    flag(provenance.in_head);
    if (const auto& commit = provenance.introduced) {
      for (const auto* field : {&commit->date, &commit->commit, &commit->author, &commit->summary})
        text(*field);
    } else {
      nothing(4);
    }
    if (const auto& commit = provenance.removed) {
      for (const auto* field : {&commit->date, &commit->commit}) text(*field);
    } else {
      nothing(2);
    }
    number(provenance.commits);
    provenance.exposed_days ? number(*provenance.exposed_days) : nothing(1);
    flag(provenance.overdue());
    text(listed({provenance.refs.begin(), provenance.refs.end()}));
  }

  const Report& report_;
  Mask mask_;
  const Output& out_;
  std::string line_;
};

}  // namespace

void render_csv(const Report& report, bool reveal, const Output& out) {
  CsvReport(report, reveal, out).write();
}

}  // namespace keysift
