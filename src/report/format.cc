#include "report/format.h"

#include "report/renderers.h"

namespace keysift {

std::optional<Format> format_named(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "html") return Format::html;
  if (name == "json") return Format::json;
  if (name == "jsonl") return Format::jsonl;
  if (name == "sarif") return Format::sarif;
  if (name == "csv") return Format::csv;
  if (name == "markdown") return Format::markdown;
  if (name == "github") return Format::github;
  if (name == "gitlab") return Format::gitlab;
  if (name == "gitleaks") return Format::gitleaks;
  if (name == "junit") return Format::junit;
  return std::nullopt;
}

void render(const Report& report, Format format, Style style, const Output& out) {
  switch (format) {
    case Format::text:
      return out(render_text(report, style));
    case Format::json:
      return render_json(report, style.reveal, out);
    case Format::jsonl:
      return render_jsonl(report, style.reveal, out);
    case Format::html:
      return render_html(report, style, out);
    case Format::csv:
      return render_csv(report, style.reveal, out);
    case Format::markdown:
      return out(render_markdown(report, style.reveal));
    case Format::sarif:
      return render_sarif(report, style.reveal, out);
    case Format::github:
      return out(render_github(report, style.reveal));
    case Format::gitlab:
      return render_gitlab(report, style, out);
    case Format::gitleaks:
      return render_gitleaks(report, style.reveal, out);
    case Format::junit:
      return out(render_junit(report, style.reveal));
  }
}

}  // namespace keysift
