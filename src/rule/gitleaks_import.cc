#include "rule/gitleaks_import.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/text.h"

namespace keysift {
namespace {

// As TOML has it: as it stands, if that can be.
std::string quoted(const std::string& text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f'); });
  if (plain && text.find("'''") == std::string::npos && !text.ends_with('\'')) return "'''" + text + "'''";
  std::string out = "\"";
  for (const char c : text) {
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    const bool special = static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\' || c == '\x7f';
    out += special ? escaped : std::string(1, c);
  }
  return out + "\"";
}

template <typename List, typename Text>
void write_list(std::string& out, const std::string& key, const List& list, Text&& text) {
  if (list.empty()) return;
  out += key + " = [";
  for (const auto& each : list) out += (&each == &list.front() ? "" : ", ") + quoted(text(each));
  out += "]\n";
}

// What keysift makes of a rule otherwise than gitleaks, a sentence each.
std::vector<std::string> changes_of(const Rule& rule) {
  std::vector<std::string> changes;
  const auto& extent = rule.pattern->extent(rule.keywords);
  if (extent.before == SIZE_MAX)
    changes.emplace_back(
        "a match that has none of the keywords in it is not found: see whether they are right");
  if (rule.pattern->groups() > 1 && rule.secret_group == 0)
    changes.emplace_back("the secret is the first group, or, where that is absent, the match");
  if (!rule.required.empty()) changes.emplace_back("what it requires near it is not asked for");
  if (!rule.reported) changes.emplace_back("skipReport is not known: it is told");
  for (const auto& list : rule.allowlists) {
    if (list.all) changes.emplace_back("an allowlist that needs all of its conditions is left out");
    if (!list.commits.empty())
      changes.emplace_back("commits of an allowlist are left out: name them in .keysift.toml");
  }
  changes.emplace_back("placeholders are dropped, and what reads like words is of low confidence");
  return changes;
}

void write_allowlist(std::string& out, const Allowlist& list) {
  if (list.all || (list.regexes.empty() && list.paths.empty() && list.stopwords.empty())) return;
  const auto text_of = [](const auto& pattern) { return pattern->text(); };
  out += "[[rules.allowlists]]\n";
  write_list(out, "regexes", list.regexes, text_of);
  if (list.target != AllowTarget::secret)
    out += std::string("regexTarget = ") + (list.target == AllowTarget::line ? "\"line\"\n" : "\"match\"\n");
  write_list(out, "paths", list.paths, text_of);
  write_list(out, "stopwords", list.stopwords, [](const auto& word) { return word; });
}

void write_rule(std::string& out, const Rule& rule, std::span<const Rule> own) {
  const auto same = [](const auto& text) { return text; };
  for (const auto& change : changes_of(rule)) out += "# " + change + "\n";
  const bool taken =
      std::any_of(own.begin(), own.end(), [&](const Rule& each) { return each.id == rule.id; });
  if (taken) out += "# its id was that of a rule of keysift's own\n";
  out += "[[rules]]\nid = " + quoted((taken ? "gitleaks-" : "") + rule.id) +
         "\ndescription = " + quoted(rule.description) + "\nregex = " + quoted(rule.pattern->text()) + "\n";
  const int group = rule.secret_group == 0 ? std::min(rule.pattern->groups(), 1) : rule.secret_group;
  if (group > 0) out += "secretGroup = " + std::to_string(group) + "\n";
  write_list(out, "keywords", rule.keywords, same);
  if (rule.entropy > 0) {
    char entropy[32];
    std::snprintf(entropy, sizeof entropy, "%g", std::min(rule.entropy, 8.0));
    out += std::string("entropy = ") + entropy + "\n";
  }
  if (rule.path) out += "path = " + quoted(rule.path->text()) + "\n";
  write_list(out, "tags", rule.tags, same);
  for (const auto& list : rule.allowlists) write_allowlist(out, list);
}

}  // namespace

std::string as_rule_file(const GitleaksConfig& config, std::span<const Rule> own) {
  std::string out;
  for (const auto& note : config.notes) out += "# " + note + "\n";
  if (!config.allowlists.empty())
    out +=
        "# allowlists of all rules belong into .keysift.toml, which takes [[allowlists]] as they are, but "
        "for 'condition'\n";
  for (const auto& rule : config.rules) {
    out += out.empty() ? "" : "\n";
    if (!rule.pattern) {
      out += "# " + printable(rule.id) +
             " is left out: it has no regex, and keysift's rules are about what is in files\n";
    } else if (rule.keywords.empty()) {
      out += "# " + printable(rule.id) +
             " is left out: it has no keywords, and keysift looks at what is near one only\n";
    } else {
      write_rule(out, rule, own);
    }
  }
  return out;
}

}  // namespace keysift
