#include "base/text.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "report/advice.h"
#include "report/env_text.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/renderers.h"

namespace keysift {
namespace {

constexpr std::size_t kIndent = 4, kLabel = 13;  // of a line about a finding
constexpr std::size_t kShortHash = 10;
constexpr std::size_t kMostRefs = 3;
constexpr std::size_t kMostPlaces = 5;

std::string short_hash(const std::string& hash) { return hash.substr(0, kShortHash); }

/// A ref as people say it: "main", "origin/main", "tag v1".
std::string short_ref(std::string_view ref) {
  constexpr std::string_view kBranch = "refs/heads/", kRemote = "refs/remotes/", kTag = "refs/tags/";
  if (ref.starts_with(kBranch)) return std::string(ref.substr(kBranch.size()));
  if (ref.starts_with(kRemote)) return std::string(ref.substr(kRemote.size()));
  if (ref.starts_with(kTag)) return "tag " + std::string(ref.substr(kTag.size()));
  return std::string(ref);
}

/// "a, b and c"
std::string listed(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) text += i + 1 == all.size() ? " and " : ", ";
    text += all[i];
  }
  return text;
}

/// "a, b, c and 4 more": no more than `most` of `all`, each as `shown` has it.
std::string listed(const auto& all, std::size_t most, const auto& shown) {
  std::vector<std::string> some;
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i) some.push_back(shown(all[i]));
  if (all.size() > most) some.push_back(std::to_string(all.size() - most) + " more");
  return listed(some);
}

/// The heading that a finding stands under. Raw bytes.
std::string heading(const Finding& finding) {
  const auto& path = finding.location.path;
  switch (finding.origin) {
    case Origin::commit_message:
      return "Message of commit " + (finding.provenance ? short_hash(finding.provenance->blob) : path);
    case Origin::tag_message:
      return "Message of " + path;
    case Origin::note:
      return "Note in " + path;
    case Origin::standard_input:
      if (!path.empty() && !path.starts_with(kStandardInput)) break;
      return "Standard input" + path.substr(std::min(path.find('!'), path.size()));
    case Origin::worktree:
    case Origin::index:
    case Origin::history:
    case Origin::path:
      break;
  }
  return path;
}

std::string line_of(const Finding& finding) {
  if (finding.origin == Origin::path) return "the file's name";
  return "line " + std::to_string(finding.location.begin.line);
}

std::string position(const Finding& finding) {
  if (finding.origin == Origin::path) return "in " + line_of(finding);
  return line_of(finding) + ", column " + std::to_string(finding.location.begin.column);
}

/// One secret under one heading, wherever it stands there: in two lines of a file, in several versions of it.
using Places = std::vector<const Finding*>;

/// The place to describe: one whose history is known, if there is one.
const Finding& foremost(const Places& places) {
  const auto known =
      std::find_if(places.begin(), places.end(), [](auto* finding) { return finding->provenance; });
  return known == places.end() ? *places.front() : **known;
}

struct Section {
  std::string heading;
  std::vector<Places> keys;
};

/// The findings by heading, and by fingerprint below that; everything in the order of the findings.
std::vector<Section> sections(const std::vector<Finding>& findings) {
  std::vector<Section> all;
  std::map<std::string, std::size_t> by_heading;
  std::map<std::pair<std::string, std::string>, std::size_t> by_fingerprint;
  for (const auto& finding : findings) {
    const auto name = heading(finding);
    const auto [section, is_new_section] = by_heading.try_emplace(name, all.size());
    if (is_new_section) all.push_back({name, {}});
    auto& keys = all[section->second].keys;
    const auto [key, is_new_key] = by_fingerprint.try_emplace({name, finding.fingerprint()}, keys.size());
    if (is_new_key) keys.emplace_back();
    keys[key->second].push_back(&finding);
  }
  return all;
}

class TextReport {
 public:
  TextReport(const Report& report, Style style)
      : report_(report), color_(style.color), mask_(report, style.reveal) {}

