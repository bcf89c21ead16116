#include "report/explanation.h"

#include <cstdint>
#include <set>
#include <tuple>

#include "base/text.h"
#include "report/mask.h"

namespace keysift {
namespace {

std::string encodings(const Finding& finding) {
  std::string text;
  for (const auto& encoding : finding.location.decoded) text += (text.empty() ? " as " : ", ") + encoding;
  return text;
}

}  // namespace

std::string render_explanation(const Report& report, bool reveal) {
  const Mask mask(report, reveal);
  // A file that was named twice, or what is found in two encodings of it, is told once.
  std::set<std::tuple<std::string, std::uint64_t, std::uint64_t, std::string>> lines;
  const auto add = [&](const Finding& finding, const std::string& verdict) {
    const auto& at = finding.location.begin;
    lines.emplace(finding.place(), at.line, at.column,
                  ": " + mask.printable(finding.rule->id) + " " + mask.secret(finding.secret) +
                      encodings(finding) + ": " + mask.printable(verdict) + "\n");
  };
  for (const auto& each : report.findings)
    add(each, "kept, " + std::string(to_string(each.confidence)) + " confidence: " + each.reason);
  for (const auto& each : report.allowed) {
    const auto& why = each.allowed_reason;
    add(each, "allowed by " + each.allowed_by + (why.empty() ? "" : ": " + why));
  }
  for (const auto& each : report.dropped) add(each, "dropped: " + each.reason);
  std::string out;
  for (const auto& [place, line, column, rest] : lines)
    out += mask.printable(place) + ":" + std::to_string(line) + ":" + std::to_string(column) + rest;
  return without_commands(out);
}

}  // namespace keysift
