#include "report/message.h"

#include "base/text.h"
#include "report/advice.h"

namespace keysift {

std::string finding_message(const Finding& finding, const Mask& mask, std::string_view where) {
  auto text = valid_utf8(finding.rule->description) + ' ' + mask.secret(finding.secret) + " (" +
              std::string(to_string(finding.confidence)) + " confidence)" + std::string(where);
  if (const auto& provenance = finding.provenance) {
    if (const auto& commit = provenance->introduced) {
      text += commit->date.empty() ? ", added " : ", added on " + day_words(*commit);
      text += "in commit " + commit->commit;
    }
    text += ": " + std::string(state_words(finding));
  }
  return text + (is_staged(finding)
                     ? ". Nothing is committed yet: take it out of the file and stage that again."
                     : ". Revoke it first, then make a new one.");
}

std::string position_words(const Finding& finding, const Mask& mask) {
  const auto& path = finding.location.path;
  const auto& [line, column] = finding.location.begin;
  const auto position = ":" + std::to_string(line) + ":" + std::to_string(column);
  switch (finding.origin) {
    case Origin::commit_message:
    case Origin::tag_message: {
      constexpr std::string_view kHeader = "!header";
      const bool in_header = path.ends_with(kHeader);
      const auto object = path.substr(0, path.size() - (in_header ? kHeader.size() : 0));
      const auto* part = in_header ? "header of " : "message of ";
      if (finding.origin == Origin::tag_message) return part + mask.printable(short_ref(object)) + position;
      return std::string(part) + "commit " +
             (finding.provenance ? short_hash(finding.provenance->blob) : mask.printable(object)) + position;
    }
    case Origin::note:
      return "note in " + mask.printable(path) + position;
    case Origin::path:
      return "the name of " + mask.printable(path);
    case Origin::standard_input:
      if (!path.empty() && !path.starts_with(kStandardInput)) break;
      return "standard input" + mask.printable(path.substr(std::min(path.find('!'), path.size()))) + position;
    case Origin::worktree:
    case Origin::index:
    case Origin::history:
      break;
  }
  // Of what no tree names, nobody knows a path.
  const auto object = finding.has_path() ? "" : "blob " + short_hash(finding.provenance->blob);
  return object + mask.printable(path) + position;
}

std::string repository_words(const Report& report, const Mask& mask, std::size_t repository) {
  const auto& all = report.repositories;
  return all.size() == 1 ? "" : mask.printable(all[repository].name) + ": ";
}

std::string day_words(const CommitInfo& commit) {
  return commit.date.empty() ? "" : commit.date.substr(0, 10) + ' ';
}

std::string commit_words(const CommitInfo& commit, const Mask& mask) {
  return day_words(commit) + "in " + short_hash(commit.commit) + " by " + mask.printable(commit.author);
}

std::string incomplete_words(const Report& report) {
  std::vector<std::string> causes;
  for (const auto& [cause, count] : skipped(report))
    causes.push_back(std::to_string(count) + ' ' + std::string(to_string(cause)));
  const auto count = report.errors.size();
  return counted(count, "thing") + (count == 1 ? " was" : " were") + " not searched (" + listed(causes) + ")";
}

std::string changed_rules_words(const ScannedRepository& repository, const Mask& mask) {
  constexpr std::size_t kMostRules = 5;
  const auto& rules = repository.rules_changed;
  return mask.printable(repository.rules_changed_by) + " takes away, replaces or changes " +
         std::to_string(rules.size()) + " of keysift's own rules (" +
         listed(rules, kMostRules, [&](const std::string& id) { return mask.printable(id); }) +
         "); to search by all of them: --config-from none";
}

std::string file_of(const std::string& path) { return path.substr(0, path.find('!', 1)); }

std::string short_hash(std::string_view hash) {
  constexpr std::size_t kShort = 10;
  return std::string(hash.substr(0, kShort));
}

std::string short_ref(std::string_view ref) {
  constexpr std::string_view kBranch = "refs/heads/", kRemote = "refs/remotes/", kTag = "refs/tags/";
  if (ref.starts_with(kBranch)) return std::string(ref.substr(kBranch.size()));
  if (ref.starts_with(kRemote)) return std::string(ref.substr(kRemote.size()));
  if (ref.starts_with(kTag)) return "tag " + std::string(ref.substr(kTag.size()));
  return std::string(ref);
}

std::string listed(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) text += i + 1 == all.size() ? " and " : ", ";
    text += all[i];
  }
  return text;
}

std::string where_words(const Finding& finding, const Mask& mask) {
  const auto place = " in " + mask.printable(finding.place());
  if (finding.origin == Origin::path) return " in the name of" + place.substr(3);
  return place + ", line " + std::to_string(finding.location.begin.line);
}

}  // namespace keysift
