#include "audit/settle.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "detect/judgement.h"
#include "finding/exposure.h"

namespace keysift {
namespace {

// Within one scan, the key of what is the same finding at the same place.
auto place_of(const Finding& finding) {
  return std::tie(finding.location.path, finding.location.begin.line, finding.location.begin.column,
                  finding.rule, finding.secret, finding.origin);
}

MatchPlace place_of_match(const Finding& finding) {
  const bool known = finding.provenance && finding.provenance->introduced;
  return {finding.location.path,
          known ? std::string_view(finding.provenance->introduced->commit) : std::string_view(),
          finding.allowing_there};
}

// Which findings give way to others of the same path.
FindingTest giving_way(const std::vector<Finding>& findings) {
  const auto yields = [](const Finding& each) { return !each.gives_way_to.empty(); };
  std::set<std::pair<std::string, const Rule*>> there;
  if (std::any_of(findings.begin(), findings.end(), yields)) {
    for (const auto& each : findings) there.emplace(each.location.path, each.rule);
  }
  return [there = std::move(there)](const Finding& each) {
    return std::any_of(each.gives_way_to.begin(), each.gives_way_to.end(), [&](const Rule* rule) {
      return there.contains({each.location.path, rule});
    });
  };
}

// What an entry of an ignore file begins with; a reason on the line before may well end with "key".
bool is_entry(const Finding& finding) {
  const auto& [path, begin, end, decoded] = finding.location;
  return begin.column == 1 && decoded.empty() && is_fingerprint(finding.secret.reveal()) &&
         std::filesystem::path(path).filename() == kIgnoreFile;
}

// One report, on its way to what it tells.
class Settlement {
 public:
  Settlement(Report& report, const AuditOptions& options) : report_(report), options_(options) {
    for (const auto* rule : report_.rules) rules_.insert(rule->id);
  }

  void run() {
    leave_out_misplaced();
    tell_once();
    sort();
    set_exposure();
    set_allowed_apart();
    leave_out_known();
  }

 private:
  std::vector<Finding> take_away(const FindingTest& unwanted, const char* reason) {
    return leave_out(report_, report_.findings, unwanted, reason, options_.detector.explain);
  }

  void leave_out_misplaced() {
    const auto is_elsewhere = [](const Finding& each) {
      return !place_admitted(*each.rule, place_of_match(each));
    };
    take_away(is_elsewhere, "its rule leaves out this path");
    take_away(giving_way(report_.findings), "a rule that is less generic found it, too");
    take_away(is_entry, "it is a fingerprint in the ignore file");
  }

  // A secret that history and work tree have at the same path is told where it stands now, with its history.
  void tell_once() {
    using Key = std::tuple<const Rule*, Secret, std::string>;
    const auto key = [](const Finding& finding) {
      return Key(finding.rule, finding.secret, finding.location.path);
    };
    std::map<Key, std::optional<Provenance>> history;
    for (auto& finding : report_.findings) {
      if (!finding.provenance) continue;
      if (finding.provenance->introduced) finding.provenance->introduced_line = finding.location.begin.line;
      history.emplace(key(finding), finding.provenance);
    }
    std::set<Key> present;
    for (auto& finding : report_.findings) {
      if (finding.origin != Origin::worktree) continue;
      present.insert(key(finding));
      if (const auto past = history.find(key(finding)); past != history.end())
        finding.provenance = past->second;
    }
    std::set<Key> told;
    std::erase_if(report_.findings, [&](const Finding& finding) {
      if (finding.origin == Origin::worktree || finding.origin == Origin::standard_input) return false;
      return present.contains(key(finding)) || !told.insert(key(finding)).second;
    });
  }

  void sort() {
    std::sort(report_.findings.begin(), report_.findings.end(),
              [](const Finding& a, const Finding& b) { return place_of(a) < place_of(b); });
    // A file that was named twice is told once.
    const auto same = [](const Finding& a, const Finding& b) { return place_of(a) == place_of(b); };
    report_.findings.erase(std::unique(report_.findings.begin(), report_.findings.end(), same),
                           report_.findings.end());
  }

