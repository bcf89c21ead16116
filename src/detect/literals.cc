#include "detect/literals.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_set>

#include "base/text.h"
#include "detect/decode.h"
#include "detect/joint.h"

namespace keysift {
namespace {

// Whether a keyword is the beginning or another part of secrets themselves, such as "sk-proj-": that is also
// looked for encoded. One that only stands near them ("api_key", in any case) may be in any text.
bool is_part_of_secrets(const Rule& rule, std::string_view keyword) {
  constexpr std::string_view kInSecrets =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+~%$ ";
  return rule.exact_keywords && keyword.size() >= 3 && !keyword.starts_with(' ') &&
         keyword.find_first_not_of(kInSecrets) == std::string_view::npos;
}

// Whether a pattern, from here on, begins with the keyword itself, of which punctuation may be escaped.
bool begins_with(std::string_view regex, std::string_view keyword) {
  for (const char c : keyword) {
    if (regex.starts_with('\\') && std::isalnum(static_cast<unsigned char>(c)) == 0) regex.remove_prefix(1);
    if (!regex.starts_with(c)) return false;
    regex.remove_prefix(1);
  }
  return true;
}

// Whether the secrets of a rule begin with the keyword, as its pattern is written; false also where that
// cannot be told so easily.
bool begins_secret(const Rule& rule, std::string_view keyword) {
  const std::string_view regex = rule.pattern->text();
  if (rule.secret_group == 0) return begins_with(regex, keyword);
  int groups = 0;
  bool in_class = false;
  for (std::size_t at = 0; at < regex.size(); ++at) {
    const auto rest = regex.substr(at + 1);
    if (regex[at] == '\\') {
      ++at;
    } else if (regex[at] == (in_class ? ']' : '[')) {
      in_class = !in_class;
    } else if (!in_class && regex[at] == '(') {
      if (rest.starts_with("?P") || rest.starts_with("?<")) return false;
      if (!rest.starts_with('?') && ++groups == rule.secret_group) return begins_with(rest, keyword);
    }
  }
  return false;
}

// "sk-": of rules whose secrets begin with it, and in any text, too.
bool is_common(const Rule& rule, std::string_view keyword) {
  const bool word = std::all_of(keyword.begin(), keyword.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return (word || keyword.size() < 4) && begins_secret(rule, keyword);
}

// The text in UTF-16, but for the zero byte at one of its ends: so it is the same whichever byte comes first.
std::string utf16_form(std::string_view text) {
  std::string form;
  for (const char c : text) form.append(form.empty() ? 0 : 1, '\0').append(1, c);
  return form;
}

// Whether a piece is what many words end with. With a quote behind, as string literals have it everywhere,
// these few took 3 to 11 % of a history, for next to nothing: 9 of 10 pieces of two or three letters that
// stand in curl, git and redis are one of them.
bool ends_words(std::string_view piece) {
  constexpr auto kEnds = std::to_array<std::string_view>(
      {"ap", "cs", "ct", "da", "dn", "do", "es", "ess", "fig", "git", "gs", "ic", "ll",
       "ls", "nt", "op", "po", "ps", "rd", "rn", "se",  "sh",  "sig", "sn", "tr", "ts"});
  return std::find(kEnds.begin(), kEnds.end(), piece) != kEnds.end();
}

// The ways to write a character.
std::vector<std::string> escaped_forms(char c) {
  const auto hex = hex_form({&c, 1});
  const auto value = static_cast<unsigned char>(c);
  const std::string octal{'\\', static_cast<char>('0' + value / 64), static_cast<char>('0' + value / 8 % 8),
                          static_cast<char>('0' + value % 8)};
  std::vector<std::string> forms{"%" + hex,
                                 "\\x" + hex,
                                 "\\u00" + hex,
                                 "\\u{" + hex + "}",
                                 "&#x" + hex + ";",
                                 "&#" + std::to_string(value) + ";",
                                 octal};
  if (std::isalnum(value) == 0) forms.push_back("=" + hex);          // quoted-printable
  if (c == '/' || c == '_' || c == '-') forms.push_back({'\\', c});  // JSON, Markdown and LaTeX, roff
  return forms;
}

}  // namespace

Literals::Literals(std::span<const Rule> rules, bool encoded) {
  std::unordered_set<std::string> done;
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    for (const auto& keyword : rules[rule].keywords) {
      const bool part = is_part_of_secrets(rules[rule], keyword);
      const auto kind = !part ? Sign::name : is_common(rules[rule], keyword) ? Sign::common : Sign::keyword;
      add(keyword, !rules[rule].exact_keywords, {kind, rule});
      if (!part || !encoded || !done.insert(keyword).second) continue;
      if (const auto form = utf16_form(keyword.substr(0, 3)); done.insert(form).second)
        add(form, false, {Sign::utf16});
      add_escaped(keyword);
      add_cut(keyword);
    }
  }
  if (!encoded) return;
  // Of gzip, a zip archive, and gzip that is in base64 twice, as in what Helm keeps of a release; of bzip2,
  // xz and zstd; and of zlib, told that its usual level or the best was asked for: its third character has
  // two bits of what follows.
  for (const auto* const beginning : {"H4sI", "UEsDB", "SDRzS", "QlpoOTFBWSZT", "/Td6WFoA", "KLUv/", "eJw",
                                      "eJx", "eJy", "eJz", "eNo", "eNp", "eNq", "eNr"})
    add(beginning, false, {Sign::packed});
}

// The beginning of a long one does: it stands for it, and the shorter the longest is, the less is searched.
void Literals::add(std::string text, bool any_case, Sign sign) {
  constexpr std::size_t kLongest = 16;
  if (text.size() > kLongest) text.resize(kLongest);
  texts_.push_back({std::move(text), any_case, false});
  signs_.push_back(sign);
}

// The rests of a part of keywords; what it looks like is added the first time.
std::vector<Literals::Rest>& Literals::rests_of(Sign::Kind kind, const std::string& part) {
  const auto [at, fresh] = parts_.emplace(std::pair(kind, part), static_cast<std::uint32_t>(rests_.size()));
  if (!fresh) return rests_[at->second];
  const Sign sign{kind, at->second};
  if (kind == Sign::escaped) {
    for (auto& form : escaped_forms(part.front())) add(std::move(form), true, sign);
  } else {
    for (const char quote : {'"', '\''}) add(part + quote, false, sign);
  }
  return rests_.emplace_back();
}

// One character is escaped; the others of the first three are as they are, or escaped, too, and so are some
// before it.
void Literals::add_escaped(const std::string& keyword) {
  constexpr std::size_t kKnown = 3;
  constexpr std::size_t kBefore = 8;
  for (std::size_t i = 0; i < keyword.size(); ++i) {
    const auto before = std::min(i, kBefore);
    rests_of(Sign::escaped, {keyword[i]})
        .push_back(
            {keyword.substr(i - before, before), keyword.substr(i + 1, kKnown - std::min(kKnown, i + 1))});
  }
}

// Cut in two pieces, the first of two to eight characters.
void Literals::add_cut(const std::string& keyword) {
  for (std::size_t i = 2; i < std::min<std::size_t>(keyword.size(), 9); ++i) {
    const auto piece = keyword.substr(0, i);
    if (!ends_words(piece)) rests_of(Sign::cut, piece).push_back({{}, keyword.substr(i, 2)});
  }
}

bool Literals::makes_keyword(const Sign& sign, std::string_view bytes, std::size_t begin,
                             std::size_t end) const {
  auto before = bytes.substr(0, begin);
  auto after = bytes.substr(end);
  if (sign.kind == Sign::cut) {
    const auto quote = end - 1;
    const auto length = joint_at(bytes.substr(0, quote + kWidestJoint), quote);
    if (length == 0) return false;
    after = bytes.substr(quote + length);
  } else {
    // In a string within a string the backslash is escaped, too.
    while (before.ends_with('\\')) before.remove_suffix(1);
  }
  return std::any_of(rests_[sign.index].begin(), rests_[sign.index].end(), [&](const Rest& rest) {
    if (!before.ends_with(rest.before)) return false;
    return after.starts_with(rest.after) ||
           (sign.kind == Sign::escaped && unescaped(after, rest.after.size()).starts_with(rest.after));
  });
}

}  // namespace keysift
