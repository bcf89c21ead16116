#include "rule/toml.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

// In a key; of values in values toml++ itself takes 256.
constexpr std::ptrdiff_t kMostNames = 32;

// Where a name too many may stand, which a string may look like; npos: nowhere.
std::size_t deep_key(std::string_view text) {
  if (std::count(text.begin(), text.end(), '.') < kMostNames) return std::string_view::npos;
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  static const RE2 kNames(
      R"re((?:(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t\x80-\xff]*\.[ \t\x80-\xff]*){)re" +
          std::to_string(kMostNames) + '}',
      options);
  re2::StringPiece found;
  const re2::StringPiece all(text.data(), text.size());
  if (!kNames.Match(all, 0, all.size(), RE2::UNANCHORED, &found, 1)) return std::string_view::npos;
  return static_cast<std::size_t>(found.data() - text.data());
}

}  // namespace

toml::table parse_toml(std::string_view text, const std::string& file) {
  const auto failure = [&](std::size_t line, const std::string& problem) {
    return Failure(file + ":" + std::to_string(line) + ": not valid TOML: " + printable(problem));
  };
  const auto line_at = [&](std::size_t at) {
    return 1 + static_cast<std::size_t>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  };
  // After "[[" toml++ takes it for the beginning of a key.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    throw failure(line_at(nul), "a NUL byte");
  if (const auto deep = deep_key(text); deep != std::string_view::npos) {
    throw failure(line_at(deep), "a key of more than " + std::to_string(kMostNames) + " names");
  }
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw failure(error.source().begin.line, std::string(error.description()));
  }
}

}  // namespace keysift
