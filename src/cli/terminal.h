// What the terminal that somebody sits at can do.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

#include "cli/options.h"

namespace keysift {

/// Columns of the terminal that `file` is; kWidth (report/layout.h) if it is none, or does not say.
std::size_t terminal_width(int file);

/// Whether what goes to standard output is to be painted.
bool stdout_has_color(Color color);

/// Whether standard output is a terminal that is known to have links (OSC 8).
bool stdout_has_links();

/// A folder's address for links, ending with '/'; empty if it cannot be told.
std::string folder_uri(const std::filesystem::path& folder);

}  // namespace keysift
