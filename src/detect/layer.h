// What is seen in one text, before patterns are tried.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "base/text.h"
#include "detect/decode.h"
#include "detect/encoded_runs.h"
#include "rule/pattern.h"

namespace keysift {

/// Whether patterns count bytes or characters of UTF-8 in a text, as gitleaks does.
inline Unit unit_of(Characters characters) {
  return characters == Characters::wide ? Unit::character : Unit::byte;
}

/// Adds a range to ranges that are in order of where what they are round ends, and keeps them apart.
void add_range(std::vector<Range>& ranges, Range more);

/// Where a rule's pattern may match: within ranges, in order and apart; or (`beginning`) each match begins in
/// one of them.
struct Places {
  std::vector<Range> ranges;
  bool beginning = false;

  void clear() {
    ranges.clear();
    beginning = false;
  }
};

/// Of one text, plain or decoded. It is used for one after the other, so that it need not be made for each.
struct Layer {
  std::vector<Places> near;            ///< by rule
  std::vector<std::uint32_t> touched;  ///< all rules with anything in `near`
  std::vector<EncodedRun> encoded;
  std::vector<std::size_t> utf16;        ///< places of keywords
  std::vector<std::size_t> packed;       ///< where compressed data in base64 seems to begin
  std::vector<Range> text;               ///< where to look for escapes, in order, apart
  bool escaped = false;                  ///< there is a keyword with an escape in it
  std::optional<Characters> characters;  ///< once that is known
  const Decoded* decoded = nullptr;      ///< the text, if it was decoded
  std::string_view encoded_text;         ///< and what it was decoded from

  explicit Layer(std::size_t rules) : near(rules), looked_(rules) {}

  /// Begins with another text.
  void start();

  /// What gitleaks' patterns count in the text.
  Unit unit(std::string_view bytes) {
    if (!characters) characters = characters_of(bytes);
    return unit_of(*characters);
  }

  /// Has a rule looked for in a range round a keyword, too; they come in the order of their keywords' ends.
  /// Or
  /// (`beginning`, each time for the same rule) where a match begins in the range.
  void look_in(std::uint32_t rule, Range range, bool beginning = false);

  /// Has a rule looked for there and nowhere else.
  void decide(std::uint32_t rule, Places places);

  /// Whether decide() was called, or the rule is looked for everywhere anyway.
  bool is_decided(std::uint32_t rule, std::string_view bytes) const;

  /// Whether a run of one of these kinds is too long and has some of it in a range.
  bool has_long_run(std::string_view bytes, std::uint32_t rule, Range range, std::span<const Run> kinds);

 private:
  // Where, in the text of that number, no run of a rule's pattern is too long.
  struct Looked {
    std::uint64_t text = 0;
    Range range{0, 0};
  };
  std::vector<Looked> looked_;  // by rule
  std::vector<std::uint32_t> decided_;
  std::uint64_t text_number_ = 0;
};

}  // namespace keysift
