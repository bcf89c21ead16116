// Where reports go.
#pragma once
#include <filesystem>
#include <string>

#include "cli/options.h"
#include "finding/report.h"
#include "report/format.h"

namespace keysift {

/// Whether standard output is a terminal that is known to have links (OSC 8).
bool stdout_has_links();

/// A folder's address for links, ending with '/'; empty if it cannot be told.
std::string folder_uri(const std::filesystem::path& folder);

/// Writes `report` to the files that the options name and, unless they say `quiet`, to standard output.
/// Throws Failure, naming what cannot be written.
void write_reports(const Report& report, const Options& options, Style style);

}  // namespace keysift
