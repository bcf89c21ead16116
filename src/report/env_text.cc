#include "report/env_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/layout.h"
#include "report/message.h"

namespace keysift {
namespace {

constexpr std::array kDoors{Door::commit, Door::image, Door::package};
constexpr std::size_t kColumns = kDoors.size() + 1;
constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrow = 56;  // columns that a table needs

constexpr std::size_t kMostPast = 20;        // files of the history
constexpr std::size_t kMostUnreachable = 5;  // files that no ref reaches

constexpr std::string_view kOpen = "open: ";
constexpr char kNoDoor[] = "-";

using Row = std::array<std::string, kColumns>;
using Widths = std::array<std::size_t, kColumns>;

class EnvSection {
 public:
  EnvSection(const Report& report, const Mask& mask, const Style& style)
      : report_(report), mask_(mask), style_(style) {}

  std::string write() {
    std::string last;
    for (const auto& finding : report_.env) {
      if (is_listed_apart(finding.coverage) || !finding.allowed_by.empty()) continue;
      const auto file = file_words(finding.repository, finding.path);
      if (file != last) out_ += "  " + bold(file) + '\n';
      last = file;
      write_finding(finding);
    }
    write_past();
    write_unreachable();
    write_readable();
    write_allowed();
    if (!out_.empty() || report_.env_alone) write_doors();
    if (out_.empty()) return {};
    if (std::any_of(report_.env.begin(), report_.env.end(), [](const auto& each) { return fixable(each); }))
      write("\n  ",
            "Commands are for the repository's root folder. To add all lines at once: keysift env --fix "
            "(--diff "
            "shows them first)",
            2);
    return wrapped({}, bold("Files with secrets: the ways out of this repository"), 2, style_.width) + out_ +
           '\n';
  }

 private:
  static bool is_listed_apart(Coverage coverage) {
    return coverage == Coverage::in_history || coverage == Coverage::unreachable ||
           coverage == Coverage::readable;
  }

  std::vector<const EnvFinding*> all_of(Coverage coverage) const {
    std::vector<const EnvFinding*> all;
    for (const auto& finding : report_.env)
      if (finding.coverage == coverage && finding.allowed_by.empty()) all.push_back(&finding);
    return all;
  }

  static bool fixable(const EnvFinding& finding) {
    return !finding.ignore_file.empty() && finding.allowed_by.empty();
  }

  void write(std::string first, std::string_view text, std::size_t indent) {
    out_ += wrapped(std::move(first), text, indent, style_.width);
  }

  /// "api/.env"; "acme/shop: api/.env" in a report that joins several.
  std::string file_words(std::size_t repository, std::string_view path) const {
    return repository_words(report_, mask_, repository) + mask_.printable(path);
  }

  std::string bold(const std::string& text) const { return painted(Paint::bold, text, style_.color); }

  void write_finding(const EnvFinding& finding) {
    write("    ", coverage_words(finding.coverage), 4);
    if (const auto& cause = finding.cause)
      out_ += "      " + place_words(*cause, mask_) + (cause->text.empty() ? "" : "  ") +
              mask_.printable(cause->text) + '\n';
    for (const auto& detail : env_details(finding, mask_)) write("      ", detail, 8);
    for (const auto& command : fix_commands(finding, mask_)) out_ += "      " + command + '\n';
    if (!finding.advice.empty()) write("      ", mask_.printable(finding.advice), 6);
  }

  void write_past() {
    const auto files = all_of(Coverage::in_history);
    if (files.empty()) return;
    write(
        "  ",
        "Commits have these files, so every clone has them, whatever ignores them now. Revoke the keys that "
        "were in them:",
        2);
    for (std::size_t i = 0; i < std::min(files.size(), kMostPast); ++i) {
      out_ += "    " + bold(file_words(files[i]->repository, files[i]->path)) + '\n';
      for (const auto& detail : env_details(*files[i], mask_)) write("      ", detail, 8);
    }
    if (files.size() > kMostPast)
      out_ += "    and " + counted(files.size() - kMostPast, "more file") + ": --format json lists all\n";
  }

  void write_unreachable() {
    const auto files = all_of(Coverage::unreachable);
    if (files.empty()) return;
    std::string text = "No branch or tag reaches a commit that has " + counted(files.size(), "other file") +
                       " with secrets, so clones do not have " + (files.size() == 1 ? "it" : "them") + ":";
    for (std::size_t i = 0; i < std::min(files.size(), kMostUnreachable); ++i)
      text += (i == 0 ? " " : ", ") + mask_.printable(files[i]->path);
    if (files.size() > kMostUnreachable)
      text += " and " + std::to_string(files.size() - kMostUnreachable) + " more";
    write("  ", text, 2);
  }

