// One renderer a format; render() picks.
#pragma once
#include <string>

#include "finding/report.h"
#include "report/format.h"

namespace keysift {

std::string render_text(const Report& report, Style style);
void render_json(const Report& report, bool reveal, const Output& out);
/// The JSON report as the HTML page has it: in a line, each finding with its first refs only.
void render_page_data(const Report& report, bool reveal, const Output& out);
void render_jsonl(const Report& report, bool reveal, const Output& out);
void render_html(const Report& report, Style style, const Output& out);
void render_csv(const Report& report, bool reveal, const Output& out);
std::string render_markdown(const Report& report, bool reveal);
void render_sarif(const Report& report, bool reveal, const Output& out);
std::string render_github(const Report& report, bool reveal);
void render_gitlab(const Report& report, Style style, const Output& out);
void render_gitleaks(const Report& report, bool reveal, const Output& out);
std::string render_junit(const Report& report, bool reveal);

}  // namespace keysift
