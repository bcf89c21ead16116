#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "report/layout.h"

namespace keysift {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::size_t terminal_width(int file) {
  winsize size{};
  return ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kWidth;
}

bool stdout_has_color(Color color) {
  if (color != Color::automatic) return color == Color::always;
  return isatty(STDOUT_FILENO) != 0 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

bool stdout_has_links() {
  if (isatty(STDOUT_FILENO) == 0) return false;
  constexpr std::array<std::string_view, 6> kPrograms{"iTerm.app", "WezTerm", "vscode",
                                                      "ghostty",   "Hyper",   "Tabby"};
  constexpr std::array<std::string_view, 6> kTerms{"xterm-kitty", "xterm-ghostty", "alacritty",
                                                   "foot",        "foot-extra",    "wezterm"};
  const auto is_one_of = [](const auto& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  // VTE (GNOME's terminal and others) before 0.50 knows none, and one of its versions crashed.
  const auto vte = variable("VTE_VERSION");
  return is_one_of(kPrograms, variable("TERM_PROGRAM")) || is_one_of(kTerms, variable("TERM")) ||
         (vte.size() >= 4 && vte >= "5001") || !variable("KONSOLE_VERSION").empty() ||
         !variable("WT_SESSION").empty();
}

std::string folder_uri(const std::filesystem::path& folder) {
  std::array<char, 256> host{};
  std::error_code error;
  const auto path = std::filesystem::canonical(folder, error);
  if (error || gethostname(host.data(), host.size() - 1) != 0) return {};
  return "file://" + uri_path(host.data()) + uri_path((path / "").native());
}

}  // namespace keysift
