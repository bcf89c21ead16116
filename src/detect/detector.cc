#include "detect/detector.h"

#include <hs.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <tuple>

#include "base/failure.h"
#include "detect/judgement.h"

namespace keysift {
namespace {

// hs_scan takes a 32-bit length.
constexpr std::size_t kMaxKeywordScan = std::size_t{1} << 30;

struct KeywordList {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
};

hs_database_t* compile(const KeywordList& list) {
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const auto count = static_cast<unsigned>(list.texts.size());
  if (hs_compile_lit_multi(list.texts.data(), list.flags.data(), list.ids.data(), list.lengths.data(), count,
                           HS_MODE_BLOCK, nullptr, &database, &error) == HS_SUCCESS) {
    return database;
  }
  const std::string message = error == nullptr ? "out of memory" : error->message;
  hs_free_compile_error(error);
  throw Failure("the keywords of the rules cannot be compiled: " + message);
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

// Where matches overlap, keeps the surest, then the longest, then the one whose rule comes first.
void resolve_overlaps(std::vector<Match>& matches) {
  const auto in_order = [](const Match& a, const Match& b) { return a.begin < b.begin; };
  if (matches.size() > 1) {
    std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
      return std::tuple(b.rule->confidence, b.end - b.begin, a.rule, a.begin) <
             std::tuple(a.rule->confidence, a.end - a.begin, b.rule, b.begin);
    });
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

void Detector::FreeDatabase::operator()(hs_database* database) const { hs_free_database(database); }
void Detector::Scratch::FreeScratch::operator()(hs_scratch* scratch) const { hs_free_scratch(scratch); }
Detector::~Detector() = default;
Detector::Scratch::~Scratch() = default;
Detector::Scratch::Scratch(Scratch&&) noexcept = default;

Detector::Detector(std::span<const Rule> rules) : rules_(rules) {
  if (hs_valid_platform() != HS_SUCCESS) {
    throw Failure(
        "this processor lacks the vector instructions that the keyword search needs (SSE4.2 or later)");
  }
  KeywordList list;
  for (std::uint32_t index = 0; index < rules.size(); ++index) {
    for (const auto& keyword : rules[index].keywords) {
      list.texts.push_back(keyword.data());
      list.lengths.push_back(keyword.size());
      list.flags.push_back(HS_FLAG_CASELESS);
      list.ids.push_back(static_cast<unsigned>(keywords_.size()));
      keywords_.push_back({index, static_cast<std::uint32_t>(keyword.size())});
    }
  }
  if (!keywords_.empty()) database_.reset(compile(list));
}

Detector::Scratch::Scratch(const Detector& detector) : near_(detector.rules_.size()) {
  if (!detector.database_) return;
  hs_scratch_t* scratch = nullptr;
  if (hs_alloc_scratch(detector.database_.get(), &scratch) != HS_SUCCESS) throw std::bad_alloc();
  keywords_.reset(scratch);
}

std::span<const Match> Detector::scan(std::string_view bytes, Scratch& scratch, Range owned,
                                      std::span<const Range> fresh) const {
  scratch.matches_.clear();
  scratch.looked_closely_ = false;
  if (!database_) return {};
  if (fresh.empty()) {
    find_keywords(bytes, {0, bytes.size()}, scratch);
  } else {
    find_keywords_near(bytes, fresh, scratch);
  }
  if (scratch.touched_.empty()) return {};
  match_patterns(bytes, scratch);
  if (scratch.matches_.empty()) return {};
  resolve_overlaps(scratch.matches_);
  std::erase_if(scratch.matches_,
                [&](const Match& match) { return match.begin < owned.begin || match.begin >= owned.end; });
  return scratch.matches_;
}

// A match that touches no fresh byte and spans no seam was there when its part was handed on before.
void Detector::find_keywords_near(std::string_view bytes, std::span<const Range> fresh,
                                  Scratch& scratch) const {
  const auto reach = this->reach();
  Range window{0, 0};
  for (const auto& range : fresh) {
    const auto begin = range.begin - std::min(range.begin, reach);
    if (begin > window.end) {
      find_keywords(bytes, window, scratch);
      window.begin = begin;
    }
    window.end = std::min(bytes.size(), range.end + std::min(bytes.size(), reach));
  }
  find_keywords(bytes, window, scratch);
}

void Detector::find_keywords(std::string_view bytes, Range window, Scratch& scratch) const {
  struct Context {
    const Detector& detector;
    Scratch& scratch;
    std::size_t base;
    std::size_t size;
  } context{*this, scratch, 0, bytes.size()};
  const auto on_keyword = [](unsigned id, unsigned long long, unsigned long long to, unsigned, void* raw) {
    const auto& [detector, into, base, size] = *static_cast<Context*>(raw);
    const auto& keyword = detector.keywords_[id];
    const auto width = detector.width(keyword.rule);
    const std::size_t end = base + to;
    const auto begin = end - keyword.length;
    auto& near = into.near_[keyword.rule];
    if (near.empty()) into.touched_.push_back(keyword.rule);
    add_range(near, {end > width ? end - width : 0, std::min(size, begin + width)});
    return 0;
  };
  for (auto base = window.begin; base < window.end; base += kMaxKeywordScan - kMaxMatchWidth) {
    context.base = base;
    const auto length = std::min(window.end - base, kMaxKeywordScan);
    if (hs_scan(database_.get(), bytes.data() + base, static_cast<unsigned>(length), 0,
                scratch.keywords_.get(), on_keyword, &context) != HS_SUCCESS) {
      throw std::bad_alloc();
    }
  }
}

void Detector::match_patterns(std::string_view bytes, Scratch& scratch) const {
  for (const auto index : scratch.touched_) {
    const auto& rule = rules_[index];
    for (const auto& near : scratch.near_[index]) {
      for (auto from = near.begin; from < near.end;) {
        const auto match = rule.pattern->search(bytes, from, near.end, rule.secret_group);
        if (!match) break;
        scratch.looked_closely_ = true;
        if (match->end - match->begin <= kMaxMatchWidth && is_credible(rule, bytes, *match)) {
          scratch.matches_.push_back({&rule, match->group_begin, match->group_end});
        }
        from = std::max(match->end, from + 1);
      }
    }
    scratch.near_[index].clear();
  }
  scratch.touched_.clear();
}

std::size_t Detector::width(std::size_t rule) const {
  return std::min(rules_[rule].pattern->max_width(), kMaxMatchWidth);
}

// A match and the byte on each side that `\b` or `$` may ask about.
std::size_t Detector::reach() const {
  std::call_once(reach_once_, [this] {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) reach_ = std::max(reach_, width(rule) + 1);
  });
  return reach_;
}

}  // namespace keysift
