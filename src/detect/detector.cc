#include "detect/detector.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "detect/judgement.h"

namespace keysift {
namespace {

// Bytes that the encodings in one blob may come to: what decodes to more was made to take time.
constexpr std::size_t kDecodedShare = 8;
constexpr std::size_t kDecodedLeast = std::size_t{1} << 20;

// The widest match that changes far from its keyword are looked for. Where a keyword of a wider rule is seen,
// all of a blob is new in what is made from it.
constexpr std::size_t kNarrow = 448;

// How far round a keyword of a rule text is decoded: a secret with some of it escaped is wider than a plain
// one.
constexpr std::size_t kTextBefore = 128;
constexpr std::size_t kTextWider = 3;

// Ways to write '-' and '_', one of which most keywords have.
constexpr auto kEscapedHyphen =
    std::to_array<std::string_view>({"\\u002d", "\\\\u002d", "\\x2d", "%2d", "&#45;", "&#x2d;", "=2d"});
constexpr auto kEscapedLowLine =
    std::to_array<std::string_view>({"\\u005f", "\\\\u005f", "\\x5f", "%5f", "&#95;", "&#x5f;", "=5f"});

// Whether a keyword is the beginning or another part of secrets themselves, such as "sk-proj-": that is also
// looked for encoded. One that only stands near them ("api_key", in any case) may be in any text, and so may
// a short one.
bool is_part_of_secrets(const Rule& rule, std::string_view keyword) {
  constexpr std::string_view kInSecrets =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+";
  const bool word = std::all_of(keyword.begin(), keyword.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return rule.exact_keywords && !word && keyword.size() >= 4 &&
         keyword.find_first_not_of(kInSecrets) == std::string_view::npos;
}

// The text in UTF-16, but for the zero byte at one of its ends: so it is the same whichever byte comes first.
std::string utf16_form(std::string_view text) {
  std::string form;
  for (const char c : text) form.append(form.empty() ? 0 : 1, '\0').append(1, c);
  return form;
}

// The text with every character escaped.
std::array<std::string, 4> escaped_forms(std::string_view text) {
  std::array<std::string, 4> forms;
  for (const char c : text) {
    forms[0] += "%" + hex_form({&c, 1});
    forms[1] += "\\x" + hex_form({&c, 1});
    forms[2] += "\\u00" + hex_form({&c, 1});
    forms[3] += "&#" + std::to_string(static_cast<int>(c)) + ";";
  }
  return forms;
}

// Adds a range to ranges that are in order of where their keywords end, and keeps them apart.
void add_range(std::vector<Range>& ranges, Range more) {
  while (!ranges.empty() && ranges.back().end >= more.begin) {
    more.begin = std::min(more.begin, ranges.back().begin);
    more.end = std::max(more.end, ranges.back().end);
    ranges.pop_back();
  }
  ranges.push_back(more);
}

// Where matches overlap, keeps the surest, then the longest, then the least encoded, then the one whose rule
// comes first.
void resolve_overlaps(std::vector<Match>& matches) {
  const auto in_order = [](const Match& a, const Match& b) { return a.begin < b.begin; };
  if (matches.size() > 1) {
    const auto rank = [](const Match& first, const Match& second) {
      return std::tuple(first.confidence, first.end - first.begin, second.decoded.size(), second.rule,
                        second.begin);
    };
    std::sort(matches.begin(), matches.end(),
              [&](const Match& a, const Match& b) { return rank(a, b) > rank(b, a); });
    std::map<std::size_t, std::size_t> taken;  // begin -> end
    std::erase_if(matches, [&](const Match& match) {
      const auto after = taken.lower_bound(match.begin);
      if (after != taken.end() && after->first < match.end) return true;
      if (after != taken.begin() && std::prev(after)->second > match.begin) return true;
      taken.emplace(match.begin, match.end);
      return false;
    });
  }
  std::sort(matches.begin(), matches.end(), in_order);
}

}  // namespace

// What is seen in one text, plain or decoded.
struct Detector::Layer {
  // The place of an encoded keyword.
  struct Place {
    std::size_t begin;
    Sign sign;
  };
  std::vector<std::vector<Range>> near;  // by rule: where its pattern may match, in order, apart
  std::vector<std::uint32_t> touched;    // rules with anything in `near`
  std::vector<Place> encoded;
  std::vector<Range> text;  // where to look for escapes, in order, apart
};

Detector::~Detector() = default;
Detector::Scratch::~Scratch() = default;
Detector::Scratch::Scratch(Scratch&&) noexcept = default;
Detector::Scratch::Scratch(const Detector& detector)
    : keywords_(detector.search_), layers_(detector.decode_depth_ + 1) {
  for (auto& layer : layers_) layer.near.resize(detector.rules_.size());
}

Detector::Literals Detector::literals_of(std::span<const Rule> rules, bool encoded) {
  Literals literals;
  std::unordered_set<std::string> seen;
  const auto add = [&](std::string text, bool any_case, Sign sign) {
    const bool form = sign.kind != Sign::keyword && sign.kind != Sign::name;
    if (form && !seen.insert(text).second) return;  // rules may share keywords
    literals.texts.push_back({std::move(text), any_case});
    literals.signs.push_back(sign);
  };
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    for (const auto& keyword : rules[rule].keywords) {
      const bool name = !is_part_of_secrets(rules[rule], keyword);
      add(keyword, !rules[rule].exact_keywords, {name ? Sign::name : Sign::keyword, 0, rule});
      if (name || !encoded) continue;
      const auto add_base64 = [&](std::string_view text) {
        for (auto& form : base64_forms(text))
          add(std::move(form.text), false, {Sign::base64, static_cast<std::uint8_t>(form.phase), 0});
      };
      add_base64(keyword);
      for (const auto& form : base64_forms(keyword)) add_base64(form.text);
      add_base64(utf16_form(keyword));
      add(hex_form(keyword), true, {Sign::hex, 0, 0});
      for (const auto& form : escaped_forms(keyword.substr(0, 3))) add(form, true, {Sign::escaped, 0, rule});
      const auto sign = keyword.find_first_of("-_");
      if (sign == std::string::npos || sign == 0) continue;
      const auto& escapes = keyword[sign] == '-' ? kEscapedHyphen : kEscapedLowLine;
      const auto stem = keyword.substr(0, sign);
      for (const auto escape : escapes) add(stem + std::string(escape), true, {Sign::escaped, 0, rule});
      add_base64(stem + std::string(escapes.front()));
    }
  }
  return literals;
}

Detector::Detector(std::span<const Rule> rules, DetectorOptions options)
    : Detector(rules, literals_of(rules, options.decode_depth > 0), options) {}

Detector::Detector(std::span<const Rule> rules, Literals literals, DetectorOptions options)
    : rules_(rules),
      decode_depth_(options.decode_depth),
      signs_(std::move(literals.signs)),
      search_(literals.texts, options.prepared) {}

std::span<const Match> Detector::scan(std::string_view bytes, Scratch& scratch, Range owned,
                                      std::span<const Range> fresh) const {
  scratch.matches_.clear();
  scratch.looked_closely_ = false;
  scratch.decoded_bytes_ = 0;
  scratch.decoded_limit_ = kDecodedLeast + kDecodedShare * bytes.size();
  find(bytes, fresh, 0, scratch, scratch.matches_);
  if (scratch.matches_.empty()) return {};
  resolve_overlaps(scratch.matches_);
  std::erase_if(scratch.matches_,
                [&](const Match& match) { return match.begin < owned.begin || match.begin >= owned.end; });
  return scratch.matches_;
}

void Detector::find(std::string_view bytes, std::span<const Range> fresh, unsigned depth, Scratch& scratch,
                    std::vector<Match>& matches) const {
  auto& layer = scratch.layers_[depth];
  if (fresh.empty()) {
    find_keywords(bytes, {0, bytes.size()}, layer, scratch);
  } else {
    find_keywords_near(bytes, fresh, layer, scratch);
  }
  if (!layer.touched.empty()) match_patterns(bytes, layer, scratch, matches);
  find_encoded(bytes, depth, scratch, matches);
}

// A match that touches no fresh byte and spans no seam was there when its part was handed on before.
void Detector::find_keywords_near(std::string_view bytes, std::span<const Range> fresh, Layer& layer,
                                  Scratch& scratch) const {
  const auto reach = this->reach();
  Range window{0, 0};
  for (const auto& range : fresh) {
    const auto begin = range.begin - std::min(range.begin, reach);
    if (begin > window.end) {
      find_keywords(bytes, window, layer, scratch);
      window.begin = begin;
    }
    window.end = std::min(bytes.size(), range.end + std::min(bytes.size(), reach));
  }
  find_keywords(bytes, window, layer, scratch);
}

void Detector::find_keywords(std::string_view bytes, Range window, Layer& layer, Scratch& scratch) const {
  search_.find(bytes, window, scratch.keywords_, [&](unsigned literal, std::size_t begin, std::size_t end) {
    note(bytes, signs_[literal], begin, end, layer, scratch);
  });
}

void Detector::note(std::string_view bytes, const Sign& sign, std::size_t begin, std::size_t end,
                    Layer& layer, Scratch& scratch) const {
  if (sign.kind == Sign::base64 || sign.kind == Sign::hex) {
    layer.encoded.push_back({begin, sign});
    scratch.looked_closely_ = true;
    return;
  }
  const auto width = this->width(sign.rule);
  const auto wider = kTextWider * std::min(width, kNarrow);
  if (sign.kind != Sign::name)
    add_range(layer.text, {begin - std::min(begin, kTextBefore), std::min(bytes.size(), end + wider)});
  if (sign.kind == Sign::escaped) return;
  if (width > kNarrow) scratch.looked_closely_ = true;
  auto& near = layer.near[sign.rule];
  if (near.empty()) layer.touched.push_back(sign.rule);
  add_range(near, {end > width ? end - width : 0, std::min(bytes.size(), begin + width)});
}

void Detector::match_patterns(std::string_view bytes, Layer& layer, Scratch& scratch,
                              std::vector<Match>& matches) const {
  for (const auto index : layer.touched) {
    const auto& rule = rules_[index];
    for (const auto& near : layer.near[index]) {
      for (auto from = near.begin; from < near.end;) {
        const auto match = rule.pattern->search(bytes, from, near.end, rule.secret_group);
        if (!match) break;
        scratch.looked_closely_ = true;
        const auto judgement = judge(rule, bytes, *match);
        if (judgement.kept && match->end - match->begin <= kMaxMatchWidth) {
          const auto secret = bytes.substr(match->group_begin, match->group_end - match->group_begin);
          matches.push_back(
              {&rule, judgement.confidence, match->group_begin, match->group_end, std::string(secret), {}});
        }
        from = std::max(match->group_end, from + 1);
      }
    }
    layer.near[index].clear();
  }
  layer.touched.clear();
}

void Detector::find_encoded(std::string_view bytes, unsigned depth, Scratch& scratch,
                            std::vector<Match>& matches) const {
  auto& layer = scratch.layers_[depth];
  const auto encoded = std::exchange(layer.encoded, {});
  const auto text = std::exchange(layer.text, {});
  if (depth == decode_depth_) return;
  std::array<std::size_t, 5> done{};  // how far has been decoded: base64 by phase, then hex
  for (const auto& [at, sign] : encoded) {
    auto& end = done[sign.kind == Sign::hex ? 4 : sign.phase];
    if (at < end) continue;
    const auto decoded =
        sign.kind == Sign::base64 ? decode_base64(bytes, at, sign.phase) : decode_hex(bytes, at);
    if (!decoded.from.empty()) end = decoded.from.back().end;
    find_in(decoded, depth, scratch, matches);
  }
  for (const auto& stretch : text) {
    for (const auto& decoded : decode_text(bytes, stretch)) find_in(decoded, depth, scratch, matches);
  }
  if (const auto decoded = decode_utf16(bytes)) {
    scratch.looked_closely_ = true;
    find_in(*decoded, depth, scratch, matches);
  }
}

// Searches what was decoded. What is found stands, encoded, where it was decoded from.
void Detector::find_in(const Decoded& decoded, unsigned depth, Scratch& scratch,
                       std::vector<Match>& matches) const {
  scratch.decoded_bytes_ += decoded.bytes.size();
  if (scratch.decoded_bytes_ > scratch.decoded_limit_) return;
  std::vector<Match> found;
  find(decoded.bytes, {}, depth + 1, scratch, found);
  for (auto& match : found) {
    match.begin = decoded.from[match.begin].begin;
    match.end = decoded.from[match.end - 1].end;
    match.decoded.insert(match.decoded.begin(), decoded.encoding);
    matches.push_back(std::move(match));
  }
}

std::size_t Detector::width(std::size_t rule) const {
  return std::min(rules_[rule].pattern->max_width(), kMaxMatchWidth);
}

// A match and the byte on each side that `\b` or `$` may ask about.
std::size_t Detector::reach() const {
  std::call_once(reach_once_, [this] {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
      if (width(rule) <= kNarrow) reach_ = std::max(reach_, width(rule) + 1);
    }
  });
  return reach_;
}

}  // namespace keysift
