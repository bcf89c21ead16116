#include "detect/detector.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "detect/encoded_runs.h"
#include "detect/joint.h"
#include "detect/judgement.h"
#include "detect/layer.h"
#include "detect/overlap.h"
#include "detect/required.h"
#include "detect/rule_matches.h"

namespace keysift {
namespace {

// The widest match that is looked for near its keyword only, of a rule of gitleaks; and as wide as any is
// held to be where text is decoded round a keyword.
constexpr std::size_t kNarrow = 448;

// How far round a keyword of a rule text is decoded: a secret with some of it escaped is wider than a plain
// one.
constexpr std::size_t kTextBefore = 128;
constexpr std::size_t kTextWider = 3;

// How far from what is new encoded text is looked for, if it goes on so far: where that is text now, or ends
// to be.
constexpr std::size_t kEncodedReach = 2 * kShortestEncodedRun;

// "task-": what begins here is not the beginning of a secret, unless an escape ends before it. Any mark of
// one counts: there may be several encodings in each other, and only the judgement of the innermost is exact.
bool is_within_word(std::string_view bytes, std::size_t begin) {
  const auto before = bytes.substr(begin - std::min<std::size_t>(begin, 6), std::min<std::size_t>(begin, 6));
  return !before.empty() && before.back() >= 'a' && before.back() <= 'z' &&
         before.find_first_of("\\%[") == std::string_view::npos;
}

// Whether, of base64 that was decoded, a group of four digits, which are three bytes, begins at `at`.
bool begins_group(const std::vector<Range>& from, std::size_t at) {
  const auto place = std::lower_bound(
      from.begin(), from.end(), at, [](const Range& part, std::size_t begin) { return part.begin < begin; });
  return place != from.end() && place->begin == at && (place - from.begin()) % 3 == 0;
}

// Bytes of a character of UTF-8, at most.
constexpr std::size_t kWidestCharacter = 4;

// Whether the line of a match decides whether it is kept.
bool looks_at_line(const Rule& rule) {
  return std::any_of(rule.allowlists.begin(), rule.allowlists.end(), [](const Allowlist& list) {
    return list.target == AllowTarget::line && !list.regexes.empty();
  });
}

Range widened(Range range, std::size_t by) {
  return {range.begin - std::min(range.begin, by), range.end + by};
}

// What of the lines of a match is looked at, with it. gitleaks looks at all.
Range with_lines(const Rule& rule, std::string_view bytes, Range range) {
  if (rule.judge == Judge::keysift) return widened(range, std::max(kLineBefore, kLineAfter));
  const auto line = line_of(bytes, range.begin, range.end);
  const auto begin = static_cast<std::size_t>(line.data() - bytes.data());
  return {std::min(range.begin, begin), std::max(range.end, begin + line.size())};
}

}  // namespace

Detector::~Detector() = default;
Detector::Scratch::~Scratch() = default;
Detector::Scratch::Scratch(Scratch&&) noexcept = default;
Detector::Scratch::Scratch(const Detector& detector)
    : keywords_(detector.search_), layers_(detector.decode_depth_ + 1, Layer(detector.rules_.size())) {
  if (detector.profile_) costs_.emplace(detector.rules_.size(), detector.literals_.texts().size());
}

Detector::Detector(std::span<const Rule> rules, DetectorOptions options)
    : rules_(rules),
      decode_depth_(options.decode_depth),
      explain_(options.explain),
      profile_(options.profile),
      least_(options.least),
      most_matches_(options.matches),
      decode_ratio_(options.decode_ratio),
      literals_(rules, decode_depth_ > 0),
      search_(literals_.texts(), options.prepared),
      needed_(std::make_unique<Needed[]>(rules.size())) {
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule)
    if (rules[rule].keywords.empty() && rules[rule].pattern) everywhere_.push_back(rule);
}

