// The one way out: a report in a format.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "finding/report.h"
#include "report/output.h"

namespace keysift {

enum class Format { text, html, json, jsonl, sarif, csv, markdown, github, gitlab, gitleaks, junit };

/// The names of all formats, as a sentence lists them.
inline constexpr char kFormatNames[] =
    "text, html, json, jsonl, sarif, csv, markdown, github, gitlab, gitleaks and junit";

/// The format of that name, or nothing.
std::optional<Format> format_named(std::string_view name);

/// How a report is written.
struct Style {
  bool reveal = false;     ///< show secrets whole
  bool color = false;      ///< text only: ANSI colours
  std::size_t width = 80;  ///< text only: columns of the terminal
  std::string folder_uri;  ///< text only: of what was scanned, ending with '/', for links; empty: no links
  std::optional<double> seconds;  ///< text only: how long the scan took
  std::int64_t started = 0;       ///< gitlab only: when the scan began, in seconds since 1970
  std::int64_t ended = 0;         ///< gitlab and html only: when it ended
};

/// Hands `report` in `format` on, ending with a newline. The same report and style give the same bytes.
void render(const Report& report, Format format, Style style, const Output& out);

/// Hands on the line of JSON Lines that tells of found.findings[0] before the report is there. The other
/// findings are only masked.
void render_found(const Report& found, bool reveal, const Output& out);

}  // namespace keysift
