#include "detect/joint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>

#include "base/text.h"
#include "detect/characters.h"

namespace keysift {
namespace {

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

std::string_view without_spaces_after(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The length of the line end that `text` starts with, 0 if it starts with none.
std::size_t line_end(std::string_view text) {
  return text.starts_with("\r\n") ? 2 : text.starts_with("\n") ? 1 : 0;
}

// Where a comment that begins at `at` ends; `at` if none does, or it is too long.
std::size_t comment_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kWidestComment = 256;
  const auto near = text.substr(at, kWidestComment);
  std::size_t end = std::string_view::npos;
  if (near.starts_with("/*")) {
    end = near.find("*/", 2);
    if (end != std::string_view::npos) end += 2;
  } else if (near.starts_with("//") || near.starts_with("#") || near.starts_with("--")) {
    end = near.find('\n');
  }
  return end == std::string_view::npos ? at : at + end;
}

// Skips what a program takes no notice of: blanks, line ends and, so that quotes in them do not add up, a few
// comments.
std::size_t skip_gap(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostComments = 4;
  at = skip_spaces(text, at);
  for (std::size_t count = 0; count < kMostComments; ++count) {
    const auto end = comment_end(text, at);
    if (end == at) break;
    at = skip_spaces(text, end);
  }
  return at;
}

using Words = std::span<const std::string_view>;

bool starts_with_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.starts_with(word); });
}

// In any case.
bool ends_with_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.size() >= word.size() && equal_caseless(text.substr(text.size() - word.size()), word);
  });
}

// What joins two literals in one program or another: nothing, or one of these.
std::size_t skip_operator(std::string_view text, std::size_t at) {
  const bool closes = text.substr(at).starts_with(')');
  const auto call = closes ? skip_spaces(text, at + 1) : at;
  for (const std::string_view name : {".concat(", ".append("}) {
    if (text.substr(call).starts_with(name)) return call + name.size();
  }
  for (const std::string_view sign : {"..", "<>", "||", "<<", "++", "+", ".", "& _", "&", "~", "^", "*"}) {
    if (text.substr(at).starts_with(sign)) return at + sign.size();
  }
  return at;
}

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_$.->").find(c) != std::string_view::npos;
}

// What the literal whose end is the quote at `quote` is given or added to: `key` in `key = "a"`, `key +=
// "a"`, `key.append("a"`. Empty if none of these is before it.
std::string_view name_before(std::string_view text, std::size_t quote) {
  constexpr std::size_t kWidest = 1024;
  const auto from = quote - std::min(quote, kWidest);
  const auto open = text.substr(from, quote - from).rfind(text[quote]);
  if (open == std::string_view::npos) return {};
  auto before = without_spaces_after(text.substr(from, open));
  for (const std::string_view sign : {"+=", ".=", ":=", "=", ".append("}) {
    if (!before.ends_with(sign)) continue;
    before = without_spaces_after(before.substr(0, before.size() - sign.size()));
    const auto name = std::find_if_not(before.rbegin(), before.rend(), is_name_character).base();
    return before.substr(static_cast<std::size_t>(name - before.begin()));
  }
  return {};
}

// From what may be a statement that adds to what the one before gave a name (`key += "b"`, `key = key + "b"`,
// `key.append("b")`) to what it adds; `at` if that is not what is at `at`.
std::size_t skip_statement(std::string_view text, std::size_t quote, std::size_t at) {
  auto next = at;
  for (const char end : {')', ';'})
    if (text.substr(next).starts_with(end)) next = skip_spaces(text, next + 1);
  if (next >= text.size() || !is_name_character(text[next])) return at;
  const auto name = name_before(text, quote);
  const auto skip_name = [&] {
    const bool same = !name.empty() && text.substr(next).starts_with(name);
    next = same ? skip_spaces(text, next + name.size()) : text.size();
    return same;
  };
  if (!skip_name()) return at;
  for (const std::string_view sign : {"+=", ".=", ".append("})
    if (text.substr(next).starts_with(sign)) return skip_spaces(text, next + sign.size());
  if (!text.substr(next).starts_with('=')) return at;
  next = skip_spaces(text, next + 1);
  return skip_name() ? skip_spaces(text, skip_operator(text, next)) : at;
}

// Of a list that is looked through; bytes on either side of the literal in question.
constexpr std::size_t kMostLiterals = 64;
constexpr std::size_t kWidestList = 4096;

// Where the first literal of the list begins whose one ends with the quote at `quote`.
std::optional<std::size_t> list_begin(std::string_view text, std::size_t quote) {
  for (std::size_t count = 0; count < kMostLiterals && quote > 0; ++count) {
    const auto begin = text.rfind(text[quote], quote - 1);
    if (begin == std::string_view::npos) return std::nullopt;
    auto before = without_spaces_after(text.substr(0, begin));
    if (!before.ends_with(',')) return begin;
    before = without_spaces_after(before.substr(0, before.size() - 1));
    if (before.empty() || !is_quote(before.back())) return begin;
    quote = before.size() - 1;
  }
  return std::nullopt;
}

