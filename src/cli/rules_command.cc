#include <algorithm>
#include <iomanip>
#include <iostream>

#include "base/failure.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/configuration.h"
#include "cli/cost_table.h"
#include "cli/prepared.h"
#include "detect/rule_check.h"
#include "rule/gitleaks_import.h"
#include "rule/rule_bytes.h"
#include "rule/rule_file.h"

namespace keysift {
namespace {

[[noreturn]] void fail_unknown(const std::string& id) {
  throw Failure("no rule has the id '" + printable(id) + "'; keysift rules list shows them all");
}

void list_rules(const std::vector<Rule>& rules) {
  std::size_t width = 0;
  for (const auto& rule : rules) width = std::max(width, rule.id.size());
  for (const auto& rule : rules) {
    std::cout << std::left << std::setw(static_cast<int>(width)) << printable(rule.id) << "  " << std::setw(6)
              << to_string(rule.confidence) << "  " << printable(rule.description) << "\n";
  }
}

void show_list(const char* title, const std::vector<std::string>& values) {
  for (const auto& value : values) std::cout << title << printable(value) << "\n";
}

void show_rule(const Rule& rule) {
  std::cout << "id:             " << printable(rule.id) << "\n"
            << "description:    " << printable(rule.description) << "\n"
            << "provider:       " << printable(rule.provider) << "\n"
            << "confidence:     " << to_string(rule.confidence) << "\n"
            << "console:        " << printable(rule.console) << "\n"
            << "defined in:     " << rule.file << ":" << rule.line << "\n"
            << "regex:          " << (rule.pattern ? printable(rule.pattern->text()) : "none") << "\n"
            << "secret group:   " << rule.secret_group << "\n"
            << "entropy:        " << rule.entropy << " bits per byte at least\n";
  if (rule.path) std::cout << "path:           " << printable(rule.path->text()) << "\n";
  show_list("alias:          ", rule.aliases);
  show_list("keyword:        ", rule.keywords);
  show_list("example:        ", rule.examples);
  show_list("counterexample: ", rule.counterexamples);
}

int test_rules(const std::vector<Rule>& rules) {
  std::size_t examples = 0;
  for (const auto& rule : rules) examples += rule.examples.size() + rule.counterexamples.size();
  const auto complaints = check_examples(rules);
  for (const auto& complaint : complaints) std::cout << complaint << "\n";
  std::cout << counted(rules.size(), "rule") << ", " << counted(examples, "example") << ", "
            << counted(complaints.size(), "failure") << "\n";
  return complaints.empty() ? 0 : 1;
}

}  // namespace

std::vector<Rule> chosen_rules(const Options& options, GitleaksConfig* config) {
  auto rules = rules_of(prepared_rules());
  if (config != nullptr) take_rules(*config, rules);
  for (const auto& file : options.rules) add_rules(rules, file);
  if (options.rule_ids.empty()) return rules;
  const auto chosen = [&](const std::string& id) {
    return std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; });
  };
  for (const auto& id : options.rule_ids) {
    if (chosen(id) == rules.end()) fail_unknown(id);
  }
  std::erase_if(rules, [&](const Rule& rule) {
    return std::find(options.rule_ids.begin(), options.rule_ids.end(), rule.id) == options.rule_ids.end();
  });
  return rules;
}

int run_rules(const Options& options) {
  if (options.command == Command::rules_import) {
    std::cout << as_rule_file(read_gitleaks_config(options.paths.front()), rules_of(prepared_rules()));
    return 0;
  }
  const auto rules = read_configuration(options, nullptr).rules;
  if (options.command == Command::rules_test) {
    const int status = test_rules(rules);
    if (!options.profile.empty())
      std::cout << "\n" << cost_table(rules, measure_scan(rules, options.profile, options.threads));
    return status;
  }
  if (options.command == Command::rules_list) {
    list_rules(rules);
    return 0;
  }
  const auto& id = options.paths.front();
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; });
  if (found == rules.end()) fail_unknown(id);
  show_rule(*found);
  return 0;
}

}  // namespace keysift
