#include "base/glob.h"

#include <array>
#include <cstddef>
#include <utility>

namespace keysift {
namespace {

using Byte = unsigned char;

// Not the C library's: these know ASCII only, whatever the locale, and git's idea of a space.
bool is_upper(Byte c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(Byte c) { return c >= 'a' && c <= 'z'; }
bool is_digit(Byte c) { return c >= '0' && c <= '9'; }
bool is_alpha(Byte c) { return is_upper(c) || is_lower(c); }
bool is_alnum(Byte c) { return is_alpha(c) || is_digit(c); }
bool is_graph(Byte c) { return c > ' ' && c < 127; }

constexpr std::array<std::pair<std::string_view, bool (*)(Byte)>, 12> kClasses{{
    {"alnum", is_alnum},
    {"alpha", is_alpha},
    {"blank", [](Byte c) { return c == ' ' || c == '\t'; }},
    {"cntrl", [](Byte c) { return c < ' ' || c == 127; }},
    {"digit", is_digit},
    {"graph", is_graph},
    {"lower", is_lower},
    {"print", [](Byte c) { return c == ' ' || is_graph(c); }},
    {"punct", [](Byte c) { return is_graph(c) && !is_alnum(c); }},
    {"space", [](Byte c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }},
    {"upper", is_upper},
    {"xdigit", [](Byte c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }},
}};

// One pattern on its way through one text. Where a star is followed by what does not fit, the star takes one
// byte more. Only the last star need do so: what came before it fitted as early as it could. There are two
// last stars, since one that stops at '/' may fail where an earlier `**` can still go on.
class Matching {
 public:
  Matching(std::string_view pattern, std::string_view text, GlobOptions options)
      : pattern_(pattern), text_(text), options_(options) {}

  bool run() {
    for (;;) {
      auto step = Step::differs;
      if (at(p_) == '*') {
        step = take_star();
      } else if (p_ == pattern_.size()) {
        if (t_ == text_.size()) return true;
      } else if (t_ < text_.size()) {
        step = take_byte();
      }
      if (step == Step::broken || (step == Step::differs && !retry())) return false;
    }
  }

  // Whether the pattern does not break off, whatever the text.
  bool is_whole() {
    while (p_ < pattern_.size()) {
      const auto wanted = at(p_++);
      if (wanted == '\\' && p_++ == pattern_.size()) return false;
      if (wanted == '[' && take_set('a') == Step::broken) return false;
    }
    return true;
  }

 private:
  enum class Step { fits, differs, broken };

  // Where to go on when a star takes a byte more; closed while `text` lies beyond the text.
  struct Retry {
    std::size_t pattern = 0;
    std::size_t text = std::string_view::npos;
  };

  // A byte of the pattern, 0 at its end. (No line of an ignore file holds a 0.)
  Byte at(std::size_t index) const {
    return index < pattern_.size() ? static_cast<Byte>(pattern_[index]) : 0;
  }

  Byte folded(Byte c) const { return options_.fold_case && is_upper(c) ? static_cast<Byte>(c | 0x20) : c; }

  Step take_star() {
    const auto begin = p_;
    while (at(p_) == '*') ++p_;
    const auto rest = pattern_.substr(p_);
    const bool folders = p_ - begin > 1 && (begin == 0 || at(begin - 1) == '/') &&
                         (rest.empty() || rest.starts_with('/') || rest.starts_with("\\/"));
    if (options_.paths && !folders) {
      narrow_ = {p_, t_ + 1};
      return Step::fits;
    }
    const bool perhaps_none =
        options_.paths && rest.starts_with('/');  // `**/` may stand for no folder at all
    wide_ = {p_, perhaps_none ? t_ : t_ + 1};
    narrow_ = {};
    if (perhaps_none) ++p_;
    return Step::fits;
  }

  bool retry() {
    if (narrow_.text <= text_.size() && text_[narrow_.text - 1] != '/') {
      resume(narrow_);
      return true;
    }
    narrow_ = {};
    if (wide_.text > text_.size()) return false;
    resume(wide_);
    return true;
  }

  void resume(Retry& retry) {
    p_ = retry.pattern;
    t_ = retry.text++;
  }

  Step take_byte() {
    const auto c = folded(static_cast<Byte>(text_[t_++]));
    const auto wanted = at(p_++);
    if (wanted == '?') return options_.paths && c == '/' ? Step::differs : Step::fits;
    if (wanted == '[') return take_set(c);
    if (wanted != '\\') return c == folded(wanted) ? Step::fits : Step::differs;
    if (p_ == pattern_.size()) return Step::broken;
    return c == at(p_++) ? Step::fits : Step::differs;  // git does not fold the case of an escaped letter
  }

  // Reads a set from behind its '['. A ']' that comes first is a member.
  Step take_set(Byte c) {
    const bool negated = at(p_) == '!' || at(p_) == '^';
    if (negated) ++p_;
    bool found = false;
    Byte previous = 0;      // what a range may start from
    std::size_t close = 0;  // the next ']', searched for when a class may begin
    do {
      if (at(p_) == '[' && at(p_ + 1) == ':') {
        if (close < p_ + 2) close = pattern_.find(']', p_ + 2);
        if (close == std::string_view::npos) return Step::broken;
        if (close > p_ + 2 && at(close - 1) == ':') {
          if (!take_class(c, close, found)) return Step::broken;
          previous = 0;
          continue;
        }
      }
      const bool range = at(p_) == '-' && previous != 0 && at(p_ + 1) != 0 && at(p_ + 1) != ']';
      if (range) ++p_;
      if (at(p_) == '\\') ++p_;
      const auto member = at(p_++);
      if (member == 0) return Step::broken;
      found = found || (range ? in_range(c, previous, member) : c == member);
      previous = range ? Byte{0} : member;
    } while (at(p_) != ']');
    ++p_;
    return found == negated || (options_.paths && c == '/') ? Step::differs : Step::fits;
  }

  bool in_range(Byte c, Byte first, Byte last) const {
    if (c >= first && c <= last) return true;
    const auto upper = static_cast<Byte>(c & ~0x20);
    return options_.fold_case && is_lower(c) && upper >= first && upper <= last;
  }

  // Takes a class such as `[:digit:]`, whose ']' is at `close`. False when nobody knows its name.
  bool take_class(Byte c, std::size_t close, bool& found) {
    const auto name = pattern_.substr(p_ + 2, close - 1 - (p_ + 2));
    p_ = close + 1;
    for (const auto& [known, holds] : kClasses) {
      if (known != name) continue;
      const bool either_case = options_.fold_case && name == "upper" && is_lower(c);
      found = found || holds(c) || either_case;
      return true;
    }
    return false;
  }

  std::string_view pattern_;
  std::string_view text_;
  GlobOptions options_;
  std::size_t p_ = 0;
  std::size_t t_ = 0;
  Retry narrow_;  // the last star that stops at '/'
  Retry wide_;    // the last one that does not
};

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text, GlobOptions options) {
  return Matching(pattern, text, options).run();
}

bool is_whole_glob(std::string_view pattern) { return Matching(pattern, {}, {}).is_whole(); }

}  // namespace keysift
