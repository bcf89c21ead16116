#include "rule/beginning.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "rule/pattern_parts.h"

namespace keysift {
namespace {

// The most bytes before a keyword: at each that may begin a match one is tried. More where few bytes can.
constexpr std::size_t kMostBefore = 2;
constexpr std::size_t kMostBeforeIfFew = 48;
constexpr std::size_t kFew = 2;

// What a pattern may be, so that it is looked at.
constexpr unsigned kMostSteps = 20'000;
constexpr unsigned kDeepest = 4'000;

// A pattern, as far as it says which bytes a match may consist of.
struct Node {
  enum Kind : std::uint8_t { bytes, sequence, choice, repeat } kind = sequence;
  std::bitset<256> set = {};     // bytes: one of these
  std::vector<Node> parts = {};  // repeat: one, so many times
  std::size_t least = 0;
  std::size_t most = 0;
};

std::optional<Node> node_of(std::string_view pattern, bool any_case);

// Group, one character, or what has no width.
std::optional<Node> atom_of(std::string_view text, bool any_case) {
  constexpr std::string_view kNoWidth[] = {"^", "$", "\\b", "\\B", "\\A", "\\z"};
  if (std::find(std::begin(kNoWidth), std::end(kNoWidth), text) != std::end(kNoWidth)) return Node();
  if (!text.starts_with('(')) {
    const auto set = bytes_of(std::string(text), any_case ? "(?is)" : "(?s)");
    if (!set) return std::nullopt;
    return Node{Node::bytes, *set};
  }
  if (!text.ends_with(')')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (text.starts_with('?')) {
    const bool named = text.starts_with("?P<") || text.starts_with("?<");
    const auto end = text.find(named ? '>' : ':');
    if (end == std::string_view::npos) return std::nullopt;
    const auto flags = text.substr(0, end);
    if (flags.find('-') != std::string_view::npos) return std::nullopt;
    any_case = any_case || (!named && flags.find('i') != std::string_view::npos);
    text.remove_prefix(end + 1);
  }
  return node_of(text, any_case);
}

// An atom, and how often it is repeated.
std::optional<Node> part_of(std::string_view text, bool any_case) {
  const auto [one, least, most] = repeated(text);
  auto atom = atom_of(one, any_case);
  if (!atom || one == text) return atom;
  return Node{Node::repeat, {}, {std::move(*atom)}, least, most};
}

std::optional<Node> node_of(std::string_view pattern, bool any_case) {
  const PatternParts parts(pattern);
  if (!parts.known()) return std::nullopt;
  const auto choices = parts.choices();
  if (!parts.flags().empty() && (parts.flags() != "(?i)" || choices.size() > 1)) return std::nullopt;
  any_case = any_case || !parts.flags().empty();
  Node node{choices.size() > 1 ? Node::choice : Node::sequence};
  const auto add = [&](std::optional<Node> part) {
    if (part) node.parts.push_back(std::move(*part));
    return part.has_value();
  };
  const bool all = choices.size() > 1
                       ? std::all_of(choices.begin(), choices.end(),
                                     [&](const auto& one) { return add(node_of(one, any_case)); })
                       : std::all_of(parts.parts().begin(), parts.parts().end(),
                                     [&](const auto& part) { return add(part_of(part.text, any_case)); });
  if (!all) return std::nullopt;
  return node;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Follows all ways in which a match may begin until each has a keyword.
class Ways {
 public:
  Ways(std::span<const std::string> keywords, bool exact, std::size_t before)
      : keywords_(keywords), exact_(exact), before_(before) {}

  // Whether all have one in time.
  bool all_have_keyword(const Node& pattern) {
    const Rest rest{pattern, 0, nullptr};
    return go_on({}, &rest, 0) && left_ > 0;
  }

  const std::bitset<256>& first_bytes() const { return first_; }
  std::size_t before() const { return farthest_; }

 private:
  // What comes next, and how many of its parts or rounds are done.
  struct Rest {
    const Node& node;
    std::size_t done;
    const Rest* next;
  };

  // So many bytes on; keywords that have begun, and how far.
  struct Way {
    std::size_t bytes = 0;
    std::vector<std::pair<std::size_t, std::size_t>> begun = {};
    std::optional<std::size_t> found = {};  // where one begins that is there
    bool operator==(const Way&) const = default;
  };

  bool go_on(const Way& way, const Rest* rest, unsigned depth) {
    if (way.found) farthest_ = std::max(farthest_, *way.found);
    if (way.found) return true;
    if (rest == nullptr || left_ == 0 || depth == kDeepest) return false;
    if (way.begun.empty() && way.bytes > before_) return false;
    // What was come to before in the same way goes on as it did then.
    if (!seen_.insert(place_of(way, rest)).second) return true;
    --left_;
    const auto& [node, done, next] = *rest;
    switch (node.kind) {
      case Node::bytes:
        return take_byte(way, node.set, next, depth);
      case Node::sequence: {
        if (done == node.parts.size()) return go_on(way, next, depth + 1);
        const Rest after{node, done + 1, next};
        const Rest part{node.parts[done], 0, &after};
        return go_on(way, &part, depth + 1);
      }
      case Node::choice:
        return std::all_of(node.parts.begin(), node.parts.end(), [&, then = next](const Node& part) {
          const Rest chosen{part, 0, then};
          return go_on(way, &chosen, depth + 1);
        });
      case Node::repeat: {
        if (done >= node.least && !go_on(way, next, depth + 1)) return false;
        if (done == node.most) return true;
        const Rest again{node, done + 1, next};
        const Rest part{node.parts.front(), 0, &again};
        return go_on(way, &part, depth + 1);
      }
    }
    return false;
  }

  // So far on, with what is still to come.
  using Place = std::tuple<std::size_t, std::vector<std::pair<std::size_t, std::size_t>>,
                           std::vector<std::pair<const Node*, std::size_t>>>;
  static Place place_of(const Way& way, const Rest* rest) {
    Place place{way.bytes, way.begun, {}};
    for (; rest != nullptr; rest = rest->next) std::get<2>(place).emplace_back(&rest->node, rest->done);
    return place;
  }

  // Most bytes of a class lead to the same.
  bool take_byte(const Way& way, const std::bitset<256>& set, const Rest* next, unsigned depth) {
    if (way.bytes == 0) first_ |= set;
    std::vector<Way> ways;
    for (std::size_t byte = 0; byte < set.size(); ++byte) {
      if (!set[byte]) continue;
      auto more = with(way, static_cast<char>(byte));
      if (std::find(ways.begin(), ways.end(), more) == ways.end()) ways.push_back(std::move(more));
    }
    return std::all_of(ways.begin(), ways.end(),
                       [&](const Way& more) { return go_on(more, next, depth + 1); });
  }

  Way with(const Way& way, char byte) const {
    Way more{way.bytes + 1};
    const auto add = [&](std::size_t number, std::size_t done) {
      const auto& keyword = keywords_[number];
      if (exact_ ? keyword[done] != byte : lower(keyword[done]) != lower(byte)) return;
      more.begun.emplace_back(number, done + 1);
      if (done + 1 == keyword.size() && !more.found) more.found = more.bytes - keyword.size();
    };
    for (const auto& [number, done] : way.begun) add(number, done);
    for (std::size_t number = 0; way.bytes <= before_ && number < keywords_.size(); ++number) add(number, 0);
    return more;
  }

  std::span<const std::string> keywords_;
  bool exact_;
  std::size_t before_;
  std::size_t farthest_ = 0;
  unsigned left_ = kMostSteps;
  std::bitset<256> first_;
  std::set<Place> seen_;
};

}  // namespace

Beginning beginning_of(std::string_view pattern, std::span<const std::string> keywords, bool exact) {
  const auto node = node_of(pattern, false);
  for (const auto before : {std::size_t{0}, kMostBefore, kMostBeforeIfFew}) {
    if (!node) break;
    Ways ways(keywords, exact, before);
    if (!ways.all_have_keyword(*node)) continue;
    if (before > kMostBefore && ways.first_bytes().count() > kFew) break;
    return {ways.before(), ways.first_bytes()};
  }
  return {};
}

}  // namespace keysift