// Where that list ends: after its last literal and a comma that may follow it.
std::optional<std::size_t> list_end(std::string_view text, std::size_t quote) {
  for (std::size_t count = 0; count < kMostLiterals; ++count) {
    const auto next = skip_spaces(text, quote + 1);
    if (next >= text.size() || text[next] != ',') return next;
    const auto begin = skip_spaces(text, next + 1);
    if (begin >= text.size() || !is_quote(text[begin])) return begin;
    quote = text.find(text[begin], begin + 1);
    if (quote == std::string_view::npos) return std::nullopt;
  }
  return std::nullopt;
}

// "%s%s", "{}{}": a format, without its quotes, that puts what it is given together with nothing between.
bool is_bare_format(std::string_view format) {
  for (const std::string_view item : {"%s", "{}", "%v"}) {
    auto rest = format;
    while (rest.starts_with(item)) rest.remove_prefix(item.size());
    if (rest.empty() && format.size() > item.size()) return true;
  }
  return false;
}

// The literal, without its quotes, that `text` ends with; one that is long is none.
std::string_view literal_before(std::string_view text) {
  constexpr std::size_t kWidest = 128;
  if (text.empty() || !is_quote(text.back())) return "?";
  const auto near = text.substr(text.size() - std::min(text.size(), kWidest));
  const auto open = near.substr(0, near.size() - 1).rfind(text.back());
  return open == std::string_view::npos ? "?" : near.substr(open + 1, near.size() - open - 2);
}

// Whether what a call or a function of a template is given first says that all that follows is put together:
// an empty separator, or a format. `list` is where that begins, `quote` is another literal's.
bool begins_joined(std::string_view text, std::size_t list, std::size_t quote) {
  constexpr auto kJoin = std::to_array<std::string_view>({"join("});
  const auto end = text.find(text[list], list + 1);
  if (end == std::string_view::npos || end >= quote) return false;
  const auto first = text.substr(list + 1, end - list - 1);
  return is_bare_format(first) ||
         (first.empty() && ends_with_any(without_spaces_after(text.substr(0, list)), kJoin));
}

// `Fn::Join: ["", `, `"{}{}".format`, `"%s%s" %`: before the bracket of a list that is put together.
bool ends_as_joining(std::string_view before) {
  constexpr auto kJoins = std::to_array<std::string_view>({"::join", "!join"});
  if (before.ends_with(".format")) return is_bare_format(literal_before(before.substr(0, before.size() - 7)));
  if (before.ends_with('%'))
    return is_bare_format(literal_before(without_spaces_after(before.substr(0, before.size() - 1))));
  if (!before.ends_with(',')) return false;
  before = without_spaces_after(before.substr(0, before.size() - 1));
  if (!literal_before(before).empty()) return false;
  before = without_spaces_after(before.substr(0, before.size() - 2));
  if (!before.ends_with('[')) return false;
  const auto name = before.substr(0, before.size() - 1);
  constexpr std::string_view kAfterName = ": \t\r\n\"'";
  return ends_with_any(name.substr(0, name.find_last_not_of(kAfterName) + 1), kJoins);
}

// Whether the literals of the list in which one ends at `quote` are put together with nothing between them.
bool is_joined_list(std::string_view text, std::size_t quote) {
  constexpr auto kCalls = std::to_array<std::string_view>(
      {"concat(", "concat!(", "concatenate(", "paste0(", "\"\".join(", "''.join("});
  constexpr auto kCallsOfLists = std::to_array<std::string_view>(
      {"\"\".join(", "''.join(", "join(\"\",", "join('',", "implode(\"\",", "implode('',", "-join"});
  constexpr auto kAfterLists = std::to_array<std::string_view>(
      {".join(\"\")", ".join('')", ".join(``)", ".concat()", "-join \"\"", "-join ''", ",\"\")", ", \"\")"});
  const auto from = quote - std::min(quote, kWidestList);
  text = text.substr(from, 2 * kWidestList);
  quote -= from;
  const auto begin = list_begin(text, quote);
  if (!begin) return false;
  auto before = without_spaces_after(text.substr(0, *begin));
  if (ends_with_any(before, kCalls) || begins_joined(text, *begin, quote)) return true;
  if (before.empty() || std::string_view("[({").find(before.back()) == std::string_view::npos) return false;
  before = without_spaces_after(before.substr(0, before.size() - 1));
  if (before.ends_with("array")) before = without_spaces_after(before.substr(0, before.size() - 5));
  if (ends_with_any(before, kCallsOfLists) || ends_as_joining(before)) return true;
  const bool lua = before.ends_with("table.concat(");
  const auto end = list_end(text, quote);
  if (!end || *end >= text.size() || std::string_view("])}").find(text[*end]) == std::string_view::npos)
    return false;
  const auto after = text.substr(skip_spaces(text, *end + 1));
  const bool ruby = after.starts_with(".join") && !after.substr(5).starts_with('(');
  return ruby || (lua && after.starts_with(')')) || starts_with_any(after, kAfterLists);
}