  void write_readable() {
    const auto files = all_of(Coverage::readable);
    if (files.empty()) return;
    std::string command;
    for (const auto* file : files) command += ' ' + shell_quoted(mask_.raw(file->path));
    write("  ", "Everybody on this machine can read " + counted(files.size(), "file") + " of these:", 2);
    out_ += "      chmod 600" + command + '\n';
  }

  void write_allowed() {
    for (const auto& finding : report_.env) {
      if (finding.allowed_by.empty()) continue;
      write("  ",
            file_words(finding.repository, finding.path) + "  " + std::string(to_string(finding.coverage)) +
                ", allowed by " + mask_.printable(finding.allowed_by) + ": " +
                mask_.printable(finding.allowed_reason),
            4);
    }
  }

  void write_doors() {
    const auto rows = rows_of(report_.passages);
    if (rows.empty()) return;
    out_ += '\n';
    if (style_.width < kNarrow) {
      for (auto row = rows.begin() + 1; row != rows.end(); ++row) write_list(*row, rows.front());
    } else {
      const auto widths = widths_of(rows);
      for (const auto& row : rows) write_row(row, widths, &row == &rows.front());
    }
  }

  // A row where there is no room for columns.
  void write_list(const Row& row, const Row& head) {
    out_ += "  " + bold(row[0]) + '\n';
    for (std::size_t i = 1; i < kColumns; ++i)
      if (row[i] != kNoDoor) write("    ", head[i] + ": " + row[i], 6);
  }

  // What the widest cells need; where that is too much, the widest columns give way.
  Widths widths_of(const std::vector<Row>& rows) const {
    Widths widths{};
    for (const auto& row : rows)
      for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], width(row[i]));
    auto all = kGap * kColumns;
    for (const auto each : widths) all += each;
    for (; all > style_.width; --all) --*std::max_element(widths.begin(), widths.end());
    return widths;
  }

  void write_row(const Row& row, const Widths& widths, bool is_head) {
    std::string line = "  ";
    for (std::size_t i = 0; i < kColumns; ++i) {
      const std::string_view mark = row[i].starts_with(kOpen) ? kOpen : "";
      const auto cell = std::string(mark) + shortened(std::string_view(row[i]).substr(mark.size()),
                                                      widths[i] - std::min(mark.size(), widths[i]));
      line += cell;
      if (i + 1 < kColumns) line += std::string(widths[i] - width(cell) + kGap, ' ');
    }
    out_ += (is_head ? bold(line) : line) + '\n';
  }

  // The first row is the head.
  std::vector<Row> rows_of(const std::vector<Passage>& passages) const {
    std::map<std::pair<std::size_t, std::string>, std::map<Door, std::vector<const Passage*>>> by_file;
    for (const auto& passage : passages)
      by_file[{passage.repository, passage.file}][passage.door].push_back(&passage);
    std::vector<Row> rows;
    if (by_file.empty()) return rows;
    rows.push_back({"File", "Commit", "Image", "Package"});
    for (const auto& [file, doors] : by_file) {
      Row row{file_words(file.first, file.second)};
      for (std::size_t i = 0; i < kDoors.size(); ++i) {
        const auto found = doors.find(kDoors[i]);
        row[i + 1] = found == doors.end() ? kNoDoor : cell(found->second);
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

  // One that is open speaks for all.
  std::string cell(const std::vector<const Passage*>& passages) const {
    const auto open = std::find_if(passages.begin(), passages.end(), [](auto* each) { return each->open; });
    const auto& passage = open == passages.end() ? *passages.front() : **open;
    const auto place = passage.by.path.empty() ? "" : place_words(passage.by, mask_);
    if (!passage.open) return place;
    return place.empty() ? "open" : std::string(kOpen) + place;
  }

  const Report& report_;
  const Mask& mask_;
  const Style& style_;
  std::string out_;
};

}  // namespace

std::string env_section(const Report& report, const Mask& mask, const Style& style) {
  return EnvSection(report, mask, style).write();
}

std::string env_summary(const Report& report) {
  std::set<std::pair<std::size_t, std::string_view>> files;
  for (const auto& passage : report.passages) files.emplace(passage.repository, passage.file);
  for (const auto& finding : report.env)
    if (finding.coverage == Coverage::in_history || finding.is_in_git())
      files.emplace(finding.repository, finding.path);
  const auto problems = static_cast<std::size_t>(std::count_if(
      report.env.begin(), report.env.end(), [](const EnvFinding& each) { return each.is_problem(); }));
  if (files.empty() && problems == 0) return {};
  return counted(files.size(), "file") +
         " with secrets: " + (problems == 0 ? "no way out" : counted(problems, "way") + " out");
}

}  // namespace keysift
