#include "cli/outputs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/terminal.h"

namespace keysift {
namespace {

void check_stdout(bool written) {
  if (!written) throw Failure("cannot write the report to standard output");
}

void print(std::string_view bytes) {
  check_stdout(std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size());
}

}  // namespace

/// A file that grows as the scan goes on, so that whoever reads it need not wait. Its owner's alone, also
/// where it was everybody's. A symbolic link is replaced, as FileWriter does: a repository may have put it
/// there.
struct Outputs::Lines {
  explicit Lines(const std::filesystem::path& path) : name(path) {
    if (auto special = open_special(path)) {
      file = *std::move(special);
      return;
    }
    std::error_code error;  // opening it tells what is wrong
    if (std::filesystem::is_symlink(path, error)) std::filesystem::remove(path, error);
    file = UniqueFd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file || fchmod(file.get(), 0600) != 0)
      throw Failure("cannot write " + printable(path.native()) + ": " + std::strerror(errno));
  }
  void write(std::string_view bytes) { write_all(file.get(), bytes, name); }
  void finish() { close_written(std::move(file), name); }

  UniqueFd file;
  std::filesystem::path name;
};

Outputs::Outputs(const Options& options) : options_(options) {
  for (const auto& [format, path] : options.reports) check_writable(path);
  lines_.resize(options.reports.size());
}

Outputs::~Outputs() = default;

bool Outputs::begin_early() {
  for (std::size_t i = 0; i < lines_.size(); ++i)
    if (options_.reports[i].format == Format::jsonl)
      lines_[i] = std::make_unique<Lines>(options_.reports[i].file);
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
  auto of_files = style;
  of_files.folder_uri.clear();  // links are for the terminal
  for (std::size_t i = 0; i < options_.reports.size(); ++i) {
    const auto& [format, path] = options_.reports[i];
    if (lines_[i]) {
      render(report, format, of_files, [&](std::string_view bytes) { lines_[i]->write(bytes); });
      lines_[i]->finish();
      continue;
    }
    FileWriter file(path);
    render(report, format, of_files, [&](std::string_view bytes) { file.write(bytes); });
    file.finish();
  }
  if (options_.quiet) return;
  style.color = stdout_has_color(options_.color);
  style.width = terminal_width(STDOUT_FILENO);
  render(report, options_.format, style, print);
  check_stdout(std::fflush(stdout) == 0);
}

}  // namespace keysift
