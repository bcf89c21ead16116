#include "report/replacements.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "report/keys.h"

namespace keysift {
namespace {

constexpr std::string_view kReplacement = "==>***REMOVED***\n";

/// A line of git-filter-repo(1), "--replace-text": what is within one line as it is, else as a pattern of
/// Python's.
std::string line_for(std::string_view secret) {
  if (secret.find_first_of("\r\n") == std::string_view::npos)
    return "literal:" + std::string(secret) + std::string(kReplacement);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string line = "regex:";
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    line += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return line + std::string(kReplacement);
}

}  // namespace

std::string render_replacements(const Report& report) {
  std::set<std::string> lines;
  for (const auto& key : keys_of(report.findings)) {
    const auto stands_plain = [](const Finding* place) { return place->location.decoded.empty(); };
    if (is_rewritable(key) && std::any_of(key.places.begin(), key.places.end(), stands_plain))
      lines.insert(line_for(key.secret().reveal()));
  }
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

}  // namespace keysift
