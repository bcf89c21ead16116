#include "detect/required.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/text.h"
#include "detect/layer.h"

namespace keysift {
namespace {

// Where a match begins, as gitleaks counts.
struct LineAndColumn {
  std::size_t line = 0;
  std::size_t column = 0;
};

LineAndColumn place_of(std::string_view bytes, std::size_t at) {
  const auto before = bytes.substr(0, at);
  const auto end = before.rfind('\n');
  return {static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          end == std::string_view::npos ? at : at - end};
}

bool is_near(const Required& required, LineAndColumn a, LineAndColumn b) {
  const auto apart = [](std::size_t x, std::size_t y) { return x > y ? x - y : y - x; };
  return apart(a.line, b.line) <= required.lines.value_or(SIZE_MAX) &&
         apart(a.column, b.column) <= required.columns.value_or(SIZE_MAX);
}

// Where a rule matches, wherever its keywords are.
std::vector<LineAndColumn> places_of(const Rule& rule, std::string_view bytes, std::uint64_t most) {
  std::vector<LineAndColumn> places;
  const auto unit = unit_of(characters_of(bytes));
  for (std::size_t from = 0; from < bytes.size() && places.size() < most;) {
    const auto span = rule.pattern->search(bytes, from, bytes.size(), judged_group(rule), unit);
    if (!span) break;
    const auto match = judged(rule, bytes, *span, unit);
    if (match.kept && !match.secret.empty()) places.push_back(place_of(bytes, match.begin));
    from = std::max(span->group_end, from + 1);
  }
  return places;
}

}  // namespace

void drop_lonely(std::string_view bytes, std::span<const Rule> rules, std::uint64_t most,
                 std::vector<Match>& matches) {
  std::map<std::string_view, std::vector<LineAndColumn>> places;  // by rule
  const auto places_by = [&](const std::string& id) -> const std::vector<LineAndColumn>& {
    const auto [known, fresh] = places.try_emplace(id);
    const auto is_asked = [&](const Rule& rule) { return rule.id == id; };
    const auto rule = fresh ? std::find_if(rules.begin(), rules.end(), is_asked) : rules.end();
    if (rule != rules.end() && rule->pattern) known->second = places_of(*rule, bytes, most);
    return known->second;
  };
  for (auto& match : matches) {
    if (!match.kept || match.rule->required.empty()) continue;
    const auto here = place_of(bytes, match.begin);
    const auto is_there = [&](const Required& required) {
      const auto& all = places_by(required.rule);
      return std::any_of(all.begin(), all.end(),
                         [&](const auto& there) { return is_near(required, here, there); });
    };
    if (std::all_of(match.rule->required.begin(), match.rule->required.end(), is_there)) continue;
    match.kept = false;
    match.reason = "what its rule requires is not near it";
  }
}

}  // namespace keysift
