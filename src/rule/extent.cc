#include "rule/extent.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "base/text.h"
#include "rule/pattern.h"
#include "rule/pattern_literals.h"
#include "rule/pattern_parts.h"

namespace keysift {
namespace {

// Whether RE2 knows that what has none of the keywords cannot match. It names literals without which there is
// no match; here all of them are there, but those that have a keyword in them.
bool needs_keyword(const std::string& pattern, std::span<const std::string> keywords) {
  const PatternLiterals literals(pattern, 0);
  std::vector<bool> present;
  for (const auto& literal : literals.texts())
    present.push_back(std::none_of(keywords.begin(), keywords.end(), [&](const std::string& keyword) {
      return literal.find(keyword) != std::string::npos;
    }));
  return !literals.may_match(present);
}

// The bytes that a part which is one character matches in any case, in Latin-1 or UTF-8: with one of those
// that make up other characters than ASCII, all of them.
std::optional<std::bitset<256>> bytes_in_any_encoding(const std::string& part) {
  auto bytes = bytes_of(part, "(?is)");
  constexpr std::size_t kAscii = 128;
  if (bytes && (*bytes >> kAscii).any())
    for (std::size_t byte = kAscii; byte < 256; ++byte) bytes->set(byte);
  return bytes;
}

// What is in a group that has neither flags nor a choice, and is not repeated.
std::string_view inside_group(std::string_view part) {
  if (!part.starts_with('(') || !part.ends_with(')')) return {};
  part.remove_suffix(1);
  if (part.starts_with("(?:")) return part.substr(3);
  if (part.starts_with("(?P<")) return part.substr(part.find('>') + 1);
  return part.starts_with("(?") ? std::string_view() : part.substr(1);
}

// A pattern's parts, those of such groups among them, and characters that stand for themselves together.
std::vector<PatternParts::Part> spread(const std::vector<PatternParts::Part>& parts) {
  std::vector<PatternParts::Part> all;
  bool literal = false;  // the last one is
  for (const auto& part : parts) {
    const auto inside = inside_group(part.text);
    const PatternParts inner(inside);
    if (!inside.empty() && inner.known() && inner.flags().empty() && !inner.parts().empty()) {
      const auto more = spread(inner.parts());
      all.insert(all.end(), more.begin(), more.end());
      literal = false;
      continue;
    }
    const auto& text = part.text;
    const bool is_literal =
        (text.size() == 1 && std::string_view(".^$").find(text[0]) == std::string_view::npos) ||
        (text.size() == 2 && text[0] == '\\' && std::ispunct(static_cast<unsigned char>(text[1])) != 0);
    if (literal && is_literal) {
      all.back().text += text;
      all.back().width += part.width;
      all.back().lines += part.lines;
    } else {
      all.push_back(part);
    }
    literal = is_literal;
  }
  return all;
}

}  // namespace

namespace {

using Keywords = std::span<const std::string>;

// Looks for the part that has the keyword of every match.
class KeywordPart {
 public:
  KeywordPart(const std::vector<PatternParts::Part>& parts, const std::string& flags, Keywords keywords) {
    for (; number_ < parts.size(); ++number_) {
      const auto& part = parts[number_];
      auto plain = part.text;
      std::erase(plain, '\\');
      const auto may_begin = [&](const std::string& keyword) {
        return contains_caseless(plain, keyword.substr(0, 2));
      };
      if (std::any_of(keywords.begin(), keywords.end(), may_begin) &&
          needs_keyword(flags + part.text, keywords)) {
        slack_ = slack_in(part, flags, keywords);
        return;
      }
      before_ += part.width;
    }
    number_ = SIZE_MAX;
  }

  bool is_there() const { return number_ != SIZE_MAX; }
  std::size_t number() const { return number_; }

  // Characters before the part, and from its beginning to its keyword's end, at most.
  std::size_t before() const { return before_; }
  std::size_t slack() const { return slack_; }

 private:
  // Of a choice, one of its own for each.
  static std::size_t slack_in(const PatternParts::Part& part, const std::string& flags, Keywords keywords) {
    const auto inside = inside_group(part.text);
    const auto choices = PatternParts(inside).choices();
    if (inside.empty() || choices.size() < 2) return part.width;
    std::size_t slack = 0;
    for (const auto& choice : choices) {
      const PatternParts parts(choice);
      const KeywordPart own(spread(parts.parts()), flags, keywords);
      if (!parts.known() || !parts.flags().empty() || !own.is_there()) return part.width;
      slack = std::max(slack, own.before() + own.slack());
    }
    return slack;
  }

