#include "base/toml_keys.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace keysift {
namespace {

constexpr unsigned kMostDots = 31;

// Where the string ends that begins at `at`. One of several lines may end with five quotes: two are its own.
std::size_t end_of_string(std::string_view toml, std::size_t at) {
  const char quote = toml[at];
  const bool is_long = toml.substr(at, 3) == std::string(3, quote);
  at += is_long ? 3 : 1;
  for (; at < toml.size(); ++at) {
    if (toml[at] == '\\' && quote == '"') {
      ++at;
    } else if (toml[at] == quote && !is_long) {
      return at + 1;
    } else if (toml[at] == '\n' && !is_long) {
      return at;
    } else if (is_long && toml.substr(at, 3) == std::string(3, quote)) {
      const auto end = toml.find_first_not_of(quote, at);
      return std::min({end, at + 5, toml.size()});
    }
  }
  return toml.size();
}

}  // namespace

bool has_deep_key(std::string_view toml) {
  unsigned dots = 0;
  for (std::size_t at = 0; at < toml.size();) {
    const char byte = toml[at];
    if (byte == '"' || byte == '\'') {
      at = end_of_string(toml, at);
      continue;
    }
    if (byte == '#') {
      at = std::min(toml.find('\n', at), toml.size());
      continue;
    }
    if (std::string_view("=[]{},\n").find(byte) != std::string_view::npos) dots = 0;
    if (byte == '.' && ++dots > kMostDots) return true;
    ++at;
  }
  return false;
}

}  // namespace keysift
