#include "report/text_key.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "report/advice.h"
#include "report/layout.h"
#include "report/message.h"

namespace keysift {
namespace {

constexpr std::size_t kIndent = 4, kLabel = 13;  // columns of a line about a key
constexpr std::size_t kNarrow = 56;              // below, labels have lines of their own
constexpr std::size_t kNarrowIndent = 4, kNarrowLabel = 2;
constexpr std::size_t kMostRefs = 3;
constexpr std::size_t kMostPlaces = 10;
constexpr std::size_t kMostLines = 5;  // of a file

/// The places of one fingerprint: lines of one file, versions of it.
using Spot = std::vector<const Finding*>;

std::vector<Spot> spots_of(const Key& key) {
  std::vector<Spot> spots;
  std::map<std::pair<std::size_t, std::string>, std::size_t> index;
  for (const auto* place : key.places) {
    const auto [at, is_new] = index.try_emplace({place->repository, place->fingerprint()}, spots.size());
    if (is_new) spots.emplace_back();
    spots[at->second].push_back(place);
  }
  return spots;
}

std::string blanks_for_tabs(std::string text) {
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

std::string unindented(const std::string& text) {
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

class KeyText {
 public:
  KeyText(const Key& key, const Report& report, const Mask& mask, const Style& style)
      : key_(key), finding_(key.first()), report_(report), mask_(mask), style_(style) {}

  std::string write() {
    write_title();
    write_line();
    write_places();
    if (!finding_.location.decoded.empty())
      row("Encoded as", mask_.printable(listed(finding_.location.decoded)));
    write_history();
    const auto& console = finding_.rule->console;
    if (!is_staged(finding_) && !console.empty()) row("Revoke at", printable(console));
    return std::move(out_);
  }

 private:
  bool narrow() const { return style_.width < kNarrow; }
  std::size_t indent() const { return narrow() ? kNarrowIndent : kIndent + kLabel; }

  void begin_row(std::string_view label) {
    const auto first = std::string(narrow() ? kNarrowLabel : kIndent, ' ') + std::string(label);
    if (narrow() && !label.empty()) out_ += first + '\n';
    out_ += narrow() ? std::string(indent(), ' ') : first + std::string(indent() - first.size(), ' ');
  }

  /// What it says, under a label.
  void row(std::string_view label, const std::string& text) {
    begin_row(label);
    const std::string margin(indent(), ' ');
    out_ += wrapped(margin, text, indent(), style_.width).substr(indent());
  }

  void write_title() {
    const auto confidence = key_.confidence();
    auto words = std::string(to_string(confidence)) + " confidence";
    if (confidence == Confidence::high) words = painted(Paint::red, words, style_.color);
    if (confidence == Confidence::medium) words = painted(Paint::yellow, words, style_.color);
    const auto title = printable(finding_.rule->description) + ' ' + mask_.secret(key_.secret());
    out_ += wrapped({}, painted(Paint::bold, title, style_.color) + ", " + words, 2, style_.width);
  }

  /// The line it stands in, and a mark below it; of a long line as much as there is room for.
  void write_line() {
    const auto& excerpt = finding_.excerpt;
    if (excerpt.before.empty() && excerpt.after.empty()) return;
    const auto number = std::to_string(finding_.location.begin.line);
    const auto margin = std::max(indent(), number.size() + 3) - 2;
    const auto secret = finding_.location.decoded.empty() ? mask_.secret(key_.secret()) : "****";
    const auto used = margin + 3 + width(secret);
    const auto room = style_.width > used ? style_.width - used : 0;
    auto before = mask_.printable(unindented(blanks_for_tabs(excerpt.before)));
    auto after = mask_.printable(blanks_for_tabs(excerpt.after));
    before = shortened(before, room - std::min(width(after), room / 3));
    after = cut(after, room - std::min(width(before), room));
    const auto gutter = [&](const std::string& text) {
      return std::string(margin - text.size(), ' ') + text + " | ";
    };
    out_ += gutter(number) + before + painted(Paint::red, secret, style_.color) + after + '\n';
    out_ += gutter("") + std::string(width(before), ' ') +
            painted(Paint::red, std::string(width(secret), '^'), style_.color) + '\n';
  }

  void write_places() {
    const auto spots = spots_of(key_);
    std::string_view label = "Where";
    for (std::size_t i = 0; i < std::min(spots.size(), kMostPlaces); ++i) {
      write_place(label, place_of(spots[i]), spots[i].front()->fingerprint());
      label = "";
    }
    if (spots.size() > kMostPlaces)
      row("", "and " + counted(spots.size() - kMostPlaces, "more place") + ": --format json lists all");
  }

  /// A path may have blanks, and is copied by people: it is not broken.
  void write_place(std::string_view label, const std::string& place, const std::string& fingerprint) {
    begin_row(label);
    const bool fits = indent() + width(place) + 2 + fingerprint.size() <= style_.width;
    out_ += place + (fits ? "  " : '\n' + std::string(indent(), ' ')) + fingerprint + '\n';
  }

  /// "app.py:4:31, also lines 9 and 12, gone from HEAD"
  std::string place_of(const Spot& spot) const {
    const auto& finding = *spot.front();
    auto text = repository_words(report_, mask_, finding.repository) +
                link_to(finding, position_words(finding, mask_));
    if (spot.size() > 1) {
      std::vector<const Finding*> others(spot.begin() + 1, spot.end());
      std::sort(others.begin(), others.end(), [](const Finding* a, const Finding* b) {
        return a->location.begin.line < b->location.begin.line;
      });
      text += others.size() == 1 ? ", also line " : ", also lines ";
      text += listed(others, kMostLines,
                     [](const Finding* other) { return std::to_string(other->location.begin.line); });
    }
    if (&finding == &finding_ || urgency(finding) == key_.urgency()) return text;
    return text + (urgency(finding) == Urgency::history_only ? ", gone from HEAD" : ", in no branch or tag");
  }

  /// `text` as a link to the file that `finding` is in, if it is there and the terminal has links.
  std::string link_to(const Finding& finding, const std::string& text) const {
    const auto& path = finding.location.path;
    const bool is_there = finding.origin == Origin::worktree || finding.origin == Origin::index;
    if (style_.folder_uri.empty() || !is_there || path.starts_with('/')) return text;
    return linked(text, style_.folder_uri + uri_path(mask_.raw(file_of(path))));
  }

  void write_history() {
    if (const auto* commit = key_.introduced()) write_commit("Added", *commit);
    if (const auto* commit = key_.removed()) write_commit("Removed", *commit);
    if (const auto state = state_of_key(); !state.empty()) row("Now", state);
    if (const auto days = key_.exposed_days())
      row("Exposed", counted(*days, "day") +
                         (key_.overdue() ? ", and still live: " +
                                               painted(Paint::red, "overdue for rotation", style_.color)
                                         : ""));
    const auto& provenance = finding_.provenance;
    if (!provenance || provenance->refs.empty()) return;
    row("Refs", listed(provenance->refs, kMostRefs,
                       [&](const std::string& ref) { return mask_.printable(short_ref(ref)); }));
  }

  void write_commit(std::string_view label, const CommitInfo& commit) {
    row(label, commit_words(commit, mask_));
    if (!commit.summary.empty()) row("", '"' + mask_.printable(commit.summary) + '"');
  }

  std::string state_of_key() const {
    if (is_staged(finding_)) return "staged: the next commit has it";
    if (finding_.provenance) {
      auto state = std::string(state_words(finding_));
      const auto commits = finding_.provenance->commits;
      return commits > 0 ? state + "; it is in " + counted(commits, "commit") : state;
    }
    const bool history_known = report_.repositories[finding_.repository].summary.commits > 0;
    if (!history_known || finding_.origin != Origin::worktree) return "";
    if (finding_.location.path.starts_with(".git/"))
      return "in a file of git's own: no commit and no clone has it";
    if (report_.repositories[finding_.repository].is_nested(finding_.location.path))
      return "in this file, of a repository of its own, whose history was not searched";
    return "in this file; no commit has it there";
  }

  const Key& key_;
  const Finding& finding_;  ///< the first of its places
  const Report& report_;
  const Mask& mask_;
  const Style& style_;
  std::string out_;
};

}  // namespace

std::string key_text(const Key& key, const Report& report, const Mask& mask, const Style& style) {
  return KeyText(key, report, mask, style).write();
}

}  // namespace keysift
