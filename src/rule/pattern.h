// A regular expression over bytes.
#pragma once
#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rule/beginning.h"
#include "rule/extent.h"

namespace keysift {

/// Bytes that RE2 may use for one pattern. If it takes more to compile it RE2 refuses it; if more to match
/// it, RE2 goes a slower way that takes none.
inline constexpr std::int64_t kMaxPatternMemory = std::int64_t{2} << 20;

/// How RE2 takes a pattern of bytes: as Latin-1, without a word on standard error.
RE2::Options byte_options(std::int64_t memory = kMaxPatternMemory);

/// What a pattern's `.` and classes match: a byte, or a character of UTF-8.
enum class Unit : std::uint8_t { byte, character };

/// A RE2 pattern that compiles when it is first used: most runs need few of the patterns they carry. It
/// matches bytes (RE2's Latin-1), so that text in any encoding and binary files are searched alike. Safe to
/// use from several threads.
class Pattern {
 public:
  /// `memory`: bytes that RE2 may use for it.
  explicit Pattern(std::string text, std::int64_t memory = kMaxPatternMemory)
      : text_(std::move(text)), memory_(memory) {}

  /// What one has told that another one of the same text need not find out again.
  struct Told {
    std::size_t max_width = SIZE_MAX;
    NeededRun needed_run;
    Beginning beginning;  ///< nothing is known, if it was not asked for
  };
  Pattern(std::string text, std::int64_t memory, const Told& told) : Pattern(std::move(text), memory) {
    limit_width(told.max_width);
    std::call_once(run_once_, [&] { run_ = told.needed_run; });
    std::call_once(beginning_once_, [&] { beginning_ = told.beginning; });
  }
  Told told() const { return {max_width(), needed_run(), beginning_}; }

  const std::string& text() const { return text_; }

  /// Why RE2 refuses the pattern, in RE2's words; nothing if it takes it.
  std::optional<std::string> error() const;

  /// The same, without compiling it: one that needs too much memory is not seen.
  std::optional<std::string> syntax_error() const;

  /// How large it is when it is compiled, in RE2's instructions; some 32 bytes each.
  int size() const { return compiled().ProgramSize(); }

  /// How many capturing groups it has.
  int groups() const { return compiled().NumberOfCapturingGroups(); }

  /// Whether it matches anywhere in `bytes`.
  bool found_in(std::string_view bytes) const;

  /// The match of the whole pattern and of one group in it, as offsets; `group` 0 is the whole.
  struct Span {
    std::size_t begin = 0, end = 0;
    std::size_t group_begin = 0, group_end = 0;
  };

  /// The leftmost match that lies within [begin, end) of `bytes`; `^`, `$` and `\b` see the bytes around it.
  /// A group that took no part in the match counts as the whole.
  std::optional<Span> search(std::string_view bytes, std::size_t begin, std::size_t end, int group,
                             Unit unit = Unit::byte) const;

  /// The match that begins at `begin` and lies within [begin, end); otherwise as search().
  std::optional<Span> match_at(std::string_view bytes, std::size_t begin, std::size_t end, int group,
                               Unit unit = Unit::byte) const;

  /// The groups of the leftmost match in `bytes`, the whole match first; empty if there is none. A group that
  /// took no part is empty.
  std::vector<std::string_view> groups_in(std::string_view bytes, Unit unit) const;

  /// The most bytes that a match can span; SIZE_MAX if there is no bound. Or what limit_width() said.
  std::size_t max_width() const;

  /// Has wider matches not count. Before the first max_width().
  void limit_width(std::size_t most) {
    std::call_once(width_once_, [&] { width_ = most; });
  }

  /// The longest run that all matches have, as far as is known; search() compiles nothing for what lacks it.
  const NeededRun& needed_run() const;

  /// beginning_of() the pattern and `keywords`, which are those of the first call.
  const Beginning& beginning(std::span<const std::string> keywords, bool exact) const;

  /// extent_of() the pattern and `keywords`, which are those of the first call.
  const Extent& extent(std::span<const std::string> keywords) const;

  /// Whether a match can have a keyword in it that begins at `at` in `bytes`, as far as Extent::head tells;
  /// and whether one can in which there is no long run. Only after extent().
  bool may_begin_round(std::string_view bytes, std::size_t at) const { return fits_round(head_, bytes, at); }
  bool may_match_round(std::string_view bytes, std::size_t at) const { return fits_round(tail_, bytes, at); }

 private:
  const RE2& compiled(Unit unit = Unit::byte) const;
  const RE2& usable(Unit unit) const;
  std::optional<Span> match(std::string_view bytes, std::size_t begin, std::size_t end, int group, Unit unit,
                            RE2::Anchor anchor) const;
  bool fits_round(const std::unique_ptr<Pattern>& part, std::string_view bytes, std::size_t at) const;

  std::string text_;
  std::int64_t memory_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<RE2> re2_;
  mutable std::once_flag characters_once_;
  mutable std::unique_ptr<RE2> of_characters_;
  mutable std::once_flag width_once_;
  mutable std::size_t width_ = SIZE_MAX;
  mutable std::once_flag run_once_;
  mutable NeededRun run_;
  mutable std::once_flag beginning_once_;
  mutable Beginning beginning_;
  mutable std::once_flag extent_once_;
  mutable Extent extent_;
  mutable std::unique_ptr<Pattern> head_;
  mutable std::unique_ptr<Pattern> tail_;
};

}  // namespace keysift