  std::size_t number_ = 0;
  std::size_t before_ = 0;
  std::size_t slack_ = 0;
};

bool is_endless(const std::string& part) {
  return part.ends_with('*') || part.ends_with('+') || part.ends_with(",}");
}

// The beginning of what `parts` match, as far as nothing in it is repeated without end.
std::string without_runs(std::span<const PatternParts::Part> parts) {
  std::string head;
  for (const auto& part : parts) {
    if (is_endless(part.text)) {
      if (part.text.ends_with(",}")) head += part.text.substr(0, part.text.size() - 2) + "}";
      if (part.text.ends_with('+')) head += part.text.substr(0, part.text.size() - 1);
      break;
    }
    if (!PatternParts(part.text).endless().empty()) break;
    head += part.text;
  }
  return head;
}

}  // namespace

// Most patterns have a part of their own for the keyword, after which nothing else needs to be compiled.
Extent extent_of(std::string_view pattern, std::span<const std::string> keywords) {
  constexpr std::size_t kMostSlack = 16;
  const PatternParts all(pattern);
  if (!all.known()) return {};
  Extent extent;
  for (const auto& part : all.endless()) {
    const auto bytes = bytes_in_any_encoding(part);
    if (!bytes) return {};
    extent.runs.push_back({*bytes, counted_run(part)});
  }
  const auto parts = spread(all.parts());
  const KeywordPart with_keyword(parts, all.flags(), keywords);
  if (!with_keyword.is_there()) {
    if (!needs_keyword(all.text(), keywords)) return {};
    extent.before = extent.after = all.measure().width;
    return extent;
  }
  extent.slack = with_keyword.slack();
  extent.before = with_keyword.before() + extent.slack;
  extent.after = all.measure().width - with_keyword.before();
  if (extent.slack > kMostSlack) return extent;
  const auto begin = all.flags() + "(?s:.{0," + std::to_string(extent.slack) + "})";
  extent.tail = begin;
  const auto rest = std::span(parts).subspan(with_keyword.number());
  for (const auto& part : rest) extent.tail += part.text;
  if (!extent.runs.empty()) extent.head = begin + without_runs(rest);
  for (const auto& part : rest) {
    if (part.lines >= SIZE_MAX - extent.lines) break;
    extent.lines += part.lines;
    extent.near += part.text;
  }
  if (!extent.near.empty()) extent.near = all.flags() + extent.near;
  return extent;
}

// Looks at the last byte of as many as are needed first: most text costs one look for so many bytes.
std::size_t NeededRun::find(std::string_view text) const {
  if (length == 1 && bytes.count() == 1) return text.find(static_cast<char>(bytes._Find_first()));
  const auto fits = [&](std::size_t at) { return bytes[static_cast<unsigned char>(text[at])]; };
  std::size_t begin = 0;
  std::size_t fitting = 0;  // all from `begin` to here
  while (text.size() - begin >= length) {
    auto at = begin + length;
    while (at > fitting && fits(at - 1)) --at;
    if (at <= fitting) return begin;
    fitting = begin + length;
    begin = at;
  }
  return std::string_view::npos;
}

NeededRun needed_run(std::string_view pattern) {
  const PatternParts all(pattern);
  NeededRun longest;
  bool at_sign = false;
  if (!all.known()) return longest;
  for (const auto& part : spread(all.parts())) {
    if (part.text == "@") at_sign = true;
    const auto run = repeated(part.text);
    if (run.one == part.text || run.least <= longest.length) continue;
    const auto bytes = bytes_in_any_encoding(std::string(run.one));
    if (bytes) longest = {*bytes, run.least};
  }
  // Nearly all text has runs of what may be in a URL, and seldom an @ in one.
  constexpr std::size_t kMany = 128;
  if (at_sign && longest.bytes.count() >= kMany) return NeededRun{std::bitset<256>().set('@'), 1};
  // In any case, RE2 takes a character that is no ASCII for an s, and one for a k.
  const bool any_case = pattern.find("(?") != std::string_view::npos;
  if (any_case && (longest.bytes['s'] || longest.bytes['k']))
    for (std::size_t byte = 128; byte < 256; ++byte) longest.bytes.set(byte);
  return longest;
}

std::size_t size_estimate(std::string_view pattern) { return PatternParts(pattern).measure().size; }

}  // namespace keysift
