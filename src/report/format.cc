#include "report/format.h"

#include "report/renderers.h"

namespace keysift {

std::optional<Format> format_named(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "json") return Format::json;
  if (name == "sarif") return Format::sarif;
  if (name == "github") return Format::github;
  if (name == "gitlab") return Format::gitlab;
  if (name == "junit") return Format::junit;
  return std::nullopt;
}

void render(const Report& report, Format format, Style style, const Output& out) {
  switch (format) {
    case Format::text:
      return out(render_text(report, style));
    case Format::json:
      return render_json(report, style.reveal, out);
    case Format::sarif:
      return render_sarif(report, style.reveal, out);
    case Format::github:
      return out(render_github(report, style.reveal));
    case Format::gitlab:
      return render_gitlab(report, style, out);
    case Format::junit:
      return out(render_junit(report, style.reveal));
  }
}

}  // namespace keysift