  std::string write() {
    if (!report_.findings.empty()) {
      for (const auto& section : sections(report_.findings)) write_section(section);
      write_steps();
    }
    if (!report_.allowed.empty()) write_allowed();
    if (!report_.stale.empty() || fixed() > 0) write_stale();
    out_ += env_section(report_, mask_, color_);
    if (!report_.errors.empty()) write_errors();
    write_summary();
    return std::move(out_);
  }

 private:
  enum class Paint { bold = 1, red = 31, green = 32, yellow = 33 };

  std::string painted(Paint paint, const std::string& text) const {
    return color_ ? "\x1b[" + std::to_string(static_cast<int>(paint)) + 'm' + text + "\x1b[0m" : text;
  }

  void title(const std::string& text) { out_ += painted(Paint::bold, text) + '\n'; }

  /// A line of a finding: what it says, under a label.
  void row(std::string_view label, const std::string& text) {
    auto first = std::string(kIndent, ' ') + std::string(label);
    first.resize(kIndent + kLabel, ' ');
    out_ += wrapped(first, text, kIndent + kLabel);
  }

  void write_commit(std::string_view label, const CommitInfo& commit) {
    row(label, commit.date.substr(0, 10) + " in " + short_hash(commit.commit) + " by " +
                   mask_.printable(commit.author));
    if (!commit.summary.empty()) row("", '"' + mask_.printable(commit.summary) + '"');
  }

  std::string confidence(Confidence confidence) const {
    const auto text = std::string(to_string(confidence)) + " confidence";
    if (confidence == Confidence::high) return painted(Paint::red, text);
    return confidence == Confidence::medium ? painted(Paint::yellow, text) : text;
  }

  void write_section(const Section& section) {
    title(mask_.printable(section.heading));
    for (const auto& key : section.keys) write_key(section.heading, key);
    out_ += '\n';
  }

  void write_key(const std::string& heading, const Places& places) {
    const auto& finding = foremost(places);
    out_ += "  " + position(finding) + "  " + painted(Paint::bold, printable(finding.rule->description)) +
            ", " + confidence(finding.confidence) + '\n';
    const auto first = first_heading_.try_emplace(finding.secret.reveal(), heading).first->second;
    const auto again = first == heading ? "" : " (the same key as in " + mask_.printable(first) + ")";
    if (finding.origin == Origin::index) write_line(finding);
    row("Key", mask_.secret(finding.secret) + again);
    if (!finding.location.decoded.empty())
      row("Encoded as", mask_.printable(listed(finding.location.decoded)));
    if (is_staged(finding)) row("Now", "staged: the next commit has it");
    if (finding.provenance) write_provenance(finding);
    if (places.size() > 1) row("Also at", also_at(places, finding));
    row("Fingerprint", finding.fingerprint());
  }

  /// The line it stands in, and a mark below it.
  void write_line(const Finding& finding) {
    const auto number = std::to_string(finding.location.begin.line);
    const auto before = mask_.printable(finding.excerpt.before);
    const auto secret = finding.location.decoded.empty() ? mask_.secret(finding.secret) : "****";
    const auto margin = [](const std::string& text) {
      return std::string(kIndent + kLabel - std::min(text.size(), kLabel) - 2, ' ') + text + " |";
    };
    out_ += margin(number) + ' ' + before + painted(Paint::red, secret) +
            mask_.printable(finding.excerpt.after) + '\n';
    out_ += margin("") + std::string(1 + width(before), ' ') +
            painted(Paint::red, std::string(width(secret), '^')) + '\n';
  }

  void write_provenance(const Finding& finding) {
    const auto& provenance = *finding.provenance;
    if (provenance.introduced) write_commit("Added", *provenance.introduced);
    if (provenance.removed) write_commit("Removed", *provenance.removed);
    auto state = std::string(state_words(finding));
    if (provenance.commits > 0) state += "; it is in " + counted(provenance.commits, "commit");
    row("Now", state);
    if (provenance.exposed_days) {
      row("Exposed", counted(*provenance.exposed_days, "day") +
                         (provenance.overdue() ? "; overdue for rotation, for it is live and older than " +
                                                     counted(kRotationDays, "day")
                                               : ""));
    }
    if (provenance.refs.empty()) return;
    const auto shown = [&](const std::string& ref) { return mask_.printable(short_ref(ref)); };
    row("Refs", listed(provenance.refs, kMostRefs, shown));
  }

