#include "rule/named_parts.h"

#include "base/failure.h"
#include "base/text.h"
#include "rule/toml.h"

namespace keysift {
namespace {

constexpr std::string_view kOpen = "(?&";

// Whether what stands at `at` is taken as it is: after a backslash that is not itself taken so.
bool is_escaped(std::string_view pattern, std::size_t at) {
  const auto other = pattern.substr(0, at).find_last_not_of('\\');
  const auto backslashes = other == std::string_view::npos ? at : at - other - 1;
  return backslashes % 2 == 1;
}

std::string part_named(std::string_view name) {
  const auto& file = named_parts_files().front();
  static const auto parts = parse_toml(file.text, std::string(file.name));
  if (auto part = parts[name].value<std::string>()) return *part;
  std::string known;
  for (const auto& [each, part] : parts)
    known.append(known.empty() ? "" : ", ").append(kOpen).append(each.str()).append(")");
  throw Failure("'" + std::string(kOpen) + printable(name) + ")' names nothing; there are " + known);
}

}  // namespace

std::string with_named_parts(std::string_view pattern) {
  std::string whole;
  for (auto open = pattern.find(kOpen); open != std::string_view::npos; open = pattern.find(kOpen)) {
    const auto name = open + kOpen.size();
    const auto close = pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", name);
    const bool is_name =
        close != std::string_view::npos && pattern[close] == ')' && !is_escaped(pattern, open);
    whole += pattern.substr(0, is_name ? open : name);
    if (is_name) whole += part_named(pattern.substr(name, close - name));
    pattern.remove_prefix(is_name ? close + 1 : name);
  }
  return whole.append(pattern);
}

}  // namespace keysift
