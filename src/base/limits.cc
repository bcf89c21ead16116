#include "base/limits.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

constexpr auto kCauses = std::to_array<std::string_view>(
    {"unreadable",     "broken",        "missing",      "encrypted",    "memory",        "blob-size",
     "matches",        "decode-depth",  "decode-ratio", "archive-size", "archive-ratio", "archive-members",
     "archive-nested", "archive-depth", "tree-depth",   "tree-entries", "path-length",   "places",
     "commits",        "timeout",       "stopped"});

constexpr auto kLimits = std::to_array<LimitName>(
    {{"blob-size", true, [](Limits& all) -> std::uint64_t& { return all.blob_size; }},
     {"matches", false, [](Limits& all) -> std::uint64_t& { return all.matches; }},
     {"decode-ratio", false, [](Limits& all) -> std::uint64_t& { return all.decode_ratio; }},
     {"archive-size", true, [](Limits& all) -> std::uint64_t& { return all.archive.size; }},
     {"archive-ratio", false, [](Limits& all) -> std::uint64_t& { return all.archive.ratio; }},
     {"archive-members", false, [](Limits& all) -> std::uint64_t& { return all.archive.members; }},
     {"archive-nested", true, [](Limits& all) -> std::uint64_t& { return all.archive.nested; }},
     {"archive-depth", false, [](Limits& all) -> std::uint64_t& { return all.archive.depth; }},
     {"tree-depth", false, [](Limits& all) -> std::uint64_t& { return all.tree_depth; }},
     {"tree-entries", false, [](Limits& all) -> std::uint64_t& { return all.tree_entries; }},
     {"path-length", true, [](Limits& all) -> std::uint64_t& { return all.path_length; }},
     {"commits", false, [](Limits& all) -> std::uint64_t& { return all.commits; }}});

constexpr std::string_view kUnits = "KMGT";

// As set_limit() reads it.
std::string shown(std::uint64_t value, bool bytes) {
  std::size_t unit = 0;
  for (; bytes && value >= 1024 && value % 1024 == 0 && unit < kUnits.size(); ++unit) value /= 1024;
  return std::to_string(value) + std::string(unit == 0 ? "" : kUnits.substr(unit - 1, 1));
}

std::optional<std::uint64_t> parsed(std::string_view text, bool bytes) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value == 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return value;
  const auto unit = kUnits.find(text);
  if (!bytes || text.size() != 1 || unit == std::string_view::npos) return std::nullopt;
  const auto shift = 10 * (unit + 1);
  return value > UINT64_MAX >> shift ? std::nullopt : std::optional(value << shift);
}

}  // namespace

std::string_view to_string(Cause cause) { return kCauses.at(static_cast<std::size_t>(cause)); }

std::optional<Cause> cause_named(std::string_view word) {
  const auto found = std::find(kCauses.begin(), kCauses.end(), word);
  if (found == kCauses.end()) return std::nullopt;
  return static_cast<Cause>(found - kCauses.begin());
}

Problem beyond(Cause limit, const std::string& words) {
  return {words + "; to raise this limit: --limit " + std::string(to_string(limit)) + "=N", limit};
}

std::span<const LimitName> limit_names() { return kLimits; }

void set_limit(Limits& limits, std::string_view text) {
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  const auto limit =
      std::find_if(kLimits.begin(), kLimits.end(), [&](const LimitName& each) { return each.name == name; });
  if (equals == std::string_view::npos || limit == kLimits.end()) {
    throw Failure("--limit: '" + printable(text) + "' is not NAME=VALUE, such as " + limits_by_default());
  }
  const auto value = parsed(text.substr(equals + 1), limit->bytes);
  if (!value) {
    throw Failure("--limit " + std::string(name) + ": '" + printable(text.substr(equals + 1)) + "' is not " +
                  (limit->bytes ? "a number of bytes, such as 500M or 2G" : "a number from 1 on"));
  }
  limit->of(limits) = *value;
}

std::string limits_by_default() {
  Limits limits;
  std::string all;
  for (const auto& limit : kLimits) {
    all += (all.empty() ? "" : ", ") + std::string(limit.name) + '=' + shown(limit.of(limits), limit.bytes);
  }
  return all;
}

}  // namespace keysift