// The end of a notebook's line, and the start of the next.
std::size_t skip_notebook_line(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("\",")) return at;
  const auto next = skip_spaces(text, at + 2);
  return next < text.size() && text[next] == '"' ? skip_spaces(text, next + 1) : at;
}

// "https://": what follows a literal as an argument of its own, and continues no key.
bool begins_url(std::string_view text) {
  std::size_t scheme = 0;
  while (scheme < text.size() && std::isalpha(static_cast<unsigned char>(text[scheme])) != 0) ++scheme;
  return scheme > 0 && text.substr(scheme).starts_with("://");
}

bool is_key_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-_.+/~:").find(c) != std::string_view::npos;
}

// A tag of XML.
struct Tag {
  Tag(std::string_view text, std::size_t at) : end(text.find('>', at)) {
    if (end == std::string_view::npos) return;
    auto inside = text.substr(at + 1, end - at - 1);
    closes = inside.starts_with('/');
    empty = inside.ends_with('/');
    if (closes) inside.remove_prefix(1);
    name = inside.substr(0, inside.find_first_of(" \t\r\n/"));
    name.remove_prefix(name.find(':') + 1);
  }

  std::size_t end;  // where its '>' is; npos: it has none
  bool closes = false;
  bool empty = false;
  std::string_view name;  // without the prefix of a namespace
};

}  // namespace

std::size_t joint_at(std::string_view text, std::size_t quote) {
  if (text[quote] == '\\' || text[quote] == '^') {  // a line that goes on, for a shell or Windows' cmd
    const auto length = line_end(text.substr(quote + 1));
    return length == 0 ? 0 : skip_blanks(text, quote + 1 + length) - quote;
  }
  if (!is_quote(text[quote])) return 0;
  auto at = skip_gap(text, quote + 1);
  if (at < text.size() && text[at] == ',' && is_joined_list(text, quote)) {
    at = skip_spaces(text, at + 1);
  } else {
    const auto statement = skip_statement(text, quote, at);
    at = statement != at ? statement : skip_gap(text, skip_operator(text, at));
    if (text.substr(at).starts_with('\\')) {
      if (const auto length = line_end(text.substr(at + 1)); length > 0)
        at = skip_spaces(text, at + 1 + length);
    }
    at = skip_notebook_line(text, at);
  }
  // Python's and C's marks before a literal: f"", b'', u8"", @"".
  constexpr std::string_view kMarks = "bBfFrRuUL@8$";
  auto next = at;
  // Not right after the quote: `"b" + "c"` has a literal b, and no mark.
  while (at > quote + 1 && next < text.size() && next < at + 2 &&
         kMarks.find(text[next]) != std::string_view::npos)
    ++next;
  const bool opens = next + 1 < text.size() && is_quote(text[next]) && !is_quote(text[next + 1]) &&
                     !begins_url(text.substr(next + 1));
  return opens ? next + 1 - quote : 0;
}

std::size_t fold_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLeast = 6;  // bytes of a value in the first line
  constexpr std::size_t kLeastMore = 4;
  constexpr std::size_t kMost = 1024;
  const auto length = line_end(text.substr(at));
  if (length == 0) return 0;
  auto first = at;
  while (first > 0 && at - first < kMost && is_key_character(text[first - 1])) --first;
  const bool begins = first == 0 || is_space(text[first - 1]) || is_quote(text[first - 1]);
  if (!begins || at - first < kLeast) return 0;
  const auto second = skip_blanks(text, at + length);
  auto end = second;
  while (end < text.size() && is_key_character(text[end])) ++end;
  if (end - second < kLeastMore || text[end - 1] == ':') return 0;  // "name:"
  while (end < text.size() && text[end] == '=') ++end;
  const bool closed = end < text.size() && is_quote(text[end]);
  const bool ends = closed || end == text.size() || line_end(text.substr(end)) > 0;
  const bool indented = second > at + length;
  return ends && (indented || closed) ? second - at : 0;
}

std::size_t run_joint_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kWidest = 4096;
  // What parts paragraphs, lines and cells.
  constexpr auto kParting =
      std::to_array<std::string_view>({"p", "br", "cr", "tab", "ptab", "si", "is", "rPh"});
  text = text.substr(0, at + kWidest);
  const Tag first(text, at);
  if (!first.closes || first.name != "t") return 0;
  for (auto tag = first; tag.end < text.size();) {
    const auto next = skip_spaces(text, tag.end + 1);
    if (next >= text.size() || text[next] != '<') return 0;
    tag = Tag(text, next);
    if (std::find(kParting.begin(), kParting.end(), tag.name) != kParting.end()) return 0;
    if (tag.name == "t" && !tag.closes && !tag.empty) return tag.end < text.size() ? tag.end + 1 - at : 0;
  }
  return 0;
}

}  // namespace keysift