std::span<const Match> Detector::scan(std::string_view bytes, Scratch& scratch, Range owned,
                                      Fresh fresh) const {
  scratch.matches_.clear();
  scratch.notes_.start(bytes.size(), !fresh.is_last);
  scratch.decoding_.start(bytes.size(), decode_ratio_);
  scratch.beyond_.clear();
  scratch.packed_.clear();
  find(bytes, fresh, 0, scratch, scratch.matches_);
  scratch.notes_.set_found(!scratch.matches_.empty());
  if (scratch.matches_.empty()) return {};
  drop_lonely(bytes, rules_, most_matches_, scratch.matches_);
  resolve_overlaps(scratch.matches_);
  drop_generic(bytes, scratch.matches_);
  std::erase_if(scratch.matches_, [&](const Match& match) {
    return match.begin < owned.begin || match.begin >= owned.end || !(match.kept || explain_) ||
           !match.rule->reported;
  });
  return scratch.matches_;
}

void Detector::find(std::string_view bytes, const Fresh& fresh, unsigned depth, Scratch& scratch,
                    std::vector<Match>& matches) const {
  auto& layer = scratch.layers_[depth];
  layer.start();
  const auto* before = fresh.known();
  if (before != nullptr && before->characters) layer.characters = characters_of(bytes, fresh);
  // What a pattern means changes with the unit, everywhere.
  const auto same_unit = [&] {
    return !before->characters || unit_of(*before->characters) == layer.unit(bytes);
  };
  const bool known = before != nullptr && same_unit();
  if (!known || !find_keywords_near(bytes, fresh, layer, scratch)) find_keywords(bytes, layer, scratch);
  for (const auto rule : everywhere_) note_without_keyword(bytes, rule, layer, scratch);
  if (!layer.touched.empty()) match_patterns(bytes, layer, scratch, matches);
  scratch.notes_.set_characters(layer.characters);
  find_encoded(bytes, depth, scratch, matches);
}

void Detector::find_keywords(std::string_view bytes, Layer& layer, Scratch& scratch) const {
  search_.find(bytes, scratch.keywords_, [&](unsigned literal, std::size_t begin, std::size_t end) {
    note(bytes, literal, begin, end, layer, scratch);
  });
  if (decode_depth_ > 0) find_encoded_runs(bytes, layer.encoded);
}

// What touches no fresh byte and spans no seam was there when its part was handed on before. So few bytes
// round each change need a search for literals: as many as a literal has, and the whole of what may be
// encoded. Those that were noted before are known; they matter again where a change is within their reach.
// False: there are too many, and none was noted. (To search as far round each change as any reaches was two
// fifths of what was searched in git's history.)
bool Detector::find_keywords_near(std::string_view bytes, const Fresh& fresh, Layer& layer,
                                  Scratch& scratch) const {
  const auto reach = std::max(search_.longest(), NeededLiterals::kLongest);
  auto& gathered = scratch.gathered_;
  gathered.gather(bytes, fresh.ranges, reach, kEncodedReach - std::min(kEncodedReach, reach));
  for (const auto& rule : fresh.reach->everywhere) note_again(bytes, rule, layer, scratch);
  const auto most = scratch.notes_.most();
  auto& found = scratch.fresh_;
  found.clear();
  search_.find(gathered.text(), scratch.keywords_, [&](unsigned literal, std::size_t begin, std::size_t end) {
    const auto& sign = literals_.sign(literal);
    if (sign.kind == Sign::name && scratch.reach().is_everywhere(sign.index)) return;
    const auto source = found.size() <= most ? gathered.source({begin, end}) : std::nullopt;
    if (source) found.push_back({noted_at(literal, *source), true});
  });
  if (found.size() > most || !carry(fresh, bytes.size(), most, scratch.carried_)) return false;
  note_all(bytes, layer, scratch);
  if (decode_depth_ == 0) return true;
  find_encoded_runs(gathered.text(), layer.encoded);
  for (auto& run : layer.encoded) run.at = gathered.source({run.at, run.at})->begin;
  return true;
}

