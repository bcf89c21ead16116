#include "report/joined.h"

#include <algorithm>
#include <map>
#include <set>

namespace keysift {
namespace {

/// Adds all that one report tells to another.
class Joining {
 public:
  Joining() { all_.report.env_alone = true; }  // until a part is not

  void add(SavedReport part, const std::string& file) {
    auto& report = part.report;
    const auto first = all_.report.repositories.size();
    for (auto& repository : report.repositories) {
      repository.name = new_name(repository.name, file);
      all_.report.repositories.push_back(std::move(repository));
    }
    add_rules(part);
    move_all(report.findings, all_.report.findings, first);
    move_all(report.allowed, all_.report.allowed, first);
    move_all(report.stale, all_.report.stale, first);
    move_all(report.env, all_.report.env, first);
    move_all(report.passages, all_.report.passages, first);
    move_all(report.errors, all_.report.errors, first);
    add_summary(report);
  }

  SavedReport take() {
    all_.report.target = std::to_string(all_.report.repositories.size()) + " repositories";
    return std::move(all_);
  }

 private:
  static void move_all(auto& from, auto& to, std::size_t first) {
    for (auto& each : from) {
      each.repository += first;
      to.push_back(std::move(each));
    }
  }

  /// "shop"; of a further one "shop (b.json)", then "shop (b.json 2)": elements name their repository by it.
  std::string new_name(const std::string& name, const std::string& file) {
    if (names_.insert(name).second) return name;
    auto& tries = tries_[{name, file}];
    for (;;) {
      auto longer = name + " (" + file + (tries++ == 0 ? "" : ' ' + std::to_string(tries)) + ')';
      if (names_.insert(longer).second) return longer;
    }
  }

  void add_rules(SavedReport& part) {
    for (auto& rule : part.rules) {
      const auto [known, is_new] = rules_.try_emplace(rule->id, rule.get());
      if (!is_new) {
        known->second->confidence = std::max(known->second->confidence, rule->confidence);
        continue;
      }
      all_.report.rules.push_back(rule.get());
      all_.rules.push_back(std::move(rule));
    }
    for (auto* findings : {&part.report.findings, &part.report.allowed})
      for (auto& finding : *findings) finding.rule = rules_.at(finding.rule->id);
  }

  void add_summary(const Report& report) {
    auto& [files, objects, commits, bytes, suppressed, fixed] = all_.report.summary;
    files += report.summary.files;
    objects += report.summary.objects;
    commits += report.summary.commits;
    bytes += report.summary.bytes;
    suppressed += report.summary.suppressed;
    if (report.summary.fixed) fixed = fixed.value_or(0) + *report.summary.fixed;
    all_.report.env_alone = all_.report.env_alone && report.env_alone;
    all_.report.env_checked = all_.report.env_checked || report.env_checked;
  }

  SavedReport all_;
  std::set<std::string> names_;
  std::map<std::pair<std::string, std::string>, std::size_t> tries_;  ///< how many each name and file took
  std::map<std::string, Rule*> rules_;
};

}  // namespace

SavedReport joined(std::vector<std::pair<std::string, SavedReport>> reports) {
  Joining joining;
  for (auto& [file, report] : reports) joining.add(std::move(report), file);
  return joining.take();
}

}  // namespace keysift
