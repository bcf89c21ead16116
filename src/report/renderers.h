// One renderer a format; render() picks.
#pragma once
#include <string>

#include "finding/report.h"
#include "report/format.h"

namespace keysift {

std::string render_text(const Report& report, Style style);
void render_json(const Report& report, bool reveal, const Output& out);
void render_sarif(const Report& report, bool reveal, const Output& out);
std::string render_github(const Report& report, bool reveal);
void render_gitlab(const Report& report, Style style, const Output& out);
std::string render_junit(const Report& report, bool reveal);

}  // namespace keysift