// Notes what was found round changes and what was known before, in order. What stands near a change is both,
// and may be too far from it to matter.
void Detector::note_all(std::string_view bytes, Layer& layer, Scratch& scratch) const {
  const auto is_before = [](const Noted& a, const Noted& b) {
    return std::tie(a.end, a.literal) < std::tie(b.end, b.literal);
  };
  auto& carried = scratch.carried_;
  auto& found = scratch.fresh_;
  for (auto* some : {&carried, &found})
    if (!std::is_sorted(some->begin(), some->end(), is_before))
      std::sort(some->begin(), some->end(), is_before);
  auto& all = scratch.literals_;
  all.clear();
  std::set_union(carried.begin(), carried.end(), found.begin(), found.end(), std::back_inserter(all),
                 is_before);
  for (const auto& each : all) {
    if (each.is_near) {
      note(bytes, each.literal, each.begin, each.end, layer, scratch);
    } else {
      scratch.notes_.add(each);
    }
  }
}

// False: that is more than may be decoded.
bool Detector::Scratch::count_decoded(std::size_t bytes) {
  const bool may_be = decoding_.count(bytes);
  if (!may_be) note_limit(Cause::decode_ratio);
  return may_be;
}

void Detector::Scratch::note_limit(Cause limit) {
  if (std::find(beyond_.begin(), beyond_.end(), limit) == beyond_.end()) beyond_.push_back(limit);
}

void Detector::note(std::string_view bytes, unsigned literal, std::size_t begin, std::size_t end,
                    Layer& layer, Scratch& scratch) const {
  if (scratch.costs_) scratch.costs_->note_seen(literal);
  const auto& sign = literals_.sign(literal);
  const auto add_text = [&](std::size_t before, std::size_t after) {
    add_range(layer.text, {begin - std::min(begin, before), std::min(bytes.size(), end + after)});
  };
  switch (sign.kind) {
    case Sign::utf16:
      layer.utf16.push_back(begin);
      return;
    case Sign::packed:
      layer.packed.push_back(begin);
      return;
    case Sign::escaped:
    case Sign::cut:
      if (!literals_.makes_keyword(sign, bytes, begin, end)) {
        // What is put together may change further off than what is near a change is searched.
        if (sign.kind == Sign::cut && scratch.decoding_.is_plain())
          scratch.notes_.add(noted_at(literal, {begin, end}, kWidestJoint));
        return;
      }
      layer.escaped = layer.escaped || sign.kind == Sign::escaped;
      scratch.notes_.add(noted_at(literal, {begin, end}));
      add_text(kTextWider * kNarrow, kTextWider * kNarrow);
      return;
    case Sign::common:
      if (is_within_word(bytes, begin)) return;  // so what begins here is not held to be a secret
      [[fallthrough]];
    case Sign::keyword:
      add_text(kTextBefore, kTextWider * std::min(width(sign.index), kNarrow));
      break;
    case Sign::name:
      break;
  }
  if (rules_[sign.index].judge == Judge::gitleaks)
    return note_for_gitleaks(bytes, literal, {begin, end}, layer, scratch);
  const auto width = this->width(sign.index);
  scratch.notes_.add(noted_at(literal, {begin, end}, width + kJudgedRound));
  const auto& rule = rules_[sign.index];
  const auto& beginning = rule.pattern->beginning(rule.keywords, rule.exact_keywords);
  if (beginning.is_known()) {
    const Range begins{begin - std::min(begin, beginning.before), begin + 1};
    if (beginning.may_be_in(bytes, begins.begin, begins.end)) layer.look_in(sign.index, begins, true);
  } else {
    layer.look_in(sign.index, {end > width ? end - width : 0, std::min(bytes.size(), begin + width)});
  }
}