  /// Where else under this heading the key of `described` stands.
  static std::string also_at(const Places& places, const Finding& described) {
    auto others = places;
    std::erase(others, &described);
    return listed(others, kMostPlaces, [](const Finding* place) {
      auto text = line_of(*place);
      if (place->provenance && place->provenance->introduced)
        text += " (" + short_hash(place->provenance->introduced->commit) + ")";
      return text;
    });
  }

  void write_steps() {
    title("What to do");
    const auto& all = report_.findings;
    if (std::all_of(all.begin(), all.end(), is_staged)) {
      write_ways_out();
    } else {
      out_ += wrapped("  1. ", kRevokeFirst, 5);
      write_consoles();
      auto number = 2;
      for (const auto step : kAfterRevoking) out_ += wrapped("  " + std::to_string(number++) + ". ", step, 5);
      out_ += "  Allow what is no leak: keysift allow FINGERPRINT --reason \"...\"\n";
    }
    if (std::any_of(all.begin(), all.end(),
                    [](const auto& one) { return one.confidence != Confidence::high; })) {
      out_ += wrapped("  ", "Where the confidence is not high, look first whether it is a real key.", 2);
    }
    out_ += '\n';
  }

  /// For somebody whose commit was stopped.
  void write_ways_out() {
    std::set<std::string> files;
    for (const auto& finding : report_.findings)
      files.insert(finding.location.path.substr(0, finding.location.path.find('!')));
    std::string command = "git add";
    for (const auto& file : files) command += ' ' + shell_quoted(mask_.raw(file));
    if (files.size() > kMostPlaces) command = "git add FILE...";
    out_ += wrapped("  ", "Nothing is committed yet. There are three ways on:", 2);
    out_ += wrapped("  1. ",
                    "Take the key out: keep it in the environment or in a secret store, not in the file. "
                    "Then stage the file again, and commit:",
                    5);
    out_ += "       " + command + '\n';
    out_ += wrapped("  2. ",
                    "If it may be there, allow it: end its line with a comment that says keysift:allow, or "
                    "say why:",
                    5);
    out_ += "       keysift allow " + report_.findings.front().fingerprint() + " --reason \"...\"\n";
    out_ += wrapped("  3. ",
                    "Skip this check once. Then only a pre-push hook, CI and the server can stop the key, "
                    "where keysift runs there:",
                    5);
    out_ += "       git commit --no-verify\n";
  }

  /// A line for each page where keys are revoked.
  void write_consoles() {
    std::map<std::pair<std::string, std::string>, std::set<std::string_view>> keys_by_console;
    for (const auto& finding : report_.findings) {
      const auto& rule = *finding.rule;
      const auto& name = rule.provider.empty() ? rule.description : rule.provider;
      keys_by_console[{name, rule.console}].insert(finding.secret.reveal());
    }
    for (const auto& [console, keys] : keys_by_console) {
      const auto& [name, page] = console;
      out_ += "     " + printable(name) + " (" + counted(keys.size(), "key") +
              "): " + (page.empty() ? "wherever it is accepted" : printable(page)) + '\n';
    }
  }

  void write_allowed() {
    title("Allowed");
    for (const auto& finding : report_.allowed) {
      const auto& [path, begin, end, decoded] = finding.location;
      out_ += "  " + mask_.printable(path) + ':' + std::to_string(begin.line) + "  " +
              printable(finding.rule->description) + ", by " + mask_.printable(finding.allowed_by);
      if (!finding.allowed_reason.empty()) out_ += ": " + mask_.printable(finding.allowed_reason);
      out_ += '\n';
    }
    out_ += '\n';
  }

