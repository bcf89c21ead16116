// A pattern, part by part. RE2 does not show what it parses.
#pragma once
#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keysift {

/// What a part of a pattern comes to: the most characters that it matches, how large it is, and the most line
/// ends that it matches; SIZE_MAX if there is no bound.
struct Measure {
  std::size_t width = 0;
  std::size_t size = 0;
  std::size_t lines = 0;
};

/// How many characters of what is repeated without end, spelled as `part`, count as a match's width, beyond
/// the least that there are. Lines are longer than words.
std::size_t counted_run(std::string_view part);

/// The bytes that a part of a pattern which is one character matches, with flags such as "(?is)", as Latin-1.
/// Nothing if it is no character, or not told so easily.
std::optional<std::bitset<256>> bytes_of(const std::string& part, const std::string& flags);

/// What a part of a pattern repeats, and how often: SIZE_MAX, if there is no bound. All of it once, if
/// nothing is repeated.
struct Repeated {
  std::string_view one;
  std::size_t least = 1;
  std::size_t most = 1;
};
Repeated repeated(std::string_view part);

/// Reads a pattern (RE2 syntax).
class PatternParts {
 public:
  /// One after the other, at the outermost level.
  struct Part {
    std::string text;
    std::size_t width = 0;
    std::size_t lines = 0;
  };

  explicit PatternParts(std::string_view pattern);

  /// Whether all that the parts tell is true.
  bool known() const { return known_ && levels_.size() == 1; }

  /// The pattern as RE2 sees best which literals it needs: with X? as (?:X|).
  const std::string& text() const { return out_; }

  /// Flags such as (?i), which are before the first part and hold for all; no parts if it is a choice, or
  /// flags change.
  const std::string& flags() const { return flags_; }
  const std::vector<Part>& parts() const { return parts_; }

  /// The whole of what there is a choice of; one, if there is none.
  std::vector<std::string> choices() const;

  Measure measure() const { return whole(levels_.front()); }

  /// What is repeated without end.
  const std::vector<std::string>& endless() const { return endless_; }

 private:
  // A group that is open, or all.
  struct Level {
    std::size_t begin = 0;  // in `out_`
    Measure choices;        // of those that ended
    Measure choice;         // what of this one ended
    Measure last;           // its last part, which a quantifier may change
  };

  static Measure whole(const Level& level);
  void take(std::size_t count);
  void begin_atom(Measure measure);
  void close_part();
  void drop_parts();
  void atom();
  void take_character();
  void open_group();
  void close_group();
  std::size_t class_length() const;
  // Takes a quantifier, if there is one.
  bool quantifier();
  std::size_t number(std::size_t& at) const;

  std::string_view rest_;
  std::string out_;
  std::string flags_;
  std::size_t atom_ = 0;  // where in `out_` what a quantifier is about begins
  std::size_t part_begin_ = 0;
  std::vector<Level> levels_{1};
  std::vector<Part> parts_;
  std::vector<std::string> endless_;
  std::vector<std::size_t> choices_{0};  // where in `out_` each begins
  bool choice_of_parts_ = true;
  bool dot_all_;
  bool known_ = true;
};

}  // namespace keysift
