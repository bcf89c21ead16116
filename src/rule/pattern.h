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

namespace keysift {

/// Bytes that RE2 may use for one pattern. If it takes more to compile it RE2 refuses it; if more to match
/// it, RE2 goes a slower way that takes none.
inline constexpr std::int64_t kMaxPatternMemory = std::int64_t{2} << 20;

/// A RE2 pattern that compiles when it is first used: most runs need few of the patterns they carry. It
/// matches bytes (RE2's Latin-1), so that text in any encoding and binary files are searched alike. Safe to
/// use from several threads.
class Pattern {
 public:
  explicit Pattern(std::string text) : text_(std::move(text)) {}

  /// With the max_width() that another one of the same text has told.
  Pattern(std::string text, std::size_t max_width) : text_(std::move(text)) {
    std::call_once(width_once_, [&] { width_ = max_width; });
  }

  const std::string& text() const { return text_; }

  /// Why RE2 refuses the pattern, in RE2's words; nothing if it takes it.
  std::optional<std::string> error() const;

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
  std::optional<Span> search(std::string_view bytes, std::size_t begin, std::size_t end, int group) const;

  /// The most bytes that a match can span; SIZE_MAX if there is no bound.
  std::size_t max_width() const;

 private:
  const RE2& compiled() const;

  std::string text_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<RE2> re2_;
  mutable std::once_flag width_once_;
  mutable std::size_t width_ = SIZE_MAX;
};

}  // namespace keysift
