#include "env/near_miss.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "base/text.h"
#include "git/ignore_file.h"

namespace keysift {
namespace {

constexpr std::size_t kMostLines = 10'000;  // people's ignore files have fewer
constexpr std::size_t kLongestLine = 1'000;
constexpr std::size_t kLeastLetters = 3;  // a pattern of fewer fits by accident
constexpr std::string_view kBlanks = " \t";
// Blanks that do not look like any: no-break space, zero-width space, byte order mark.
constexpr std::array<std::string_view, 3> kUnseen{"\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF"};

using Mended = std::optional<std::string>;

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool ignores(std::string pattern, std::string_view path, bool fold_case) {
  if (std::count_if(pattern.begin(), pattern.end(), is_letter) < static_cast<std::ptrdiff_t>(kLeastLetters))
    return false;
  const IgnoreFile file("", std::move(pattern));
  const auto* decision = file.decide(path, fold_case);
  return decision != nullptr && !decision->negated;
}

Mended uncommented(std::string_view line) {
  if (!line.starts_with('#')) return std::nullopt;
  return std::string(trimmed(line.substr(std::min(line.find_first_not_of('#'), line.size()))));
}

Mended without_blanks_before(std::string_view line) {
  if (line.find_first_of(kBlanks) != 0) return std::nullopt;
  return std::string(trimmed(line));
}

// A space counts only behind a backslash.
Mended without_blanks_behind(std::string_view line) {
  if (!line.ends_with('\t') && !line.ends_with("\\ ")) return std::nullopt;
  while (line.ends_with('\t') || line.ends_with(' ') || line.ends_with("\\")) line.remove_suffix(1);
  return std::string(line);
}

Mended without_unseen(std::string_view line) {
  std::string text(line);
  for (const auto unseen : kUnseen)
    for (auto at = text.find(unseen); at != std::string::npos; at = text.find(unseen, at))
      text.erase(at, unseen.size());
  if (text.size() == line.size()) return std::nullopt;
  return text;
}

Mended without_comment_behind(std::string_view line) {
  for (auto at = line.find('#', 1); at != std::string_view::npos; at = line.find('#', at + 1))
    if (kBlanks.find(line[at - 1]) != std::string_view::npos) return std::string(trimmed(line.substr(0, at)));
  return std::nullopt;
}

Mended unquoted(std::string_view line) {
  line = trimmed(line);
  const bool is_quoted = line.size() > 2 && line.front() == line.back() &&
                         std::string_view("\"'`").find(line.front()) != std::string_view::npos;
  if (!is_quoted) return std::nullopt;
  return std::string(line.substr(1, line.size() - 2));
}

Mended without_dot_slash(std::string_view line) {
  if (!line.starts_with("./")) return std::nullopt;
  return std::string(line.substr(2));
}

Mended not_just_folders(std::string_view line) {
  if (!line.ends_with('/')) return std::nullopt;
  return std::string(line.substr(0, line.size() - 1));
}

Mended with_dot(std::string_view line) {
  if (line.empty() || !is_letter(line.front())) return std::nullopt;
  return '.' + std::string(line);
}

Mended with_slashes(std::string_view line) {
  if (line.find('\\') == std::string_view::npos) return std::nullopt;
  std::string text(line);
  std::replace(text.begin(), text.end(), '\\', '/');
  return text;
}

Mended in_any_folder(std::string_view line) {
  if (!line.starts_with('/') || line.find('/', 1) != std::string_view::npos) return std::nullopt;
  return std::string(line.substr(1));
}

// One a line, as it should have been.
Mended on_lines_of_their_own(std::string_view line) {
  constexpr std::string_view kBetween = " \t,;";
  if (line.starts_with('#') || line.find_first_of(kBetween) == std::string_view::npos) return std::nullopt;
  std::string text(line);
  std::replace_if(
      text.begin(), text.end(), [&](char c) { return kBetween.find(c) != std::string_view::npos; }, '\n');
  return text;
}

struct Slip {
  Mended (*mend)(std::string_view line);
  std::string_view problem;
};

constexpr std::array kSlips{
    Slip{uncommented, "It is a comment: git skips a line that begins with #."},
    Slip{without_blanks_before, "To git, the blanks before the name are part of it."},
    Slip{without_blanks_behind,
         "To git, what stands behind the name, a tab or an escaped space, is part of it."},
    Slip{without_unseen,
         "It holds a character that does not show, such as a no-break space; write the line anew."},
    Slip{without_comment_behind,
         "To git, the comment behind the pattern is part of it: comments need lines of their own."},
    Slip{unquoted, "To git, the quotes are part of the name."},
    Slip{without_dot_slash, "To git, a pattern that begins with ./ fits nothing."},
    Slip{in_any_folder,
         "The / before it limits it to the folder of the ignore file, and this one lies deeper."},
    Slip{not_just_folders, "The / behind it limits it to folders, and this is a file."},
    Slip{with_dot, "It lacks the dot at its beginning."},
    Slip{with_slashes, "Git parts folders by /, on Windows, too."},
    Slip{on_lines_of_their_own, "Git reads a line as one pattern: each name needs a line of its own."},
};

std::optional<std::string_view> problem_of(std::string_view line, std::string_view path, bool fold_case) {
  for (const auto& slip : kSlips)
    if (auto mended = slip.mend(line); mended && ignores(std::move(*mended), path, fold_case))
      return slip.problem;
  if (!fold_case && ignores(std::string(line), path, true))
    return "To git, upper and lower case are not the same here.";
  return std::nullopt;
}

// Of UTF-16 that is ASCII in truth.
std::string narrowed(std::string_view bytes) {
  std::string text;
  std::copy_if(bytes.begin() + 2, bytes.end(), std::back_inserter(text), [](char c) { return c != '\0'; });
  return text;
}

// The line of `readable`, a mended whole file, that ignores the path.
std::vector<NearMiss> whole_file_miss(std::string readable, std::string problem, std::string_view path,
                                      bool fold_case) {
  const IgnoreFile file("", std::move(readable));
  const auto* decision = file.decide(path, fold_case);
  if (decision == nullptr || decision->negated) return {};
  return {{decision->line, std::string(decision->written), std::move(problem)}};
}

}  // namespace

std::vector<NearMiss> near_misses(std::string_view bytes, std::string_view path, bool fold_case) {
  if (has_utf16_mark(bytes))
    return whole_file_miss(narrowed(bytes), "The file is in UTF-16, which git cannot read: save it as UTF-8.",
                           path, fold_case);
  if (bytes.find('\n') == std::string_view::npos && bytes.find('\r') < bytes.size() - 1) {
    std::string readable(bytes);
    std::replace(readable.begin(), readable.end(), '\r', '\n');
    return whole_file_miss(
        std::move(readable),
        "Its lines end with CR alone, so to git the file is a single line: save it with LF.", path,
        fold_case);
  }
  std::vector<NearMiss> misses;
  for (std::size_t number = 1; !bytes.empty() && number <= kMostLines; ++number) {
    auto line = take_line(bytes);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > kLongestLine) continue;
    if (const auto problem = problem_of(line, path, fold_case))
      misses.push_back({number, std::string(line), std::string(*problem)});
  }
  return misses;
}

}  // namespace keysift
