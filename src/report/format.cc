#include "report/format.h"

#include "report/renderers.h"

namespace keysift {

std::optional<Format> format_named(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "json") return Format::json;
  if (name == "sarif") return Format::sarif;
  return std::nullopt;
}

std::string render(const Report& report, Format format, Style style) {
  switch (format) {
    case Format::text:
      return render_text(report, style);
    case Format::json:
      return render_json(report, style.reveal);
    case Format::sarif:
      return render_sarif(report, style.reveal);
  }
  return {};
}

}  // namespace keysift