// gitleaks searches a whole file if a keyword is in it, so that matches may be far from that. Nearly all
// patterns have a keyword in each of their matches, and need a search near keywords only.
void Detector::note_for_gitleaks(std::string_view bytes, unsigned literal, Range keyword, Layer& layer,
                                 Scratch& scratch) const {
  const auto rule = literals_.sign(literal).index;
  if (scratch.reach().is_everywhere(rule)) return;
  const auto& extent = rules_[rule].pattern->extent(rules_[rule].keywords);
  if (std::max(extent.before, extent.after) > kNarrow) return note_everywhere(bytes, rule, layer, scratch);
  const bool by_bytes = layer.unit(bytes) == Unit::byte;
  const std::size_t unit = by_bytes ? 1 : kWidestCharacter;
  const auto before = unit * extent.before;
  const auto after = unit * extent.after;
  Range range{keyword.end - std::min(keyword.end, before), std::min(bytes.size(), keyword.begin + after)};
  scratch.notes_.add(noted_at(literal, keyword, std::max(before, after) + kJudgedRound));
  if (layer.is_decided(rule, bytes)) return;
  const auto& pattern = *rules_[rule].pattern;
  if (by_bytes && !pattern.may_begin_round(bytes, keyword.begin)) return;
  if (layer.has_long_run(bytes, rule, range, extent.runs))
    return note_everywhere(bytes, rule, layer, scratch);
  if (by_bytes && !pattern.may_match_round(bytes, keyword.begin)) return;
  layer.look_in(rule, range);
}

// A rule of ours that has none is for small files that hold nothing else.
void Detector::note_without_keyword(std::string_view bytes, std::uint32_t rule, Layer& layer,
                                    Scratch& scratch) const {
  if (rules_[rule].judge == Judge::gitleaks) return note_everywhere(bytes, rule, layer, scratch);
  if (!bytes.empty() && bytes.size() <= width(rule)) layer.look_in(rule, {0, bytes.size()});
}

void Detector::note_everywhere(std::string_view bytes, std::uint32_t rule, Layer& layer,
                               Scratch& scratch) const {
  if (layer.is_decided(rule, bytes)) return;
  auto& [needed, own] = this->needed(rule, scratch);
  look_everywhere(bytes, {rule, needed.present_in(bytes, own)}, layer, scratch);
}

// A rule that could not match before can only do so now if what it needs is near a change.
void Detector::note_again(std::string_view bytes, Reach::Everywhere known, Layer& layer,
                          Scratch& scratch) const {
  auto& [needed, own] = this->needed(known.rule, scratch);
  if (!needed.suffice(known.present, own)) known.present |= needed.present_in(scratch.gathered_.text(), own);
  if (needed.suffice(known.present, own) && !needed.knows_places())
    known.present = needed.present_in(bytes, own);
  look_everywhere(bytes, known, layer, scratch);
}

// Looks for a rule wherever what is present lets it match.
void Detector::look_everywhere(std::string_view bytes, Reach::Everywhere known, Layer& layer,
                               Scratch& scratch) const {
  auto& [needed, own] = this->needed(known.rule, scratch);
  if (!rules_[known.rule].keywords.empty()) scratch.notes_.add_everywhere(known);
  layer.decide(known.rule, needed.suffice(known.present, own) ? needed.places_in(bytes, own) : Places());
}

// What a rule needs is found out where it is first asked for.
Detector::Needs& Detector::needed(std::uint32_t rule, Scratch& scratch) const {
  const auto known = scratch.needed_.find(rule);
  if (known != scratch.needed_.end()) return known->second;
  auto& own = needed_[rule];
  std::call_once(own.once, [&] { own.literals = std::make_unique<NeededLiterals>(rules_[rule]); });
  return scratch.needed_.emplace(rule, Needs{*own.literals, own.literals->scratch()}).first->second;
}

void Detector::add_judged(Match match, std::array<std::uint64_t, 3>& counts, Scratch& scratch,
                          std::vector<Match>& matches) const {
  if (match.secret.empty() || !(match.kept || explain_)) return;
  if (counts.at(static_cast<std::size_t>(match.confidence))++ >= most_matches_) {
    if (match.kept && match.confidence >= least_) scratch.note_limit(Cause::matches);
    return;
  }
  matches.push_back(std::move(match));
}

