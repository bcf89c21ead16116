// The one way out: a report in a format.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "finding/report.h"

namespace keysift {

enum class Format { text, json, sarif, github, gitlab, junit };

/// The names of all formats, as a sentence lists them.
inline constexpr char kFormatNames[] = "text, json, sarif, github, gitlab and junit";

/// The format of that name, or nothing.
std::optional<Format> format_named(std::string_view name);

/// How a report is written.
struct Style {
  bool reveal = false;       ///< show secrets whole
  bool color = false;        ///< text only: ANSI colours
  std::int64_t started = 0;  ///< gitlab only: when the scan began and ended, in seconds since 1970
  std::int64_t ended = 0;
};

/// `report` in `format`, ending with a newline. The same report and style give the same bytes.
std::string render(const Report& report, Format format, Style style);

}  // namespace keysift
