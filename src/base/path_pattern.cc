#include "base/path_pattern.h"

#include <algorithm>

#include "base/glob.h"
#include "base/text.h"

namespace keysift {
namespace {

bool equal(std::string_view a, std::string_view b, bool fold_case) {
  return fold_case ? equal_caseless(a, b) : a == b;
}

}  // namespace

PathPattern parse_path_pattern(std::string_view line) {
  constexpr std::string_view kSpecial = "*?[\\";
  PathPattern pattern;
  pattern.folders_only = line.ends_with('/');
  if (pattern.folders_only) line.remove_suffix(1);
  pattern.anchored = line.find('/') != std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  pattern.text = line;
  pattern.literal = static_cast<std::uint32_t>(std::min(line.find_first_of(kSpecial), line.size()));
  pattern.ending =
      !pattern.anchored && line.starts_with('*') && line.find_first_of(kSpecial, 1) == std::string_view::npos;
  return pattern;
}

bool fits(const PathPattern& pattern, std::string_view path, std::string_view name, bool is_folder,
          bool fold_case) {
  if (pattern.folders_only && !is_folder) return false;
  const auto text = pattern.text;
  const auto subject = pattern.anchored ? path : name;
  if (pattern.ending) {
    return text.size() - 1 <= subject.size() &&
           equal(text.substr(1), subject.substr(subject.size() - (text.size() - 1)), fold_case);
  }
  if (pattern.literal == text.size()) return equal(text, subject, fold_case);
  return equal(text.substr(0, pattern.literal), subject.substr(0, pattern.literal), fold_case) &&
         glob_matches(text, subject, {.paths = pattern.anchored, .fold_case = fold_case});
}

std::string pattern_of(std::string_view name) {
  std::string pattern;
  for (const char c : name) {
    const bool special = std::string_view("*?[\\ ").find(c) != std::string_view::npos;
    if (special || (pattern.empty() && (c == '!' || c == '#'))) pattern += '\\';
    pattern += c == '\n' ? '?' : c;
  }
  return pattern;
}

}  // namespace keysift