void Detector::match_patterns(std::string_view bytes, Layer& layer, Scratch& scratch,
                              std::vector<Match>& matches) const {
  for (const auto rule : layer.touched) {
    const auto before = matches.size();
    const auto unit = rules_[rule].judge == Judge::gitleaks ? layer.unit(bytes) : Unit::byte;
    const auto match = [&] { return match_pattern(rule, bytes, layer, unit, scratch, matches); };
    const auto found = scratch.costs_ ? scratch.costs_->measure(rule, layer.near[rule], match) : match();
    // What was dropped for its own sake is looked at again where something near it changes.
    const bool elsewhere = found > 0 && !rules_[rule].required.empty();
    if (matches.size() > before || elsewhere) scratch.notes_.extend({}, {}, of_rule(rule));
    layer.near[rule].clear();
  }
  layer.touched.clear();
}

// How wide a match of a rule near a keyword is at most.
std::size_t Detector::farthest(std::size_t rule, Unit unit) const {
  if (rules_[rule].judge != Judge::gitleaks) return width(rule);
  const auto& extent = rules_[rule].pattern->extent(rules_[rule].keywords);
  const auto width = std::min(extent.before, kMaxMatchWidth) + std::min(extent.after, kMaxMatchWidth);
  return unit == Unit::byte ? width : kWidestCharacter * width;
}

// Returns how many matches there were, whatever became of them. Which there are where matches could overlap
// depends on the first of them: the literals round a match, and round others so near that they have some in
// common, are looked at again together, where a change is near any of them or in the line of one.
std::size_t Detector::match_pattern(std::uint32_t index, std::string_view bytes, const Layer& layer,
                                    Unit unit, Scratch& scratch, std::vector<Match>& matches) const {
  const auto& near = layer.near[index];
  std::size_t found = 0;
  std::array<std::uint64_t, 3> counts{};  // by confidence: what is doubtful pushes nothing else out
  const auto& rule = rules_[index];
  const bool by_line = looks_at_line(rule);
  // What stands in decoded text as it did in the encoded one was found there. To tell the secret in it, and
  // to judge it, was a third of a scan of a history full of keys.
  const bool was_searched = layer.decoded != nullptr && rule.judge == Judge::keysift;
  const auto width = farthest(index, unit);
  RuleMatches all(rule, bytes, rule.judge == Judge::gitleaks ? bytes.size() : width, unit);
  Range together{0, 0};
  Range changes{0, 0};
  const auto add_together = [&] {
    if (together.end > 0)
      scratch.notes_.extend(together, widened(changes, width + kJudgedRound), of_rule(index));
  };
  std::size_t done = 0;
  for (const auto& range : near.ranges) {
    for (auto from = std::max(range.begin, done); from < range.end; ++found) {
      if (was_searched) {
        const auto whole = all.next({from, range.end}, near.beginning, 0);
        if (!whole) break;
        if (layer.decoded->is_copied(layer.encoded_text, {whole->begin, whole->end})) {
          // What ends it may be what another one begins with.
          done = from = std::max(from + 1, whole->end - 1);
          continue;
        }
      }
      const auto match = all.next({from, range.end}, near.beginning, judged_group(rule));
      if (!match) break;
      add_judged(judged(rule, bytes, *match, unit), counts, scratch, matches);
      const auto round = widened({match->begin, match->end}, width);
      if (round.begin > together.end) {
        add_together();
        together = changes = round;
      }
      together.end = std::max(together.end, round.end);
      changes.end = std::max(changes.end, round.end);
      if (by_line) {
        const auto lines = with_lines(rule, bytes, {match->begin, match->end});
        changes = {std::min(changes.begin, lines.begin), std::max(changes.end, lines.end)};
      }
      done = from = std::max(match->group_end, from + 1);
    }
  }
  add_together();
  return found;
}

void Detector::add_costs(const Scratch& scratch, Profile& profile) const {
  if (scratch.costs_) scratch.costs_->add_to(profile, literals_);
}

