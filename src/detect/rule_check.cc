#include "detect/rule_check.h"

#include <algorithm>

#include "base/text.h"
#include "detect/detector.h"
#include "rule/example.h"

namespace keysift {

std::vector<std::string> check_examples(std::span<const Rule> rules) {
  const Detector detector(rules);
  Detector::Scratch scratch(detector);
  std::vector<std::string> complaints;
  const auto check = [&](const Rule& rule, const std::string& text, std::ptrdiff_t expected) {
    const auto bytes = expand_template(text);
    const auto matches = detector.scan(bytes, scratch);
    const auto found =
        std::count_if(matches.begin(), matches.end(), [&](const Match& m) { return m.rule == &rule; });
    if (found == expected) return;
    complaints.push_back(rule.file + ":" + std::to_string(rule.line) + ": " + rule.id + ": " +
                         (expected == 0 ? "counterexample" : "example") + " '" + printable(text) + "' has " +
                         counted(static_cast<unsigned long long>(found), "finding") + ", not " +
                         std::to_string(expected));
  };
  for (const auto& rule : rules) {
    for (const auto& example : rule.examples) check(rule, example, 1);
    for (const auto& example : rule.counterexamples) check(rule, example, 0);
  }
  return complaints;
}

}  // namespace keysift
