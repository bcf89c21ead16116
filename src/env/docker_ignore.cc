#include "env/docker_ignore.h"

#include <algorithm>
#include <utility>

namespace keysift {
namespace {

constexpr std::size_t kMostLines = 10'000;  // far more than people write

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\v\f";
  const auto begin = std::min(text.find_first_not_of(kBlanks), text.size());
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

}  // namespace

std::string cleaned(std::string_view path) {
  std::string all;
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      all.resize(all.find('/') == std::string::npos ? 0 : all.rfind('/'));
      continue;
    }
    if (!all.empty()) all += '/';
    all += part;
  }
  return all;
}

std::string docker_regex(std::string_view pattern) {
  std::string regex = "^";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
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
      if (std::string_view(".+()|{}$").find(c) != std::string_view::npos) regex += '\\';
      regex += c;
    }
  }
  return regex + '$';
}

DockerIgnore::DockerIgnore(std::string_view bytes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  for (std::size_t number = 1; !bytes.empty() && number <= kMostLines; ++number) {
    const auto line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    if (line.starts_with('#')) continue;
    const auto text = trimmed(line);
    const bool negated = text.starts_with('!');
    const auto pattern = cleaned(trimmed(text.substr(negated ? 1 : 0)));
    if (pattern.empty()) continue;
    lines_.push_back({number, std::string(text), negated, std::make_unique<Pattern>(docker_regex(pattern))});
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

std::string docker_pattern_of(std::string_view name) {
  std::string pattern = "**/";
  for (const char c : name) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c == '\n' ? '?' : c;
  }
  return pattern;
}

}  // namespace keysift
