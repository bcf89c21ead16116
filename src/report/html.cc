// One page that needs nothing else: the JSON report, and a script that shows it (report/page/).
#include <string>
#include <string_view>
#include <utility>

#include "base/date.h"
#include "base/hash.h"
#include "report/page_files.h"
#include "report/renderers.h"

namespace keysift {
namespace {

/// `text` with its one `mark` replaced.
std::string filled(std::string text, std::string_view mark, std::string_view by) {
  return text.replace(text.find(mark), mark.size(), by);
}

/// Hands JSON on as it may stand in a script's element: HTML ends that at "</script", wherever it stands.
/// In JSON only strings have a '<'.
void write_escaped(std::string_view json, const Output& out) {
  for (;;) {
    const auto plain = json.substr(0, json.find('<'));
    out(plain);
    json.remove_prefix(plain.size());
    if (json.empty()) return;
    out("\\u003c");
    json.remove_prefix(1);
  }
}

}  // namespace

void render_html(const Report& report, Style style, const Output& out) {
  const auto files = page_files();
  const auto css = files[1].text, script = files[2].text;
  auto page = filled(std::string(files[0].text), "{{style_hash}}", sha256_base64(css));
  page = filled(std::move(page), "{{script_hash}}", sha256_base64(script));
  page = filled(std::move(page), "{{style}}", css);
  page = filled(std::move(page), "{{script}}", script);
  constexpr std::string_view kReport = "{{report}}";
  const auto place = page.find(kReport);  // the page has it before the script, and no style has it
  out(std::string_view(page).substr(0, place));
  out("{\"made\":\"" + utc_text(style.ended) + "Z\",\"report\":");
  render_page_data(report, style.reveal, [&](std::string_view json) { write_escaped(json, out); });
  out("}");
  out(std::string_view(page).substr(place + kReport.size()));
}

}  // namespace keysift
