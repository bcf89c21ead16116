#include "detect/judgement.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <tuple>

#include "base/text.h"
#include "detect/decode.h"
#include "detect/randomness.h"

namespace keysift {
namespace {

// Limits that a random key of 16 characters or more passes but once in 100,000 (tests/detect holds them to
// it).
constexpr std::size_t kLongestRun = 7;
constexpr std::size_t kLongestSequence = 7;
constexpr double kMostRepeated = 0.41;
constexpr double kMostWordEvidence = 12;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

// Whether `text` ends with an escape whose last character only looks like a letter: \n, \x3d, \u003d, %3d, or
// a terminal's ESC[0m.
bool ends_with_escape(std::string_view text) {
  const auto back = [&](std::size_t n) { return n <= text.size() ? text[text.size() - n] : '\0'; };
  if (back(2) == '\\') return true;
  if (is_hex(back(1)) && is_hex(back(2))) {
    if (back(3) == '%' || (back(3) == 'x' && back(4) == '\\')) return true;
    if (is_hex(back(3)) && is_hex(back(4)) && back(5) == 'u' && back(6) == '\\') return true;
  }
  const auto number = text.substr(0, text.size() - 1).find_last_not_of("0123456789;");
  return back(1) == 'm' && number != std::string_view::npos && text[number] == '[';
}

// Whether `text` ends with one letter that is none of a word: the length of what follows, as compiled Python
// and protobuf have it behind a byte that is no text, or an option ("-k").
bool ends_with_lone_letter(std::string_view text) {
  if (text.size() < 2) return false;
  const auto before = static_cast<unsigned char>(text[text.size() - 2]);
  if (before == '-')
    return text.size() > 2 && std::isspace(static_cast<unsigned char>(text[text.size() - 3])) != 0;
  return before >= 0x80 || (before < ' ' && std::isspace(before) == 0);
}

// "task-proj-", "risk-ant-": a secret that starts in the midst of a word.
bool continues_word(std::string_view bytes, std::size_t begin) {
  if (begin == 0 || !is_lower(bytes[begin]) || !is_lower(bytes[begin - 1])) return false;
  const auto before = bytes.substr(0, begin);
  return !ends_with_escape(before) && !ends_with_lone_letter(before);
}

// Of a rule with a checksum, whose pattern looks at nothing behind a secret.
bool is_continued(const Rule& rule, std::string_view bytes, std::size_t end) {
  return rule.checksum != Checksum::none && end < bytes.size() &&
         std::isalnum(static_cast<unsigned char>(bytes[end])) != 0;
}

// What `text` ends with and is base64url: the last kJudgedRound bytes of it at most.
std::string_view last_digits(std::string_view text) {
  const auto near = text.substr(text.size() - std::min(text.size(), kJudgedRound));
  const auto is_digit = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  const auto first = std::find_if_not(near.rbegin(), near.rend(), is_digit).base();
  return near.substr(static_cast<std::size_t>(first - near.begin()));
}

// In the midst of a digest, as Python's lists of installed files have them: "sha256=", and base64url. Of its
// 43 digits most would be the secret's.
bool is_in_digest(std::string_view before, std::string_view digits) {
  constexpr std::string_view kMark = "sha256=";
  before.remove_suffix(digits.size());
  return !digits.empty() && digits.size() <= kJudgedRound - kMark.size() && before.ends_with(kMark);
}

// In the midst of random text, an encrypted token's say, where what begins a short key comes up by chance.
bool is_in_random_text(std::string_view digits) {
  constexpr std::size_t kLeast = 24;
  const auto holds = [&](int (*kind)(int)) {
    return std::any_of(digits.begin(), digits.end(), [&](unsigned char c) { return kind(c) != 0; });
  };
  return digits.size() >= kLeast && holds(std::isupper) && holds(std::islower) && holds(std::isdigit) &&
         word_evidence(digits) <= 0;
}

// "grid_driver_build": too short to tell by its letters, but no key is made of lower-case letters and '_'
// alone.
bool is_short_name(std::string_view body) {
  return body.find_first_not_of("abcdefghijklmnopqrstuvwxyz-_.") == std::string_view::npos &&
         body.find_first_of("-_.") != std::string_view::npos;
}

// "joe:mypassword": nothing that was drawn at random.
bool is_lower_text(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-_.:@ ") == std::string_view::npos;
}

// "bob:joypass123", as Basic authorization has it: a password that may well be made up.
bool has_short_password(std::string_view text) {
  constexpr std::size_t kLeast = 12;
  const auto colon = text.find(':');
  return colon != std::string_view::npos && text.size() - colon - 1 < kLeast;
}

// A key that somebody cut short to show it: "sk-proj-Ab12...".
bool is_cut_short(std::string_view secret, std::string_view rest) {
  constexpr auto kSigns = std::to_array<std::string_view>({"...", "***", "\xe2\x80\xa6", "[...", "<snip"});
  return secret.ends_with("...") ||
         std::any_of(kSigns.begin(), kSigns.end(), [&](auto sign) { return rest.starts_with(sign); });
}

// What a secret in base64 stands for, if all of that can be printed, as next to no random bytes can. Of
// providers that are known, only a name and its password: some's keys are JSON in base64.
std::optional<std::string> text_in_base64(const Rule& rule, std::string_view secret) {
  constexpr std::size_t kLeast = 12;
  if (secret.size() < kLeast) return std::nullopt;
  std::size_t end = 0;
  auto text = decode_whole_base64(secret, 0, end);
  if (text.ends_with('\n')) text.pop_back();  // as echo writes it
  const auto prints = [](unsigned char c) { return c >= ' ' && c < 0x7f; };
  if (text.size() + 1 < secret.size() / 4 * 3 - 2 || !std::all_of(text.begin(), text.end(), prints))
    return std::nullopt;
  const bool is_login = text.find(':') != std::string::npos && !text.starts_with('{');
  if (rule.provider != kAnyProvider && !is_login) return std::nullopt;
  return text;
}

// The secret without a keyword that it starts with.
std::string_view body_of(const Rule& rule, std::string_view secret) {
  for (const auto& keyword : rule.keywords) {
    if (secret.size() > keyword.size() && equal_caseless(secret.substr(0, keyword.size()), keyword))
      return secret.substr(keyword.size());
  }
  return secret;
}

// The body of a secret without the runs that its format pads it with, if it does.
std::string without_padding(std::string_view body, char padding) {
  constexpr std::size_t kRun = 6;
  if (padding == '\0') return std::string(body);
  std::string out;
  while (!body.empty()) {
    const auto run = std::min(body.find_first_not_of(body.front()), body.size());
    if (body.front() != padding || run < kRun) out += body.substr(0, run);
    body.remove_prefix(run);
  }
  return out;
}

// Whether a secret can be nothing else, whatever stands round it. In compiled programs and databases strings
// stand one after the other: "github_tokenghp_...", or behind a byte that is their length and may be a
// letter.
bool proves_itself(const Rule& rule, std::string_view secret) {
  constexpr std::size_t kLong = 48;
  if (rule.checksum != Checksum::none) return checksum_fits(rule.checksum, secret);
  return rule.confidence == Confidence::high && secret.size() >= kLong &&
         word_evidence(body_of(rule, secret)) <= 0;
}

}  // namespace

std::string_view line_of(std::string_view bytes, std::size_t begin, std::size_t end) {
  constexpr std::size_t kWidest = 4096;
  const auto first = begin - std::min(begin, kWidest);
  const auto last = std::min(bytes.size(), end + std::min(bytes.size(), kWidest));
  const auto before = bytes.substr(first, begin - first).rfind('\n');
  const auto from = before == std::string_view::npos ? first : first + before + 1;
  return bytes.substr(from, std::min(bytes.find('\n', end), last) - from);
}

namespace {

// Whether an allowlist's regexes, its stopwords or, if it needs all, both name a secret.
bool names(const Allowlist& list, std::string_view secret, std::string_view match, std::string_view line) {
  const auto is_stopword = [&](const std::string& word) { return contains_caseless(secret, word); };
  const auto target = list.target == AllowTarget::secret  ? secret
                      : list.target == AllowTarget::match ? match
                                                          : line;
  const auto fits = [&](const auto& regex) { return regex->found_in(target); };
  const auto& [regexes, words] = std::tie(list.regexes, list.stopwords);
  const bool stopword = std::any_of(words.begin(), words.end(), is_stopword);
  if (list.all ? !(stopword || words.empty()) : stopword) return !list.all;
  return std::any_of(regexes.begin(), regexes.end(), fits) || (list.all && regexes.empty());
}

}  // namespace

bool allows(const Allowlist& list, std::string_view secret, std::string_view match, std::string_view line) {
  return list.names_content() && !(list.all && list.names_place()) && names(list, secret, match, line);
}

bool allows_there(const Allowlist& list, std::string_view secret, std::string_view match,
                  std::string_view line) {
  return list.names_content() && list.all && list.names_place() && names(list, secret, match, line);
}

bool allows_place(const Allowlist& list, const MatchPlace& place) {
  const auto& allowing = place.allowing;
  if (!list.names_place()) return false;
  if (list.all && list.names_content() &&
      std::find(allowing.begin(), allowing.end(), &list) == allowing.end())
    return false;
  const auto has_path = [&](const auto& pattern) { return pattern->found_in(place.path); };
  const auto has_commit = [&](const std::string& name) {
    return !place.commit.empty() && place.commit.starts_with(name);
  };
  const bool path_fits = std::any_of(list.paths.begin(), list.paths.end(), has_path);
  const bool commit_fits = std::any_of(list.commits.begin(), list.commits.end(), has_commit);
  if (!list.all) return path_fits || commit_fits;
  return (path_fits || list.paths.empty()) && (commit_fits || list.commits.empty());
}

bool has_allowing_mark(std::string_view line) {
  return line.find("keysift:allow") != std::string_view::npos ||
         line.find("gitleaks:allow") != std::string_view::npos;
}

bool is_placeholder(std::string_view secret) {
  // A whole private key may hold such a run: zeros in its first fields.
  constexpr std::size_t kLongSecret = 200;
  if (secret.size() >= kLongSecret) return false;
  if (longest_run(secret) > kLongestRun || longest_sequence(secret) > kLongestSequence) return true;
  // "abc123def456": letters and digits that count up in turns.
  std::string letters;
  std::string digits;
  for (const char c : secret) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) letters += c;
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  }
  if (longest_sequence(letters) > kLongestSequence || longest_sequence(digits) > kLongestSequence)
    return true;
  // A random base64url key of 160 characters holds one of these less than once in 10^5.
  constexpr auto kWords = std::to_array<std::string_view>(
      {"example",   "placeholder", "changeme",   "change-me",  "change_me", "redacted", "-key-here",
       "_key_here", "token-here",  "token_here", "goes-here",  "goes_here", "your-",    "your_",
       "yourkey",   "yourapi",     "yourtoken",  "yoursecret", "insert-",   "insert_",  "replace-",
       "replace_",  "dummy-",      "dummy_",     "foobar",     "xxxxxx",    "sample-",  "sample_",
       "qwertyu",   "asdfghj",     "zxcvbnm",    "deadbeef"});
  const auto within = [&](std::string_view word) { return contains_caseless(secret, word); };
  return std::any_of(kWords.begin(), kWords.end(), within);
}

