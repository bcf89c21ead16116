// The one way out: a report in a format.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "finding/report.h"

namespace keysift {

enum class Format { text, json, sarif };

/// The format of that name ("text", "json", "sarif"), or nothing.
std::optional<Format> format_named(std::string_view name);

/// How a report is written.
struct Style {
  bool reveal = false;  ///< show secrets whole
  bool color = false;   ///< text only: ANSI colours
};

/// `report` in `format`, ending with a newline. The same report and style give the same bytes.
std::string render(const Report& report, Format format, Style style);

}  // namespace keysift