void Detector::find_encoded(std::string_view bytes, unsigned depth, Scratch& scratch,
                            std::vector<Match>& matches) const {
  auto& layer = scratch.layers_[depth];
  const auto encoded = std::exchange(layer.encoded, {});
  const auto utf16 = std::exchange(layer.utf16, {});
  auto packed = std::exchange(layer.packed, {});
  const auto text = std::exchange(layer.text, {});
  const bool escaped = std::exchange(layer.escaped, false);
  if (depth == decode_depth_) {
    if (scratch.decoding_.is_nested(!encoded.empty() || !utf16.empty(), escaped))
      scratch.note_limit(Cause::decode_depth);
    return;
  }
  const auto wide = decode_utf16(bytes);
  std::array<std::vector<Range>, 4> groups{};  // what has been decoded of base64 last, aligned in each way
  std::array<std::size_t, 3> done{};           // how far has been decoded: hex by alignment, UTF-16
  const auto search = [&](const Decoded& decoded) {
    if (!find_in(bytes, decoded, depth, scratch, matches).is_none()) scratch.notes_.set_anywhere();
  };
  const auto decode_at = [&](std::size_t at, std::size_t& end, auto&& decode) {
    if (at < end) return;
    const auto decoded = decode(bytes, at);
    if (decoded.from.empty()) return;
    end = decoded.from.back().end;
    search(decoded);
  };
  // Lines, and pieces that are put together, may be as long as they like: bytes tell no alignment.
  const auto decode_base64_at = [&](std::size_t at) {
    if (std::any_of(groups.begin(), groups.end(), [&](const auto& from) { return begins_group(from, at); }))
      return;
    auto decoded = decode_base64(bytes, at);
    if (decoded.from.empty()) return;
    search(decoded);
    std::move_backward(groups.begin(), groups.end() - 1, groups.end());
    groups.front() = std::move(decoded.from);
  };
  for (auto& each : packed_at(bytes, std::move(packed))) {
    scratch.notes_.set_anywhere();
    if (scratch.count_decoded(each.bytes.size())) scratch.packed_.push_back(std::move(each));
  }
  for (const auto& [at, hex] : encoded) hex ? decode_at(at, done[at % 2], decode_hex) : decode_base64_at(at);
  for (const auto at : wide ? std::vector<std::size_t>() : utf16)
    decode_at(at, done.back(), [](auto all, auto place) { return decode_utf16(all, place); });
  for (const auto& stretch : text) {
    for (const auto& decoded : decode_text(bytes, stretch)) {
      const auto inside = find_in(bytes, decoded, depth, scratch, matches);
      const auto is_round_text = [&](std::uint32_t literal) {
        return literals_.sign(literal).kind != Sign::name;
      };
      if (!inside.is_none())
        scratch.notes_.extend(stretch, inside.anywhere || inside.found ? Range() : stretch, is_round_text);
    }
  }
  if (wide) search(*wide);
  if (const auto runs = decode_runs(bytes)) search(*runs);
}

// Searches what was decoded. What is found stands, encoded, where it was decoded from. Returns what that says
// of the decoded text.
Reach Detector::find_in(std::string_view bytes, const Decoded& decoded, unsigned depth, Scratch& scratch,
                        std::vector<Match>& matches) const {
  if (!scratch.count_decoded(decoded.bytes.size())) return {};
  std::vector<Match> found;
  auto outer = scratch.notes_.begin_inner();
  scratch.decoding_.enter(decoded.encoding);
  scratch.layers_[depth + 1].decoded = &decoded;
  scratch.layers_[depth + 1].encoded_text = bytes;
  const auto packed_before = scratch.packed_.size();
  find(decoded.bytes, {}, depth + 1, scratch, found);
  move_out(std::span(scratch.packed_).subspan(packed_before), decoded);
  scratch.decoding_.leave();
  auto inside = scratch.notes_.end_inner(std::move(outer));
  inside.found = !found.empty();
  for (auto& match : found) {
    match.begin = decoded.from[match.begin].begin;
    match.end = decoded.from[match.end - 1].end;
    match.decoded.insert(match.decoded.begin(), decoded.encoding);
    matches.push_back(std::move(match));
  }
  return inside;
}

std::size_t Detector::width(std::size_t rule) const {
  return std::min(rules_[rule].pattern->max_width(), kMaxMatchWidth);
}

}  // namespace keysift
