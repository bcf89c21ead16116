#include "env/npm_pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kMostAlternatives = 200;
constexpr std::size_t kLongestPattern = 1'000;

// The '}' that closes the '{' at `open`, if a ',' stands between them on the same level.
std::optional<std::size_t> closing_brace(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  bool has_comma = false;
  for (auto i = open; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == ',' && depth == 1) {
      has_comma = true;
    } else if (text[i] == '}' && --depth == 0) {
      return has_comma ? std::optional(i) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::vector<std::string_view> choices(std::string_view inner) {
  std::vector<std::string_view> all;
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\')
      ++i;
    else if (inner[i] == '{')
      ++depth;
    else if (inner[i] == '}')
      --depth;
    else if (inner[i] == ',' && depth == 0) {
      all.push_back(inner.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  all.push_back(inner.substr(begin));
  return all;
}

// `a{b,c}` as "ab" and "ac".
std::vector<std::string> without_braces(std::string_view pattern) {
  std::vector<std::string> done;
  std::vector<std::string> open{std::string(pattern)};
  while (!open.empty() && done.size() + open.size() < kMostAlternatives) {
    const auto text = std::move(open.back());
    open.pop_back();
    std::optional<std::size_t> end;
    auto begin = text.find('{');
    for (; begin != std::string::npos; begin = text.find('{', begin + 1)) {
      end = closing_brace(text, begin);
      if (end) break;
    }
    if (!end) {
      done.push_back(text);
      continue;
    }
    for (const auto choice : choices(std::string_view(text).substr(begin + 1, *end - begin - 1)))
      open.push_back(text.substr(0, begin) + std::string(choice) + text.substr(*end + 1));
  }
  return done;
}

// A set as RE2 has it, from the '[' at `begin` on; moves `begin` to its ']'. Nothing if none closes it.
std::optional<std::string> set_at(std::string_view text, std::size_t& begin) {
  auto i = begin + 1;
  std::string set = "[";
  if (i < text.size() && (text[i] == '!' || text[i] == '^')) {
    set += "^/";
    ++i;
  }
  for (bool is_first = true; i < text.size(); ++i, is_first = false) {
    const char c = text[i];
    if (c == ']' && !is_first) {
      begin = i;
      return set + ']';
    }
    if (c == '[' && text.substr(i).starts_with("[:")) {
      const auto end = text.find(":]", i);
      if (end == std::string_view::npos) return std::nullopt;
      set += text.substr(i, end + 2 - i);
      i = end + 1;
      continue;
    }
    if (c == '\\' && i + 1 < text.size()) ++i;
    if (std::string_view("[]\\^").find(text[i]) != std::string_view::npos) set += '\\';
    set += text[i];
  }
  return std::nullopt;
}

bool opens_group(std::string_view text, std::size_t i) {
  return std::string_view("@+*?").find(text[i]) != std::string_view::npos &&
         text.substr(i + 1).starts_with('(') && text.find(')', i) != std::string_view::npos;
}

std::string regex_of(std::string_view part) {
  std::string regex = "(?i)^";
  std::vector<char> groups;  // what follows each that is open
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    if (opens_group(part, i)) {
      regex += "(?:";
      groups.push_back(c);
      ++i;
    } else if (!groups.empty() && c == ')') {
      regex += ')';
      if (groups.back() != '@') regex += groups.back();
      groups.pop_back();
    } else if (!groups.empty() && c == '|') {
      regex += '|';
    } else if (c == '*') {
      regex += "[^/]*";
    } else if (c == '?') {
      regex += "[^/]";
    } else if (auto set = c == '[' ? set_at(part, i) : std::nullopt) {
      regex += *set;
    } else {
      const char literal = c == '\\' && i + 1 < part.size() ? part[++i] : c;
      if (std::string_view("\\^$.|?*+()[]{}").find(literal) != std::string_view::npos) regex += '\\';
      regex += literal;
    }
  }
  return regex + '$';
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

bool NpmPattern::Part::fits(std::string_view part) const {
  if (regex == nullptr) return equal_caseless(literal, part);
  return !part.empty() && regex->found_in(part);
}

NpmPattern::NpmPattern(std::string_view line) {
  while (line.starts_with('!')) {
    negated_ = !negated_;
    line.remove_prefix(1);
  }
  if (line.size() > kLongestPattern) return;
  for (const auto& each : without_braces(line)) alternatives_.push_back(parts_of(each));
}

NpmPattern::Parts NpmPattern::parts_of(std::string_view pattern) {
  Parts parts;
  for (const auto text : split(pattern)) {
    const bool is_first = parts.empty();
    const bool is_last = text.data() + text.size() == pattern.data() + pattern.size();
    if (text.empty() && !is_first && !is_last) continue;
    if (text == "**" && !is_first && parts.back().any_folders) continue;
    auto& part = parts.emplace_back();
    part.any_folders = text == "**";
    part.literal = text;
    if (!part.any_folders && text.find_first_of("*?[\\(") != std::string_view::npos)
      part.regex = std::make_unique<Pattern>(regex_of(text));
  }
  return parts;
}

std::size_t NpmPattern::cost() const {
  std::size_t cost = 0;
  for (const auto& parts : alternatives_)
    cost += static_cast<std::size_t>(
        std::count_if(parts.begin(), parts.end(), [](const Part& part) { return part.regex != nullptr; }));
  return cost;
}

bool NpmPattern::is_name() const {
  return std::any_of(alternatives_.begin(), alternatives_.end(), [](const Parts& parts) {
    return parts.size() <= (parts.back().literal.empty() ? 2U : 1U);
  });
}

bool NpmPattern::fits(std::string_view path, bool may_go_on) const {
  const auto parts = split(path);
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&](const Parts& alternative) {
    if (alternative.size() > 1) return fits(alternative, parts, may_go_on);
    const auto name = std::find_if(parts.rbegin(), parts.rend(), [](auto part) { return !part.empty(); });
    return name != parts.rend() && fits(alternative, {*name}, may_go_on);
  });
}

// Follows all places in the pattern at once at which it may stand.
bool NpmPattern::fits(const Parts& parts, const std::vector<std::string_view>& path, bool may_go_on) {
  std::vector<bool> here(parts.size() + 1);
  here[0] = true;
  for (std::size_t i = 0; i < path.size(); ++i) {
    std::vector<bool> next(parts.size() + 1);
    for (std::size_t at = 0; at < parts.size(); ++at) {
      if (!here[at]) continue;
      if (parts[at].any_folders) {
        if (at + 1 == parts.size()) return true;
        next[at] = true;
        here[at + 1] = true;
      } else if (parts[at].fits(path[i])) {
        next[at + 1] = true;
      }
    }
    // A '/' at the end of the path is no part of its own.
    if (here[parts.size()] && i + 1 == path.size() && path[i].empty()) return true;
    here = std::move(next);
  }
  if (here[parts.size()]) return true;
  return may_go_on && std::find(here.begin(), here.end(), true) != here.end();
}

}  // namespace keysift
