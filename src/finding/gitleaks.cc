#include "finding/gitleaks.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace keysift {
namespace {

// Takes what stands behind the last colon off `rest`; nothing if there is no colon.
std::string_view take_last(std::string_view& rest) {
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return {};
  const auto part = rest.substr(colon + 1);
  rest.remove_suffix(part.size() + 1);
  return part;
}

// Zero if it is no number.
std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// Where the finding begins: now, and in the commit that introduced it.
std::set<std::uint64_t> lines_of(const Finding& finding) {
  std::set lines{finding.location.begin.line};
  if (finding.provenance && finding.provenance->introduced_line > 0)
    lines.insert(finding.provenance->introduced_line);
  return lines;
}

// Whether gitleaks' --redact made it, of all or of the end of a secret. A rule that goes by a file's name
// alone gives an empty one.
bool is_redacted(std::string_view secret) {
  return secret.empty() || secret == "REDACTED" || secret.ends_with("...");
}

bool is_commit(std::string_view text) { return (text.size() == 40 || text.size() == 64) && is_hex(text); }

}  // namespace

bool is_about(const std::string& id, const Rule& rule, const std::set<std::string>& in_force) {
  return id == rule.id || !in_force.contains(id);
}

std::string GitleaksEntry::place() const {
  return std::string(kGitleaksIgnoreFile) + ":" + std::to_string(own_line);
}

GitleaksIgnores::GitleaksIgnores(std::string_view bytes, std::string folder) : folder_(std::move(folder)) {
  bytes = without_byte_order_mark(bytes);
  for (std::size_t number = 1; !bytes.empty(); ++number) {
    auto rest = trimmed(take_line(bytes));
    if (rest.empty() || rest.starts_with('#')) continue;
    const auto line = number_in(take_last(rest));
    GitleaksEntry entry;
    entry.rule = take_last(rest);
    entry.own_line = number;
    if (const auto first = rest.substr(0, rest.find(':')); first.size() < rest.size() && is_commit(first)) {
      entry.commit = first;
      rest.remove_prefix(first.size() + 1);
    }
    if (line == 0 || entry.rule.empty() || rest.empty()) {
      wrong_lines_.push_back(number);
      continue;
    }
    std::string path(rest);
    std::replace(path.begin(), path.end(), '\\', '/');
    entries_.emplace(std::pair(std::move(path), line), std::move(entry));
  }
}

const GitleaksEntry* GitleaksIgnores::allowing(const Finding& finding,
                                               const std::set<std::string>& rules) const {
  if (entries_.empty() || !finding.in_file()) return nullptr;
  const auto& provenance = finding.provenance;
  const auto introduced = provenance && provenance->introduced ? provenance->introduced->commit : "";
  for (const auto line : lines_of(finding)) {
    const auto [begin, end] = entries_.equal_range({folder_ + finding.location.path, line});
    const auto found = std::find_if(begin, end, [&](const auto& each) {
      const auto& entry = each.second;
      return (entry.commit.empty() || entry.commit == introduced) &&
             is_about(entry.rule, *finding.rule, rules);
    });
    if (found != end) return &found->second;
  }
  return nullptr;
}

void GitleaksReport::add(const std::string& rule, const std::string& path, std::uint64_t line,
                         const std::string& secret) {
  rules_[{path, is_redacted(secret) ? std::to_string(line) : Secret(secret).sha256()}].insert(rule);
}

bool GitleaksReport::lists(const Finding& finding, const std::set<std::string>& rules) const {
  if (!finding.in_file()) return false;
  const auto is_listed = [&](const std::string& mark) {
    const auto found = rules_.find({folder_ + finding.location.path, mark});
    return found != rules_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const std::string& rule) { return is_about(rule, *finding.rule, rules); });
  };
  const auto lines = lines_of(finding);
  return is_listed(finding.secret.sha256()) ||
         std::any_of(lines.begin(), lines.end(),
                     [&](std::uint64_t line) { return is_listed(std::to_string(line)); });
}

}  // namespace keysift
