// What can be told of a pattern without compiling it.
#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keysift {

/// What a pattern repeats without end.
struct Run {
  std::bitset<256> bytes;
  std::size_t longest = 0;  ///< more of them one after the other are a long run
};

/// Where matches of a pattern may be, seen from the keyword that each has in it.
struct Extent {
  /// The most characters from a match's beginning to a keyword's end, and from a keyword's beginning to the
  /// match's end, as long as there is no long run near. SIZE_MAX: matches may be anywhere, for not all have a
  /// keyword, or there is no bound.
  std::size_t before = SIZE_MAX;
  std::size_t after = SIZE_MAX;
  std::vector<Run> runs;

  /// Patterns of bytes without which there is no match; they begin at most `slack` bytes before each keyword
  /// that may belong to one. `tail` goes to the match's end, `head` as far as there are no runs, if there are
  /// any. Empty: none is known. (What a pattern has before a keyword gives RE2 very many states.)
  std::string tail = {};
  std::string head = {};
  std::size_t slack = 0;

  /// A pattern of how each match goes on from there, as far as that has at most `lines` line ends in it,
  /// however long the lines are. Empty: none is known.
  std::string near = {};
  std::size_t lines = 0;
};

/// Of a pattern (RE2 syntax) and keywords, in lower case, that count in any case.
Extent extent_of(std::string_view pattern, std::span<const std::string> keywords);

/// Some bytes of which a match has `length` in a row, or more.
struct NeededRun {
  std::bitset<256> bytes;
  std::size_t length = 0;  ///< 0: none is known

  /// Where the first of such runs that `text` has begins; npos if it has none.
  std::size_t find(std::string_view text) const;
};

/// The longest run that all matches of a pattern (RE2 syntax) have, as far as its spelling tells; or a byte
/// that says more than a run of nearly any.
NeededRun needed_run(std::string_view pattern);

/// About how many parts a pattern (RE2 syntax) has, counted as often as they are repeated: within a small
/// factor, how many instructions RE2 makes of it. SIZE_MAX: more than can be counted.
std::size_t size_estimate(std::string_view pattern);

}  // namespace keysift
