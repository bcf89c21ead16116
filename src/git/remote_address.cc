#include "git/remote_address.h"

#include <algorithm>
#include <array>

namespace keysift {
namespace {

constexpr std::string_view kAuthority = "://";

/// "scheme", "host:port" and "path" of an address; the scheme is empty if it has none of those that git
/// knows.
struct Parts {
  std::string_view scheme, host, path;
};

Parts parts_of(std::string_view address) {
  constexpr std::array<std::string_view, 4> kSchemes{"https", "http", "ssh", "git"};
  const auto authority = address.find(kAuthority);
  Parts parts;
  if (authority != std::string_view::npos) {
    const auto scheme = std::find(kSchemes.begin(), kSchemes.end(), address.substr(0, authority));
    if (scheme == kSchemes.end()) return {};
    const auto rest = address.substr(authority + kAuthority.size());
    const auto slash = std::min(rest.find('/'), rest.size());
    parts = {*scheme, rest.substr(0, slash), rest.substr(slash)};
  } else {
    // As in "git@host:a/b"; a '/' before the ':' makes it a path.
    const auto colon = address.find(':');
    if (colon == std::string_view::npos || address.find('/') < colon) return {};
    parts = {"ssh", address.substr(0, colon), address.substr(colon + 1)};
  }
  parts.host.remove_prefix(parts.host.rfind('@') + 1);  // npos + 1 is 0
  return parts;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/:[]+").find(c) != std::string_view::npos;
}

std::string_view without(std::string_view text, std::string_view end) {
  return text.substr(0, text.ends_with(end) ? text.size() - end.size() : text.size());
}

}  // namespace

std::string public_address(std::string_view address) {
  auto [scheme, host, path] = parts_of(address);
  path = without(without(path.substr(0, path.find_first_of("?#")), "/"), ".git");
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  if (scheme.empty() || host.empty() || path.empty()) return {};
  const auto uri = std::string(scheme) + "://" + std::string(host) + '/' + std::string(path);
  return std::all_of(uri.begin(), uri.end(), is_plain) ? uri : std::string();
}

std::string name_at(std::string_view public_address) {
  const auto authority = public_address.find(kAuthority);
  if (authority == std::string_view::npos) return {};
  auto path = public_address.substr(authority + kAuthority.size());
  path.remove_prefix(std::min(path.find('/') + 1, path.size()));
  const auto last = path.rfind('/');
  const auto before = last == std::string_view::npos || last == 0 ? last : path.rfind('/', last - 1);
  return std::string(path.substr(before + 1));  // npos + 1 is 0
}

}  // namespace keysift
