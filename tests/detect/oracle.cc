#include "detect/oracle.h"

#include <re2/stringpiece.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "detect/judgement.h"
#include "rule/example.h"
#include "rule/rule_file.h"

namespace keysift::test {
namespace {

constexpr std::string_view kTrickyRules = R"toml(
[[rules]]
id = "caseless"
regex = '''(?i)token_[a-z0-9]{12,20}'''
keywords = ["ToKeN_"]
examples = ["TOKEN_{{rand 14 alnum}}", "toKen_{{rand 20 alnum}}"]

[[rules]]
id = "several-keywords"
regex = '''(?:alpha|beta|b)-key-[0-9a-f]{16}'''
keywords = ["alpha-key-", "beta-key-", "b-key-", "key-"]
examples = ["alpha-key-{{rand 16 hex}}", "beta-key-{{rand 16 hex}}", "b-key-{{rand 16 hex}}"]

[[rules]]
id = "group"
regex = '''(?:password|secret)\s*[:=]\s*"([^"\n]{8,64})"(?:;|$)'''
secretGroup = 1
keywords = ["password", "secret"]
examples = ['password = "{{rand 12}}";', 'secret:"{{rand 60}}";']

[[rules]]
id = "group-that-may-be-absent"
regex = '''pre_([a-z]{4,8})?_[0-9]{8}'''
secretGroup = 1
keywords = ["pre_"]
examples = ["pre__{{rand 8 digit}}", "pre_abcde_{{rand 8 digit}}"]

[[rules]]
id = "empty-group"
regex = '''void=([a-z]*)'''
secretGroup = 1
keywords = ["void="]
examples = ["void=abcdefg"]

[[rules]]
id = "unbounded"
regex = '''begin-key-[a-z]+-end'''
keywords = ["begin-key-"]
examples = ["begin-key-abcd-end"]

[[rules]]
id = "unbounded-on-both-sides"
regex = '''[a-z0-9]*mark[a-z0-9]*'''
keywords = ["mark"]
confidence = "low"
examples = ["{{rand 40 hex}}mark{{rand 40 hex}}", "mark"]

[[rules]]
id = "start-of-text"
regex = '''^start_[a-z0-9]{10}'''
keywords = ["start_"]
examples = ["start_{{rand 10 hex}}"]

[[rules]]
id = "end-of-text"
regex = '''[a-z0-9]{10}_stop$'''
keywords = ["_stop"]
examples = ["{{rand 10 hex}}_stop"]

[[rules]]
id = "line"
regex = '''(?m)^line_[a-z0-9]{8}$'''
keywords = ["line_"]
examples = ["line_{{rand 8 hex}}"]

[[rules]]
id = "word"
regex = '''\bedge[0-9]{6}\b'''
keywords = ["edge"]
examples = ["edge{{rand 6 digit}}"]

[[rules]]
id = "inside-a-word"
regex = '''\Bcore[0-9]{3,6}\B'''
keywords = ["core"]
examples = ["xcore{{rand 7 digit}}"]

[[rules]]
id = "crowded"
regex = '''ab[abk]{1,8}k'''
keywords = ["ab"]
examples = ["ababkabkkabababkababkab"]

[[rules]]
id = "crowded-too"
regex = '''[ab]{1,4}ka?b'''
keywords = ["ak", "bk"]
examples = ["aabkab"]

[[rules]]
id = "crowded-and-surer"
regex = '''bkab'''
keywords = ["bkab"]
confidence = "high"
examples = ["bkab"]

[[rules]]
id = "keyword-last"
regex = '''[0-9a-f]{20}tail'''
keywords = ["tail"]
examples = ["{{rand 20 hex}}tail"]

[[rules]]
id = "lazy"
regex = '''lazy[a-z]{4,40}?z'''
keywords = ["lazy"]
examples = ["lazyabcdefzghijz", "lazyzzzzzzzz"]

[[rules]]
id = "nul"
regex = '''\x00?K\x00[0-9]{6}'''
keywords = ["K\u0000"]
examples = ["\u0000K\u0000{{rand 6 digit}}"]

[[rules]]
id = "not-ascii"
regex = '''schlüssel-[0-9\x80-\xff]{8}'''
keywords = ["schlüssel-"]
examples = ["schlüssel-{{rand 8 digit}}"]

[[rules]]
id = "around-other-keys"
regex = '''[A-Za-z0-9_-]{4,30}sk-[A-Za-z0-9_-]{20,30}'''
keywords = ["sk-"]
confidence = "low"
examples = ["abcdefg-sk-{{rand 30}}"]

[[rules]]
id = "allowlisted"
regex = '''allow=([a-z0-9]{8})'''
secretGroup = 1
keywords = ["allow="]
examples = ["allow={{rand 8 hex}}", "allow=0{{rand 7 hex}}", "allow={{rand 8 hex}} # fine"]
[[rules.allowlists]]
regexes = ['''^[0-4]''']
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''# fine''']

[[rules]]
id = "twin"
regex = '''twin-[0-9]{8}'''
keywords = ["twin-"]
examples = ["twin-{{rand 8 digit}}"]

[[rules]]
id = "twin-of-twin"
regex = '''twin-[0-9]{8}'''
keywords = ["win-"]
)toml";

std::string pick(const std::vector<std::string>& from, std::mt19937_64& random) {
  return from.empty() ? std::string() : from[random() % from.size()];
}

std::string random_bytes(std::mt19937_64& random, std::size_t count) {
  std::string out;
  while (out.size() < count) out += static_cast<char>(random() & 0xff);
  return out;
}

std::string in_any_case(std::string text, std::mt19937_64& random) {
  for (char& c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter && random() % 2 == 0) c = static_cast<char>(c ^ 0x20);
  }
  return text;
}

