#include "env/fix.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>

#include "base/file.h"
#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kContext = 3;

bool is_utf16(std::string_view bytes) {
  return has_utf16_mark(bytes) || bytes.find('\0') != std::string_view::npos;
}

// Each with its end.
std::vector<std::string_view> lines_of(std::string_view bytes) {
  std::vector<std::string_view> lines;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    lines.push_back(bytes.substr(0, end));
    bytes.remove_prefix(end);
  }
  return lines;
}

// A line of a diff. One that is the last of its file and has no end is followed by a mark.
std::string marked(char mark, std::string_view line) {
  auto text = mark + std::string(line);
  if (!line.ends_with('\n')) text += "\n\\ No newline at end of file\n";
  return text;
}

std::string hunk(std::string_view before, std::string_view after) {
  const auto old_lines = lines_of(before);
  const auto new_lines = lines_of(after);
  // Only the last old line can differ: it may get an end.
  auto same = old_lines.size();
  if (same > 0 && new_lines[same - 1] != old_lines[same - 1]) --same;
  const auto first = same - std::min(same, kContext);
  const auto range = [&](std::size_t size) {
    const auto count = size - first;
    return std::to_string(count == 0 ? first : first + 1) + ',' + std::to_string(count);
  };
  auto text = "@@ -" + range(old_lines.size()) + " +" + range(new_lines.size()) + " @@\n";
  for (auto i = first; i < same; ++i) text += marked(' ', old_lines[i]);
  for (auto i = same; i < old_lines.size(); ++i) text += marked('-', old_lines[i]);
  for (auto i = same; i < new_lines.size(); ++i) text += marked('+', new_lines[i]);
  return text;
}

}  // namespace

std::string FileEdit::after() const {
  auto text = before.value_or("");
  const std::string end = text.find("\r\n") == std::string::npos ? "\n" : "\r\n";
  if (!text.empty() && !text.ends_with('\n')) text += end;
  for (const auto& line : lines) text += line + end;
  return text;
}

std::vector<FileEdit> edits_for(const WorkTree& tree, std::span<const EnvFinding> findings) {
  std::map<std::string, FileEdit> edits;
  for (const auto& finding : findings) {
    if (finding.ignore_file.empty() || !finding.allowed_by.empty()) continue;
    auto& edit = edits[finding.ignore_file];
    edit.path = finding.ignore_file;
    if (std::find(edit.lines.begin(), edit.lines.end(), finding.pattern) == edit.lines.end())
      edit.lines.push_back(finding.pattern);
  }
  std::vector<FileEdit> possible;
  for (auto& [path, edit] : edits) {
    edit.before = tree.read(path);
    if ((!edit.before && tree.has(path)) || is_utf16(edit.before.value_or(""))) continue;
    possible.push_back(std::move(edit));
  }
  return possible;
}

void write_edits(const std::filesystem::path& root, std::span<const FileEdit> edits) {
  for (const auto& edit : edits) write_file(root / edit.path, edit.after(), Access::usual);
}

std::string unified_diff(std::span<const FileEdit> edits) {
  std::string text;
  for (const auto& edit : edits) {
    text += "diff --git a/" + edit.path + " b/" + edit.path + '\n';
    if (!edit.before) text += "new file mode 100644\n";
    text += "--- " + (edit.before ? "a/" + edit.path : "/dev/null") + "\n+++ b/" + edit.path + '\n';
    text += hunk(edit.before.value_or(""), edit.after());
  }
  return text;
}

}  // namespace keysift
