// A comment for a pull request, in GitHub's and GitLab's Markdown. What a repository's author wrote stands in
// code spans, where nothing is a link, a mention or a picture.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "report/advice.h"
#include "report/env_words.h"
#include "report/keys.h"
#include "report/message.h"
#include "report/renderers.h"

namespace keysift {
namespace {

constexpr std::size_t kMostBytes = 50'000;  // of keys: GitHub takes 65,536 characters
constexpr std::size_t kMostPlaces = 3;
constexpr std::size_t kMostSpan = 300;  // bytes of a code span

/// `text`, which is printable, as a code span (CommonMark, section 6.1): in more backticks than it has in a
/// row.
std::string code(std::string text) {
  if (text.size() > kMostSpan) text = std::string(beginning(text, kMostSpan)) + "...";
  std::size_t longest = 0, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(longest + 1, '`');
  const auto* pad = text.empty() || text.front() == '`' || text.back() == '`' ? " " : "";
  return fence + pad + text + pad + fence;
}

/// `text` as it stands, whatever Markdown or HTML would make of it.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>()#+-.!|~&@:\"'").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

class MarkdownReport {
 public:
  MarkdownReport(const Report& report, bool reveal) : report_(report), mask_(report, reveal) {}

  std::string write() {
    const auto keys = keys_of(report_.findings);
    out_ = "### keysift: " + verdict(keys) + "\n";
    write_keys(keys);
    write_env();
    if (!keys.empty()) out_ += "\n**What to do**\n\n" + numbered_steps({});
    write_changed_rules();
    if (!report_.errors.empty()) out_ += "\n**Incomplete:** " + incomplete_words(report_) + ".\n";
    return std::move(out_);
  }

 private:
  static std::string verdict(const std::vector<Key>& keys) {
    if (keys.empty()) return "no keys found";
    const auto live = std::count_if(keys.begin(), keys.end(),
                                    [](const Key& key) { return key.urgency() == Urgency::live; });
    return counted(keys.size(), "key") + " found" +
           (static_cast<std::size_t>(live) == keys.size() ? "" : ", " + std::to_string(live) + " still live");
  }

  void write_keys(const std::vector<Key>& keys) {
    std::size_t written = 0;
    for (const auto& key : keys) {
      if (out_.size() > kMostBytes) break;
      out_ += '\n';
      write_key(key);
      ++written;
    }
    if (written < keys.size())
      out_ += "\nAnd " + counted(keys.size() - written, "more key") + ", which the full report lists.\n";
  }

  void write_key(const Key& key) {
    const auto& finding = key.first();
    out_ += "- **" + plain(printable(finding.rule->description)) + "** " + code(mask_.secret(key.secret())) +
            " (" + std::string(to_string(key.confidence())) + " confidence)\n";
    out_ += "  - In " +
            listed(key.places, kMostPlaces, [&](const Finding* place) { return place_of(*place); }) + '\n';
    if (const auto* commit = key.introduced())
      out_ += "  - Added " + day_words(*commit) + "in " + code(short_hash(commit->commit)) + " by " +
              code(mask_.printable(commit->author)) + '\n';
    if (is_staged(finding)) {
      out_ += "  - Staged: the next commit has it\n";
    } else if (finding.provenance) {
      out_ += "  - Now: " + std::string(state_words(finding)) + '\n';
    }
    if (const auto days = key.exposed_days())
      out_ += "  - Exposed for " + counted(*days, "day") +
              (key.overdue() ? ": **overdue for rotation**\n" : "\n");
    const auto& console = finding.rule->console;
    if (is_link(console)) out_ += "  - Revoke it at <" + printable(console) + ">\n";
    out_ += "  - If it is no leak: " + code("keysift allow " + finding.fingerprint() + " --reason \"...\"") +
            '\n';
  }

  std::string place_of(const Finding& finding) const {
    const auto place = code(position_words(finding, mask_));
    if (report_.repositories.size() == 1) return place;
    return code(mask_.printable(report_.repositories[finding.repository].name)) + ' ' + place;
  }

  void write_changed_rules() {
    for (std::size_t i = 0; i < report_.repositories.size(); ++i) {
      const auto& repository = report_.repositories[i];
      if (!repository.rules_changed.empty() && out_.size() <= kMostBytes)
        out_ += "\n**Rules:** " +
                code(repository_words(report_, mask_, i) + changed_rules_words(repository, mask_)) + "\n";
    }
  }

  void write_env() {
    bool is_first = true;
    for (const auto& file : report_.env) {
      if (!file.is_problem() || out_.size() > kMostBytes) continue;
      if (is_first) out_ += "\n**Files with secrets that can get out**\n\n";
      is_first = false;
      out_ += "- " + code(mask_.printable(file.path)) + ": " + plain(coverage_words(file.coverage)) + '\n';
      for (const auto& command : fix_commands(file, mask_)) out_ += "  - " + code(command) + '\n';
    }
  }

  const Report& report_;
  Mask mask_;
  std::string out_;
};

}  // namespace

std::string render_markdown(const Report& report, bool reveal) {
  return MarkdownReport(report, reveal).write();
}

}  // namespace keysift
