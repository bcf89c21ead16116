// The JSON array that gitleaks 8.26 writes, for what reads that.
// https://github.com/gitleaks/gitleaks/blob/v8.26.0/report/finding.go
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/text.h"
#include "report/json_fields.h"
#include "report/json_writer.h"
#include "report/mask.h"
#include "report/renderers.h"
#include "rule/gitleaks_entropy.h"

namespace keysift {
namespace {

constexpr std::string_view kRedacted = "REDACTED";

/// Beyond a file's first line gitleaks counts the line break before it, too.
std::uint64_t column(Position place) { return place.column + (place.line > 1 ? 1 : 0); }

/// "Ann Example" and "ann@example.org" of "Ann Example <ann@example.org>".
std::pair<std::string_view, std::string_view> name_and_mail(std::string_view author) {
  const auto open = author.rfind(" <");
  if (open == std::string_view::npos || !author.ends_with('>')) return {author, {}};
  const auto mail = author.substr(open + 2);
  return {author.substr(0, open), mail.substr(0, mail.size() - 1)};
}

std::string utc_date(std::string_view date) {
  const auto seconds = parse_date(date);
  return seconds ? utc_text(*seconds) + "Z" : "";
}

/// Where people see the repository, if its host shows lines as GitHub and GitLab do; else empty.
std::string web_address(std::string_view address) {
  const auto scheme = address.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto rest = address.substr(scheme + 3);
  return rest.starts_with("github.com/") || rest.starts_with("gitlab.com/") ? "https://" + std::string(rest)
                                                                            : "";
}

class GitleaksJson {
 public:
  GitleaksJson(const Report& report, bool reveal, const Output& out)
      : report_(report), mask_(report, reveal), json_(out, JsonWriter::Layout::narrow) {}

  void write() {
    json_.list([&] {
      for (const auto& finding : report_.findings) json_.element([&] { write_finding(finding); });
    });
  }

 private:
  void write_finding(const Finding& finding) {
    const auto& [path, begin, end, decoded] = finding.location;
    const auto& bytes = finding.secret.reveal();
    const auto secret = mask_.reveals() && !bytes.empty() ? std::string_view(bytes) : kRedacted;
    const auto commit =
        finding.provenance ? finding.provenance->introduced.value_or(CommitInfo()) : CommitInfo();
    const auto file = mask_.raw(finding.place());
    json_.field("RuleID", finding.rule->id);
    json_.field("Description", finding.rule->description);
    json_.field("StartLine", begin.line);
    json_.field("EndLine", end.line);
    json_.field("StartColumn", column(begin));
    json_.field("EndColumn", column(end) - 1);
    json_.field("Match", secret);
    json_.field("Secret", secret);
    json_.field("File", file);
    json_.field("SymlinkFile", "");
    json_.field("Commit", commit.commit);
    if (const auto link = link_to(finding, commit.commit); !link.empty()) json_.field("Link", link);
    json_.field("Entropy", static_cast<float>(gitleaks_entropy(bytes)));
    const auto [author, mail] = name_and_mail(commit.author);
    json_.field("Author", mask_.raw(author));
    json_.field("Email", mask_.raw(mail));
    json_.field("Date", utc_date(commit.date));
    json_.field("Message", mask_.raw(commit.summary));
    write_strings(json_, "Tags", finding.rule->tags, mask_);
    json_.field("Fingerprint", (commit.commit.empty() ? "" : commit.commit + ":") + file + ":" +
                                   finding.rule->id + ":" + std::to_string(begin.line));
  }

  /// To its lines in that commit; a work tree may have it in others.
  std::string link_to(const Finding& finding, const std::string& commit) const {
    const auto address = web_address(report_.repositories[finding.repository].url);
    const auto& path = finding.location.path;
    if (address.empty() || commit.empty() || path.empty() || finding.origin != Origin::history) return {};
    const bool is_github = address.starts_with("https://github.com/");
    auto link = address + "/blob/" + commit + "/" + uri_path(mask_.raw(path));
    if (is_github && (path.ends_with(".md") || path.ends_with(".ipynb"))) link += "?plain=1";
    const auto& [begin, end] = std::pair(finding.location.begin.line, finding.location.end.line);
    link += "#L" + std::to_string(begin);
    if (end != begin) link += (is_github ? "-L" : "-") + std::to_string(end);
    return link;
  }

  const Report& report_;
  Mask mask_;
  JsonWriter json_;
};

}  // namespace

void render_gitleaks(const Report& report, bool reveal, const Output& out) {
  GitleaksJson(report, reveal, out).write();
}

}  // namespace keysift
