// A libFuzzer target for rule files, .keysift.toml and what stands in them: patterns, templates, days.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/failure.h"
#include "base/text.h"
#include "fuzz/input.h"
#include "rule/example.h"
#include "rule/pattern.h"
#include "rule/rule_bytes.h"
#include "rule/rule_file.h"

namespace keysift::test {
namespace {

/// What is wrong is told in a line that names the file, and that a terminal does not obey.
void check_message(std::string_view message) {
  require(message.starts_with("file"), "a message that names no file");
  require(printable(message) == message, "a message that a terminal obeys");
}

void fuzz_rules(Input input) {
  const auto toml = input.rest();
  std::vector<Rule> rules;
  try {
    rules = parse_rules(toml, "file");
  } catch (const Failure& failure) {
    return check_message(failure.what());
  }
  for (const auto& rule : rules) {
    require(!rule.id.empty() && !rule.keywords.empty(), "a rule without an id or keywords");
    require(rule.pattern && !rule.pattern->error(), "a pattern that does not compile is taken");
    require(rule.secret_group <= rule.pattern->groups(), "a group that is not there");
    require(!rule.pattern->found_in(""), "a pattern that matches nothing is taken");
    require(rule.line > 0, "a rule that stands nowhere");
  }
  const auto bytes = bytes_of(rules);
  require(bytes_of(rules_of(bytes)) == bytes, "rules are others when they are read back");
}

void fuzz_config(Input input) {
  try {
    const auto config = parse_config(input.rest(), "file");
    for (const auto& list : config.allowlists) {
      for (const auto& pattern : list.regexes) require(!pattern->error(), "a broken pattern is taken");
      for (const auto& pattern : list.paths) require(!pattern->error(), "a broken pattern is taken");
    }
  } catch (const Failure& failure) {
    check_message(failure.what());
  }
}

/// A pattern and a text: a match lies where it may, and is no wider than the widest.
void fuzz_pattern(Input input) {
  const Pattern pattern(std::string(input.before('\n')));
  if (pattern.error()) return;
  const auto text = input.rest();
  const auto width = pattern.max_width();
  std::size_t from = 0;
  while (const auto match = pattern.search(text, from, text.size(), pattern.groups() > 0 ? 1 : 0)) {
    require(from <= match->begin && match->begin <= match->end && match->end <= text.size(),
            "a match elsewhere");
    require(match->group_begin <= match->group_end && match->group_end <= text.size(), "a group elsewhere");
    require(match->end - match->begin <= width, "a match is wider than the widest");
    from = std::max(match->end, from + 1);
    if (from > text.size()) break;
  }
}

void fuzz_template(Input input) {
  const auto text = input.rest();
  try {
    const auto expanded = expand_template(text);
    require(expand_template(text) == expanded, "a template gives one text, and then another");
    if (text.find("{{") == text.npos) require(expanded == text, "a template without marks changes");
  } catch (const Failure&) {
  }
}

/// A date that can be read is the same when it is written and read again.
void fuzz_date(Input input) {
  const auto text = input.rest();
  const auto seconds = parse_date(text);
  if (const auto end = end_of_day(text))
    require(seconds && *end - *seconds == 86'400, "a day of another length");
  if (!seconds) return;
  const auto written = utc_text(*seconds);
  if (written.size() == std::string_view("2024-05-01T12:00:00").size())
    require(parse_date(written) == seconds, "a date is another one when it is read back");
}

}  // namespace
}  // namespace keysift::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keysift::test;
  constexpr std::array kParts{fuzz_rules, fuzz_config, fuzz_pattern, fuzz_template, fuzz_date};
  return give(kParts, data, size);
}
