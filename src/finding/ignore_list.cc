#include "finding/ignore_list.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/date.h"
#include "base/failure.h"
#include "base/glob.h"
#include "base/path_pattern.h"
#include "base/text.h"

namespace keysift {
namespace {

constexpr std::string_view kBlank = " \t\r";

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// Takes the first word off `rest`; a backslash keeps a blank in it.
std::string_view take_word(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && kBlank.find(rest[end]) == std::string_view::npos)
    end += rest[end] == '\\' ? 2U : 1U;
  const auto word = rest.substr(0, end);
  rest = trimmed(rest.substr(word.size()), kBlank);
  return word;
}

// Digits that are nearly a fingerprint are more likely one that was cut off than a file's name.
bool is_pattern(std::string_view text) {
  constexpr std::size_t kNearlyFingerprint = 16;
  if (text.starts_with('!') || (text.size() >= kNearlyFingerprint && is_hexadecimal(text))) return false;
  return !parse_path_pattern(text).text.empty() && is_whole_glob(text);
}

bool is_comment(std::string_view line) {
  line = trimmed(line, kBlank);
  return line.empty() || line.starts_with('#');
}

// No message quotes the line: somebody may have pasted a key there.
IgnoreEntry parse_entry(std::string_view line, const std::string& file, std::size_t number) {
  const auto failure = [&](const std::string& problem) {
    return Failure(file + ":" + std::to_string(number) + ": " + problem);
  };
  IgnoreEntry entry;
  entry.line = number;
  auto rest = trimmed(line, kBlank);
  entry.what = take_word(rest);
  if (!is_fingerprint(entry.what) && !is_pattern(entry.what)) {
    throw failure(
        "neither a fingerprint (32 of 0-9 and a-f) nor a pattern of paths as in .gitignore, such as "
        "tests/data/*.json");
  }
  if (auto after = rest; take_word(after) == "until") {
    entry.until = take_word(after);
    if (!end_of_day(entry.until)) throw failure("'until' needs a day, such as: until 2030-12-31");
    rest = after;
  }
  if (!rest.empty() && !rest.starts_with('#')) {
    throw failure(
        "only 'until YYYY-MM-DD' may stand between the entry and its '# reason'; a space in a path is "
        "written '\\ '");
  }
  entry.reason = trimmed(rest.substr(std::min<std::size_t>(1, rest.size())), kBlank);
  if (entry.reason.empty())
    throw failure("the reason is missing; end the line with one: # why this is no leak");
  return entry;
}

struct Line {
  std::string_view bytes;
  std::optional<IgnoreEntry> entry;  // none: a comment or nothing
};

std::vector<Line> read_lines(std::string_view rest, const std::string& file) {
  rest = without_byte_order_mark(rest);
  std::vector<Line> lines;
  while (!rest.empty()) {
    const auto line = take_line(rest);
    lines.push_back({line, std::nullopt});
    if (!is_comment(line)) lines.back().entry = parse_entry(line, file, lines.size());
  }
  return lines;
}

// The path itself, a folder on the way to it, or an archive that it leads into.
bool covers(std::string_view what, std::string_view path) {
  const auto pattern = parse_path_pattern(what);
  for (std::size_t end = 0; end < path.size();) {
    end = std::min(path.find_first_of("/!", end + 1), path.size());
    const auto part = path.substr(0, end);
    const bool is_folder = end < path.size() && path[end] == '/';
    if (fits(pattern, part, part.substr(part.rfind('/') + 1), is_folder, false)) return true;
  }
  return false;
}

}  // namespace

bool IgnoreEntry::has_fingerprint() const { return is_fingerprint(what); }

bool IgnoreEntry::expired(std::int64_t now) const {
  const auto end = end_of_day(until);
  return end && now >= *end;
}

std::string IgnoreEntry::place() const { return std::string(kIgnoreFile) + ":" + std::to_string(line); }

bool is_fingerprint(std::string_view text) { return text.size() == 32 && is_hex(text); }

IgnoreList::IgnoreList(std::string_view bytes, const std::string& file, std::string folder)
    : folder_(std::move(folder)) {
  for (auto& line : read_lines(bytes, file)) {
    if (line.entry) entries_.push_back(std::move(*line.entry));
  }
}

const IgnoreEntry* IgnoreList::allowing(const Finding& finding, std::int64_t now) const {
  if (entries_.empty()) return nullptr;
  auto from_root = finding;
  if (finding.in_file()) from_root.location.path.insert(0, folder_);
  const auto* path = finding.in_file() ? &from_root.location.path : nullptr;
  return first({finding.fingerprint(), from_root.fingerprint()}, path, now);
}

const IgnoreEntry* IgnoreList::allowing(const EnvFinding& finding, std::int64_t now) const {
  return entries_.empty() ? nullptr : first({finding.fingerprint()}, &finding.path, now);
}

// Without a `path` only a fingerprint counts.
const IgnoreEntry* IgnoreList::first(const std::set<std::string>& fingerprints, const std::string* path,
                                     std::int64_t now) const {
  const auto find = [&](const auto& allows) -> const IgnoreEntry* {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const IgnoreEntry& entry) {
      return !entry.expired(now) && allows(entry);
    });
    return found == entries_.end() ? nullptr : &*found;
  };
  const auto* exact = find([&](const IgnoreEntry& entry) { return fingerprints.contains(entry.what); });
  if (exact != nullptr || path == nullptr) return exact;
  return find(
      [&](const IgnoreEntry& entry) { return !entry.has_fingerprint() && covers(entry.what, *path); });
}

std::vector<StaleEntry> IgnoreList::stale(std::int64_t now, const std::set<std::string>* found) const {
  std::vector<StaleEntry> stale;
  for (const auto& entry : entries_) {
    const bool unknown = found != nullptr && entry.has_fingerprint() && !found->contains(entry.what);
    if (const bool expired = entry.expired(now); expired || unknown) stale.push_back({entry, expired});
  }
  return stale;
}

std::string with_entry(std::string_view bytes, const std::string& file, const IgnoreEntry& entry) {
  struct Block {
    std::string what;
    std::string lines;
  };
  const auto until = entry.until.empty() ? "" : " until " + entry.until;
  Block changed{entry.what, entry.what + until + " # " + entry.reason + '\n'};
  std::vector<Block> blocks;
  std::string top;
  std::string comments;  // above the next entry
  bool at_top = true;
  for (const auto& line : read_lines(bytes, file)) {
    const auto text = std::string(line.bytes) + '\n';
    at_top = at_top && !line.entry;
    if (!line.entry) {
      (at_top ? top : comments) += text;
    } else if (auto above = std::exchange(comments, {}); line.entry->what == entry.what) {
      changed.lines.insert(0, above);
    } else {
      blocks.push_back({line.entry->what, above + text});
    }
  }
  blocks.push_back(std::move(changed));
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const Block& a, const Block& b) { return a.what < b.what; });
  for (const auto& block : blocks) top += block.lines;
  return top + comments;
}

}  // namespace keysift