std::string part(const Rule& rule, std::mt19937_64& random) {
  const auto example = expand_template(pick(rule.examples, random), random());
  switch (random() % 8) {
    case 0:
      return expand_template(pick(rule.counterexamples, random), random());
    case 1:
      return example.substr(random() % (example.size() + 1));
    case 2:
      return example.substr(0, random() % (example.size() + 1));
    case 3:
      return in_any_case(pick(rule.keywords, random), random);
    case 4: {
      auto changed = example;
      if (!changed.empty()) changed[random() % changed.size()] = static_cast<char>(random() & 0xff);
      return changed;
    }
    default:
      return example;
  }
}

// Often nothing at all, so that neighbours touch.
std::string separator(std::mt19937_64& random) {
  const std::vector<std::string> some = {
      "",  "",  "",   "\n",   " ",    "\"",       "=",    "\r\n",
      "-", "a", "\\", "\xff", "\xc3", "\xc3\xbc", "\n\n", std::string(1, '\0')};
  if (random() % 8 == 0) return random_bytes(random, random() % 200);
  return pick(some, random);
}

bool better(const Match& a, const Match& b) {
  const auto names_provider = [](const Match& match) { return match.rule->provider != kAnyProvider; };
  if (names_provider(a) != names_provider(b)) return names_provider(a);
  if (a.confidence != b.confidence) return a.confidence > b.confidence;
  if (a.end - a.begin != b.end - b.begin) return a.end - a.begin > b.end - b.begin;
  return a.rule != b.rule ? a.rule < b.rule : a.begin < b.begin;
}

// Every match of one rule, judged.
void search_all(const Rule& rule, const RE2& pattern, std::string_view bytes, std::vector<Match>& into) {
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(pattern.NumberOfCapturingGroups()) + 1);
  const re2::StringPiece text(bytes.data(), bytes.size());
  for (std::size_t at = 0; pattern.Match(text, at, bytes.size(), RE2::UNANCHORED, groups.data(),
                                         static_cast<int>(groups.size()));) {
    const auto& whole = groups[0];
    auto secret = groups[static_cast<std::size_t>(rule.secret_group)];
    if (secret.data() == nullptr) secret = whole;
    const auto offset = [&](const char* place) { return static_cast<std::size_t>(place - bytes.data()); };
    const Pattern::Span span{offset(whole.data()), offset(whole.data() + whole.size()), offset(secret.data()),
                             offset(secret.data() + secret.size())};
    const auto judgement = judge(rule, bytes, span);
    if (span.group_end > span.group_begin) {
      into.push_back(
          {&rule, judgement.confidence, span.group_begin, span.group_end, {}, {}, judgement.kept, {}});
    }
    at = std::max(span.group_end, at + 1);
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Found& found) {
  return out << found.rule << ' ' << found.begin << '-' << found.end;
}

std::vector<Found> found_in(std::span<const Match> matches) {
  std::vector<Found> found;
  for (const auto& match : matches) found.push_back({match.rule->id, match.begin, match.end});
  return found;
}

Oracle::Oracle(std::span<const Rule> rules) : rules_(rules) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  for (const auto& rule : rules) {
    patterns_.push_back(std::make_unique<RE2>(rule.pattern->text(), options));
    if (!patterns_.back()->ok()) throw std::runtime_error(rule.id + ": " + patterns_.back()->error());
  }
}

std::vector<Match> Oracle::search(std::string_view bytes) const {
  std::vector<Match> all;
  for (std::size_t i = 0; i < rules_.size(); ++i) search_all(rules_[i], *patterns_[i], bytes, all);
  return all;
}

std::vector<Found> Oracle::matches(std::string_view bytes) const {
  auto found = found_in(search(bytes));
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Found> Oracle::operator()(std::string_view bytes) const {
  auto open = search(bytes);
  std::erase_if(open, [](const Match& match) { return !match.kept; });
  std::sort(open.begin(), open.end(), better);
  std::vector<Match> kept;
  for (const Match& match : open) {
    const auto overlaps = [&](const Match& other) {
      return other.begin < match.end && match.begin < other.end;
    };
    if (std::none_of(kept.begin(), kept.end(), overlaps)) kept.push_back(match);
  }
  std::sort(kept.begin(), kept.end(), [](const Match& a, const Match& b) { return a.begin < b.begin; });
  return found_in(kept);
}

std::string haystack(std::span<const Rule> rules, std::mt19937_64& random, unsigned parts) {
  std::string out;
  for (; parts > 0; --parts) {
    out += part(rules[random() % rules.size()], random);
    out += separator(random);
  }
  return out;
}

std::vector<Rule> tricky_rules() { return parse_rules(kTrickyRules, "tricky.toml"); }

std::vector<Rule> all_rules() {
  auto rules = built_in_rules();
  auto more = tricky_rules();
  std::move(more.begin(), more.end(), std::back_inserter(rules));
  return rules;
}

}  // namespace keysift::test