  void set_exposure() {
    const auto set = [this](std::optional<Provenance>& provenance) {
      if (provenance && provenance->introduced)
        provenance->exposed_days = days_since(provenance->introduced->date, now_);
    };
    for (auto& finding : report_.findings) set(finding.provenance);
    for (auto& finding : report_.env) set(finding.provenance);
  }

  // By its line, by what it is, by where it stands or who brought it in. What gives a reason goes before the
  // rest.
  void set_allowed_apart() {
    // As git has it: REVISION:FILE.
    const auto tree = options_.config_commit.empty() ? "" : options_.config_from + ":";
    for (auto& finding : report_.findings) {
      const auto allowing = [&](const Allowlist& list) {
        return allows_place(list, place_of_match(finding));
      };
      if (std::any_of(options_.allowlists.begin(), options_.allowlists.end(), allowing))
        finding.allowed_by = options_.config;
      if (const auto* entry = options_.ignores.allowing(finding, now_)) {
        finding.allowed_by = tree + entry->place();
        finding.allowed_reason = entry->reason;
      }
      if (!finding.allowed_by.empty()) continue;
      if (const auto* entry = options_.gitleaks_ignores.allowing(finding, rules_))
        finding.allowed_by = tree + entry->place();
    }
    for (auto& finding : report_.env) {
      const auto* entry = options_.ignores.allowing(finding, now_);
      if (entry == nullptr) continue;
      finding.allowed_by = tree + entry->place();
      finding.allowed_reason = entry->reason;
    }
    const auto first =
        std::stable_partition(report_.findings.begin(), report_.findings.end(),
                              [](const Finding& finding) { return finding.allowed_by.empty(); });
    report_.allowed.assign(std::make_move_iterator(first), std::make_move_iterator(report_.findings.end()));
    report_.findings.erase(first, report_.findings.end());
  }

  // What the baseline lists. Both it and the ignore file may name what is not there any more; that is only
  // known when all could be read.
  void leave_out_known() {
    if (!options_.baseline && options_.ignores.entries().empty()) return;
    std::set<std::string> found;
    for (const auto* findings : {&report_.findings, &report_.allowed})
      for (const auto& finding : *findings) found.insert(finding.fingerprint());
    for (const auto& finding : report_.env) found.insert(finding.fingerprint());
    const bool all_read = report_.errors.empty();
    report_.stale = options_.ignores.stale(now_, options_.tell_unknown && all_read ? &found : nullptr);
    if (!options_.baseline) return;
    const auto is_known = [&](const Finding& each) { return options_.baseline->lists(each, rules_); };
    report_.known = take_away(is_known, "the baseline lists it");
    report_.summary.suppressed = report_.known.size();
    if (options_.tell_fixed && all_read) report_.summary.fixed = options_.baseline->fixed(found);
  }

  Report& report_;
  const AuditOptions& options_;
  std::int64_t now_ = time_of_report();
  std::set<std::string> rules_;  // their ids
};

}  // namespace

std::vector<Finding> leave_out(Report& report, std::vector<Finding>& findings, const FindingTest& unwanted,
                               const char* reason, bool explain) {
  const auto first =
      std::stable_partition(findings.begin(), findings.end(), [&](const Finding& f) { return !unwanted(f); });
  std::vector<Finding> out(std::make_move_iterator(first), std::make_move_iterator(findings.end()));
  findings.erase(first, findings.end());
  for (auto& finding : out) finding.reason = reason;
  if (explain) report.dropped.insert(report.dropped.end(), out.begin(), out.end());
  return out;
}

void settle(Report& report, const AuditOptions& options) { Settlement(report, options).run(); }

// What a history drops in many versions of a file is told once.
void settle_dropped(std::vector<Finding>& dropped) {
  std::sort(dropped.begin(), dropped.end(),
            [](const Finding& a, const Finding& b) { return place_of(a) < place_of(b); });
  std::set<std::tuple<const Rule*, Secret, std::string>> told;
  std::erase_if(dropped, [&](const Finding& finding) {
    const bool in_history = finding.provenance && !finding.provenance->introduced;
    return in_history && !told.emplace(finding.rule, finding.secret, finding.reason).second;
  });
}

}  // namespace keysift