namespace {

// Where the word begins whose rest a match begins with: "next_" of "next_token=...".
std::size_t beginning_of_name(std::string_view bytes, std::size_t at) {
  const auto from = at - std::min(at, kJudgedRound);
  const auto before = bytes.substr(from, at - from);
  const auto is_of_name = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  const auto length = std::find_if_not(before.rbegin(), before.rend(), is_of_name) - before.rbegin();
  return at - static_cast<std::size_t>(length);
}

// What stands round a match in its line: of a file that is one line, not all, nor is all of it looked at.
std::string_view near_in_line(std::string_view bytes, std::size_t begin, std::size_t end) {
  const auto first = begin - std::min(begin, kLineBefore);
  const auto near = bytes.substr(first, end - first + kLineAfter);
  return line_of(near, begin - first, end - first);
}

}  // namespace

Judgement judge(const Rule& rule, std::string_view bytes, const Pattern::Span& match) {
  const auto secret = bytes.substr(match.group_begin, match.group_end - match.group_begin);
  const auto drop = [](std::string_view reason) { return Judgement{false, Confidence::low, reason}; };
  const auto doubt = [](std::string_view reason) { return Judgement{true, Confidence::low, reason}; };
  if (secret.empty()) return drop("it is empty");
  const bool begins = !continues_word(bytes, match.group_begin);
  const bool ends = !is_continued(rule, bytes, match.group_end);
  if (!(begins && ends) && !proves_itself(rule, secret))
    return drop(begins ? "it is the beginning of a longer word" : "it is the end of a longer word");
  const auto before = bytes.substr(0, match.group_begin);
  const auto digits = last_digits(before);
  if (is_in_digest(before, digits)) return drop("it is part of a digest");
  if (is_in_random_text(digits) && !proves_itself(rule, secret))
    return drop("it is in the midst of random text");
  const auto name = beginning_of_name(bytes, match.begin);
  const auto named = bytes.substr(name, match.end - name);
  const auto line = near_in_line(bytes, match.begin, match.end);
  const auto allowing = [&](const Allowlist& list) { return allows(list, secret, named, line); };
  if (std::any_of(rule.allowlists.begin(), rule.allowlists.end(), allowing))
    return drop("an allowlist of the rule names it");
  const auto body = without_padding(body_of(rule, secret), rule.padding);
  if (is_placeholder(body)) return drop("it is a placeholder");
  const auto decoded = text_in_base64(rule, secret);
  if (decoded && is_placeholder(*decoded)) return drop("it is a placeholder in base64");
  if (rule.entropy > 0 && entropy(secret) < rule.entropy) return drop("it is not random enough for the rule");
  if (repeated_share(body) > kMostRepeated) return drop("it repeats itself");
  if (!checksum_fits(rule.checksum, secret)) return doubt("its checksum does not fit");
  if (!rule.words && (word_evidence(body) > kMostWordEvidence || is_short_name(body)))
    return doubt("it reads like words");
  if (decoded && (word_evidence(*decoded) > kMostWordEvidence || is_lower_text(*decoded)))
    return doubt("it reads like words in base64");
  if (decoded && has_short_password(*decoded)) return doubt("it is a short password in base64");
  if (rule.confidence != Confidence::high && is_cut_short(secret, bytes.substr(match.group_end)))
    return drop("it is cut short");
  return {true, rule.confidence, "it looks random"};
}

bool place_admitted(const Rule& rule, const MatchPlace& place) {
  return (!rule.path || rule.path->found_in(place.path)) &&
         std::none_of(rule.allowlists.begin(), rule.allowlists.end(),
                      [&](const Allowlist& list) { return allows_place(list, place); });
}

}  // namespace keysift
