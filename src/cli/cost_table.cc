#include "cli/cost_table.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <utility>

#include "base/text.h"

namespace keysift {
namespace {

constexpr double kTooMuch = 0.05;
constexpr std::size_t kKeywordsShown = 10;

double seconds(const RuleCost& cost) { return static_cast<double>(cost.nanoseconds) / 1e9; }

// The numbers of the rules whose keywords were seen, the costliest first.
std::vector<std::size_t> by_cost(const Profile& profile) {
  std::vector<std::size_t> order;
  for (std::size_t rule = 0; rule < profile.rules.size(); ++rule) {
    if (profile.rules[rule].keywords > 0 || profile.rules[rule].bytes > 0) order.push_back(rule);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return profile.rules[a].nanoseconds > profile.rules[b].nanoseconds;
  });
  return order;
}

void write_rules(std::ostream& out, const std::vector<Rule>& rules, const ScanCost& cost) {
  std::size_t width = 4;
  for (const auto& rule : rules) width = std::max(width, rule.id.size());
  const auto name = [&](const std::string& text) -> std::ostream& {
    return out << std::left << std::setw(static_cast<int>(width)) << printable(text) << std::right;
  };
  name("rule") << "     keywords     searched    matches    CPU s  of scan\n";
  RuleCost all;
  for (const auto rule : by_cost(cost.profile)) {
    const auto& each = cost.profile.rules[rule];
    const auto share = seconds(each) / cost.seconds;
    name(rules[rule].id) << std::setw(13) << each.keywords << std::setw(13) << human_bytes(each.bytes)
                         << std::setw(11) << each.matches << std::setw(9) << seconds(each) << std::setw(7)
                         << 100 * share << " %" << (share > kTooMuch ? "  too much" : "") << "\n";
    all.nanoseconds += each.nanoseconds;
  }
  out << "patterns of all rules: " << seconds(all) << " s of " << cost.seconds << " s, "
      << 100 * seconds(all) / cost.seconds << " %\n";
}

void write_keywords(std::ostream& out, const std::vector<Rule>& rules, const Profile& profile) {
  std::vector<std::pair<std::string, KeywordCost>> keywords(profile.keywords.begin(), profile.keywords.end());
  std::stable_sort(keywords.begin(), keywords.end(),
                   [](const auto& a, const auto& b) { return a.second.seen > b.second.seen; });
  keywords.resize(std::min(keywords.size(), kKeywordsShown));
  out << "\nkeywords seen most often:\n";
  for (const auto& [text, cost] : keywords) {
    out << std::setw(13) << cost.seen << "  " << printable(text) << "  (";
    const char* comma = "";
    for (const auto rule : cost.rules) out << std::exchange(comma, ", ") << printable(rules[rule].id);
    out << (cost.rules.empty() ? "an encoded form" : "") << ")\n";
  }
}

}  // namespace

std::string cost_table(const std::vector<Rule>& rules, const ScanCost& cost) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(2);
  write_rules(out, rules, cost);
  write_keywords(out, rules, cost.profile);
  return std::move(out).str();
}

}  // namespace keysift
