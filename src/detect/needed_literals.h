// What a text must have in it for a pattern to match there.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/keyword_search.h"
#include "detect/layer.h"
#include "rule/pattern_literals.h"
#include "rule/rule.h"

namespace keysift {

/// The literals without which a rule's pattern cannot match, as RE2 finds them in it. A look for them is many
/// times faster than one for the pattern. Any number of threads may use it.
class NeededLiterals {
 public:
  /// Throws Failure as KeywordSearch does.
  explicit NeededLiterals(const Rule& rule);

  /// What a thread needs to look for them.
  struct Scratch {
    KeywordSearch::Scratch anywhere;
    KeywordSearch::Scratch near;
    struct Found {
      std::size_t from = 0;
      std::size_t begin = 0;
      std::uint64_t bit = 0;
      std::size_t line = 0;
    };
    std::vector<Found> found;
    // Of which literals it was last asked whether they suffice, and the answer.
    using Answer = std::optional<std::pair<std::uint64_t, bool>>;
    Answer suffices;
    Answer suffices_near;
  };
  Scratch scratch() const {
    return {KeywordSearch::Scratch(all_.search), KeywordSearch::Scratch(near_.search), {}, {}, {}};
  }

  /// Bytes of each that are looked for.
  static constexpr std::size_t kLongest = 16;

  /// Which of them are in `bytes`, as a set of bits. Those of two texts together are both sets together.
  std::uint64_t present_in(std::string_view bytes, Scratch& scratch) const;

  /// Whether there may be a match where these are present.
  bool suffice(std::uint64_t present, Scratch& scratch) const {
    return all_.suffice(present, scratch.suffices);
  }

  /// Whether places_in() tells more than that those literals are present.
  bool knows_places() const { return has_keywords_ && near_.is_known; }

  /// Where in `bytes` the rule may match: with keywords that have those literals which a match has in its
  /// first lines in so few lines from there on; from those keywords on, if each match begins with one.
  Places places_in(std::string_view bytes, Scratch& scratch) const;

 private:
  // Those of a pattern, and the keywords of a rule, if one is given. (Each curl in curl's history is a
  // keyword: to look for them again in what is new was as much work as to look for the rest.)
  struct Of {
    Of(const std::string& pattern, const Rule* keywords);
    bool suffice(std::uint64_t present, Scratch::Answer& known) const;

    PatternLiterals of_pattern;
    bool is_known = false;            // else it cannot be told what the pattern needs
    std::vector<std::uint64_t> bits;  // what each literal stands for
    KeywordSearch search;

   private:
    std::vector<Literal> literals(const Rule* keywords);
  };

  void find_near(std::string_view bytes, Scratch& scratch) const;

  const Extent& extent_;
  bool has_keywords_;
  bool begins_with_keyword_;  // each match does
  Of all_;
  Of near_;
};

}  // namespace keysift
