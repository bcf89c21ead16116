#include "env/docker_ignore.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace keysift {
namespace {

constexpr std::size_t kMostLines = 10'000;  // far more than people write

}  // namespace

std::string cleaned(std::string_view path) {
  const bool is_absolute = path.starts_with('/');
  std::string all;
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part.empty() || part == ".") continue;
    const bool is_outside = all == ".." || all.ends_with("/..");
    if (part == ".." && !is_outside && (is_absolute || !all.empty())) {
      all.resize(all.find('/') == std::string::npos ? 0 : all.rfind('/'));
      continue;
    }
    if (!all.empty()) all += '/';
    all += part;
  }
  return all;
}

std::string docker_regex(std::string_view pattern) {
  // Where `**` at one end is all that is special, Docker compares bytes; else it makes an expression in which
  // '^' keeps its meaning.
  auto literal = pattern;
  const bool begins_anyhow = literal.starts_with("**");
  if (begins_anyhow) {
    literal.remove_prefix(2);
  } else if (literal.ends_with("**")) {
    literal.remove_suffix(2);
  }
  const bool is_literal = literal.find_first_of("*?[]\\") == std::string_view::npos;
  std::string regex = "^";
  std::size_t i = 0;
  if (is_literal && begins_anyhow && !literal.starts_with('/')) {
    regex += ".*";
    i = 2;
  }
  for (; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '*' && pattern.substr(i).starts_with("**")) {
      i += std::size_t{1} + (pattern.substr(i + 2).starts_with('/') ? 1 : 0);
      regex += i + 1 == pattern.size() ? ".*" : "(?:.*/)?";
    } else if (c == '*') {
      regex += "[^/]*";
    } else if (c == '?') {
      regex += "[^/]";
    } else if (c == '\\') {
      regex += '\\';
      if (++i < pattern.size()) regex += pattern[i];
    } else {
      if (std::string_view(".+()|{}$").find(c) != std::string_view::npos || (c == '^' && is_literal))
        regex += '\\';
      regex += c;
    }
  }
  return regex + '$';
}

// In the steps that Docker takes, of which each may make a '!' of its own.
void DockerIgnore::add(std::size_t number, std::string_view line) {
  const auto text = trimmed(line);
  if (text.empty() || line.starts_with('#')) return;
  auto pattern = cleaned(trimmed(text.substr(text.starts_with('!') ? 1 : 0)));
  pattern = cleaned(trimmed((text.starts_with('!') ? "!" : "") + pattern));
  const bool negated = pattern.starts_with('!');
  if (negated) pattern.erase(0, 1);
  if (pattern.empty()) return;
  lines_.push_back({number, std::string(text), negated, std::make_unique<Pattern>(docker_regex(pattern))});
}

DockerIgnore::DockerIgnore(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  for (std::size_t number = 1; !bytes.empty(); ++number) {
    if (number > kMostLines) {  // better to say too much than to trust half a file
      lines_.clear();
      return;
    }
    add(number, take_line(bytes));
  }
}

const DockerIgnoreLine* DockerIgnore::decide(std::string_view path) const {
  const auto fits = [&](const DockerIgnoreLine& line) {
    if (line.pattern->found_in(path)) return true;
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1))
      if (line.pattern->found_in(path.substr(0, slash))) return true;
    return false;
  };
  const auto found = std::find_if(lines_.rbegin(), lines_.rend(), fits);
  return found == lines_.rend() ? nullptr : &*found;
}

std::string with_single_stars(std::string pattern) {
  for (auto at = pattern.find("**"); at != std::string::npos; at = pattern.find("**", at))
    pattern.erase(at, 1);
  return pattern;
}

std::string docker_name(std::string_view name) {
  std::string pattern;
  for (const char c : name) {
    if (std::string_view("*?[]\\^").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c == '\n' ? '?' : c;
  }
  return pattern;
}

}  // namespace keysift
