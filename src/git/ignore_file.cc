#include "git/ignore_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace keysift {
namespace {

std::string_view without_trailing_spaces(std::string_view line) {
  std::size_t end = 0;  // behind the last byte that counts
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') continue;
    if (line[i] == '\\' && ++i == line.size()) return line;
    end = i + 1;
  }
  return line.substr(0, end);
}

// Nothing for a line that can fit no path.
std::optional<IgnorePattern> parse_line(std::string_view line, std::uint32_t number) {
  if (line.starts_with('#')) return std::nullopt;
  if (line.ends_with('\r')) line.remove_suffix(1);
  line = without_trailing_spaces(line.substr(0, line.find('\0')));  // a C string to git
  IgnorePattern pattern;
  pattern.written = line;
  pattern.line = number;
  pattern.negated = line.starts_with('!');
  if (pattern.negated) line.remove_prefix(1);
  pattern.path = parse_path_pattern(line);
  if (pattern.path.text.empty()) return std::nullopt;
  return pattern;
}

}  // namespace

IgnoreFile::IgnoreFile(std::string source, std::string bytes)
    : source_(std::move(source)), bytes_(std::move(bytes)) {
  auto rest = without_byte_order_mark(bytes_);
  for (std::uint32_t number = 1; !rest.empty(); ++number) {
    if (const auto pattern = parse_line(take_line(rest), number)) patterns_.push_back(*pattern);
  }
}

const IgnorePattern* IgnoreFile::last_fitting(std::string_view path, bool is_folder, bool fold_case,
                                              bool takes_back) const {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto found = std::find_if(patterns_.rbegin(), patterns_.rend(), [&](const IgnorePattern& pattern) {
    return (takes_back || !pattern.negated) && fits(pattern.path, path, name, is_folder, fold_case);
  });
  return found == patterns_.rend() ? nullptr : &*found;
}

const IgnorePattern* IgnoreFile::decide(std::string_view path, bool fold_case) const {
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const auto* folder = last_fitting(path.substr(0, slash), true, fold_case);
    if (folder != nullptr && !folder->negated) return folder;
  }
  return last_fitting(path, false, fold_case);
}

}  // namespace keysift
