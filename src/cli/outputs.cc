#include "cli/outputs.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "report/layout.h"

namespace keysift {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool wants_color(Color color) {
  if (color != Color::automatic) return color == Color::always;
  return isatty(STDOUT_FILENO) != 0 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

// Columns of the terminal; kWidth where there is none, and where it does not say.
std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kWidth;
}

void check_stdout(bool written) {
  if (!written) throw Failure("cannot write the report to standard output");
}

void print(std::string_view bytes) {
  check_stdout(std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size());
}

}  // namespace

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

/// A file that grows as the scan goes on, so that whoever reads it need not wait.
struct Outputs::Lines {
  explicit Lines(const std::filesystem::path& path)
      : file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600)), name(path) {
    if (!file) throw Failure("cannot write " + printable(path.native()) + ": " + std::strerror(errno));
  }
  void write(std::string_view bytes) { write_all(file.get(), bytes, name); }

  UniqueFd file;
  std::filesystem::path name;
};

Outputs::Outputs(const Options& options) : options_(options) {
  for (const auto& [format, path] : options.reports) check_writable(path);
  for (const auto& [format, path] : options.reports)
    lines_.push_back(format == Format::jsonl ? std::make_unique<Lines>(path) : nullptr);
}

Outputs::~Outputs() = default;

bool Outputs::tells_early() const {
  return (!options_.quiet && options_.format == Format::jsonl) ||
         std::any_of(lines_.begin(), lines_.end(), [](const auto& lines) { return lines != nullptr; });
}

void Outputs::tell(const Report& found) {
  render_found(found, options_.reveal, [&](std::string_view line) {
    for (const auto& lines : lines_)
      if (lines) lines->write(line);
    if (options_.quiet || options_.format != Format::jsonl) return;
    print(line);
    check_stdout(std::fflush(stdout) == 0);
  });
}

void Outputs::write(const Report& report, Style style) {
  for (std::size_t i = 0; i < options_.reports.size(); ++i) {
    const auto& [format, path] = options_.reports[i];
    if (lines_[i]) {
      render(report, format, style, [&](std::string_view bytes) { lines_[i]->write(bytes); });
      continue;
    }
    FileWriter file(path);
    render(report, format, style, [&](std::string_view bytes) { file.write(bytes); });
    file.finish();
  }
  if (options_.quiet) return;
  style.color = wants_color(options_.color);
  style.width = terminal_width();
  render(report, options_.format, style, print);
  check_stdout(std::fflush(stdout) == 0);
}

}  // namespace keysift