  std::uint64_t fixed() const { return report_.summary.fixed.value_or(0); }

  void write_stale() {
    title("Out of date");
    for (const auto& [entry, expired] : report_.stale) {
      out_ += "  " + entry.place() + "  " + mask_.printable(entry.what) + " (" +
              mask_.printable(entry.reason) + ") " +
              (expired ? "ended on " + entry.until + ": renew it or remove the line"
                       : std::string("names nothing that was found: remove the line")) +
              '\n';
    }
    if (fixed() > 0) {
      out_ += wrapped("  ",
                      "The baseline lists " + counted(fixed(), "finding") +
                          " not found any more; write it anew: the same command with --write-baseline FILE",
                      2);
    }
    out_ += '\n';
  }

  void write_errors() {
    title("Could not be read");
    for (const auto& error : report_.errors) {
      out_ += "  " + mask_.printable(error.path) + ": " + mask_.printable(error.message) + '\n';
    }
    out_ += '\n';
  }

  /// "3 findings of 2 keys (2 high and 1 low confidence)"
  std::string found() const {
    if (report_.findings.empty()) return "No keys found";
    std::set<std::string_view> keys;
    std::map<Confidence, std::size_t, std::greater<>> counts;
    for (const auto& finding : report_.findings) {
      keys.insert(finding.secret.reveal());
      ++counts[finding.confidence];
    }
    std::vector<std::string> parts;
    parts.reserve(counts.size());
    for (const auto& [confidence, count] : counts) {
      parts.push_back(std::to_string(count) + ' ' + std::string(to_string(confidence)));
    }
    return counted(report_.findings.size(), "finding") + " of " + counted(keys.size(), "key") + " (" +
           listed(parts) + " confidence)";
  }

  /// "132 files and 312 commits (1.2 MB)"
  std::string scanned() const {
    const auto& summary = report_.summary;
    std::vector<std::string> parts;
    if (summary.files > 0 || summary.objects + summary.commits == 0)
      parts.push_back(counted(summary.files, "file"));
    if (summary.objects > 0) parts.push_back(counted(summary.objects, "blob"));
    if (summary.commits > 0) parts.push_back(counted(summary.commits, "commit"));
    return listed(parts) + " (" + human_bytes(summary.bytes) + ")";
  }

  std::string target() const {
    return report_.target == "." ? "this folder" : mask_.printable(report_.target);
  }

  // What is found in templates is told, too.
  std::string alone(const std::string& env) const {
    const auto files = env.empty() ? "No files with secrets" : env;
    return files + (report_.findings.empty() ? "" : "; " + found() + " in templates") + ", in " + target();
  }

  void write_summary() {
    const auto is_problem = [](const EnvFinding& file) { return file.is_problem(); };
    const bool problems = std::any_of(report_.env.begin(), report_.env.end(), is_problem);
    const auto suppressed = report_.summary.suppressed;
    const bool clean = report_.findings.empty() && !problems && report_.errors.empty();
    const auto env = env_summary(report_);
    auto line = report_.env_alone ? alone(env) : found() + " in " + scanned() + " of " + target();
    if (problems && !report_.env_alone) line += "; " + env;
    if (!report_.allowed.empty()) line += "; " + counted(report_.allowed.size(), "finding") + " allowed";
    if (suppressed > 0) line += "; " + counted(suppressed, "finding") + " left out because of the baseline";
    if (fixed() > 0) line += "; " + counted(fixed(), "finding") + " of the baseline fixed";
    if (!report_.errors.empty()) {
      line += "; incomplete: " + std::to_string(report_.errors.size()) + " could not be read";
    }
    out_ += painted(clean ? Paint::green : Paint::bold, line + '.') + '\n';
  }

  const Report& report_;
  bool color_;
  Mask mask_;
  std::map<std::string_view, std::string> first_heading_;  ///< of each secret
  std::string out_;
};

}  // namespace

std::string render_text(const Report& report, Style style) { return TextReport(report, style).write(); }

}  // namespace keysift
