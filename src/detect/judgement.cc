#include "detect/judgement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace keysift {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains_caseless(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

std::string_view line_around(std::string_view bytes, const Pattern::Span& match) {
  const auto before = bytes.rfind('\n', match.begin);
  const auto begin = before == std::string_view::npos ? 0 : before + 1;
  return bytes.substr(begin, std::min(bytes.find('\n', match.end), bytes.size()) - begin);
}

bool allows(const Allowlist& list, std::string_view bytes, const Pattern::Span& match) {
  const auto secret = bytes.substr(match.group_begin, match.group_end - match.group_begin);
  const auto is_stopword = [&](const std::string& word) { return contains_caseless(secret, word); };
  if (std::any_of(list.stopwords.begin(), list.stopwords.end(), is_stopword)) return true;
  if (list.regexes.empty()) return false;
  const auto target = list.target == AllowTarget::secret  ? secret
                      : list.target == AllowTarget::match ? bytes.substr(match.begin, match.end - match.begin)
                                                          : line_around(bytes, match);
  const auto fits = [&](const auto& regex) { return regex->found_in(target); };
  return std::any_of(list.regexes.begin(), list.regexes.end(), fits);
}

}  // namespace

double entropy(std::string_view text) {
  std::array<std::size_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const auto count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

bool is_placeholder(std::string_view secret) {
  // A random base64url key of 160 characters holds such a run, or one of these words, less than once in 10^7.
  constexpr std::ptrdiff_t kRun = 8;
  const auto run = [](char a, char b) { return a != b; };
  for (auto at = secret.begin(); at != secret.end();) {
    const auto end = std::adjacent_find(at, secret.end(), run);
    const auto next = end == secret.end() ? end : end + 1;
    if (next - at >= kRun) return true;
    at = next;
  }
  constexpr auto kWords =
      std::to_array<std::string_view>({"example", "placeholder", "changeme", "change-me", "change_me",
                                       "redacted", "-key-here", "_key_here", "-your-", "_your_"});
  const auto within = [&](std::string_view word) { return contains_caseless(secret, word); };
  return std::any_of(kWords.begin(), kWords.end(), within);
}

bool is_credible(const Rule& rule, std::string_view bytes, const Pattern::Span& match) {
  const auto secret = bytes.substr(match.group_begin, match.group_end - match.group_begin);
  if (secret.empty() || is_placeholder(secret)) return false;
  if (rule.entropy > 0 && entropy(secret) < rule.entropy) return false;
  const auto allowing = [&](const Allowlist& list) { return allows(list, bytes, match); };
  return std::none_of(rule.allowlists.begin(), rule.allowlists.end(), allowing);
}

bool path_admitted(const Rule& rule, std::string_view path) {
  if (rule.path && !rule.path->found_in(path)) return false;
  for (const auto& list : rule.allowlists) {
    for (const auto& pattern : list.paths) {
      if (pattern->found_in(path)) return false;
    }
  }
  return true;
}

}  // namespace keysift
