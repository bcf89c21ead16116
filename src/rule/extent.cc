#include "rule/extent.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>
#include <vector>

#include "base/text.h"
#include "rule/pattern.h"
#include "rule/pattern_literals.h"

namespace keysift {
namespace {

std::size_t times(std::size_t a, std::size_t b) {
  return b != 0 && a > std::numeric_limits<std::size_t>::max() / b ? SIZE_MAX : a * b;
}

std::size_t plus(std::size_t a, std::size_t b) { return a > SIZE_MAX - b ? SIZE_MAX : a + b; }

// How many characters of what is repeated without end count as a match's width, beyond the least that there
// are. Lines are longer than words.
std::size_t counted_run(std::string_view part) { return part == "." || part.starts_with("[^") ? 256 : 64; }

// What a part of a pattern comes to: the most characters that it matches, how large it is, and the most line
// ends that it matches; SIZE_MAX if there is no bound.
struct Measure {
  std::size_t width = 0;
  std::size_t size = 0;
  std::size_t lines = 0;
};

// Whether some flags of a pattern have `.` match line ends, too.
bool has_dot_all(std::string_view pattern) {
  for (auto at = pattern.find("(?"); at != std::string_view::npos; at = pattern.find("(?", at + 1)) {
    const auto flags = pattern.substr(at + 2, pattern.find_first_of(":)<", at) - at - 2);
    if (flags.find('s') != std::string_view::npos) return true;
  }
  return false;
}

// Whether a part that is one character may be a line end, for all that its spelling tells: a range from what
// is below one, "[\t-~]", has it, and what is left out of "[^;\n]" has not.
bool may_end_line(std::string_view part) {
  constexpr std::string_view kOther = "wdSbBAzrfv";  // escapes that stand for no line end
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  const bool negated = part.starts_with("[^");
  if (std::any_of(part.begin(), part.end(), is_control) || part.find("[:") != std::string_view::npos)
    return true;
  bool listed = false;  // what is written may be a line end
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] != '\\' || ++at == part.size()) continue;
    const bool from_tab = part[at] == 't' && part.substr(at + 1).starts_with('-');
    if (negated && part[at] == 'n') return false;
    if (from_tab || (part[at] != 't' && std::ispunct(static_cast<unsigned char>(part[at])) == 0 &&
                     kOther.find(part[at]) == std::string_view::npos))
      listed = true;
  }
  return negated || listed;
}

// Reads a pattern part by part. RE2 does not show what it parses.
class Parts {
 public:
  // One after the other, at the outermost level.
  struct Part {
    std::string text;
    std::size_t width = 0;
    std::size_t lines = 0;
  };

  explicit Parts(std::string_view pattern) : rest_(pattern), dot_all_(has_dot_all(pattern)) {
    while (!rest_.empty() && known_) {
      known_ = !rest_.starts_with("\\Q");  // rare
      if (!quantifier()) {
        close_part();
        atom();
      }
    }
    close_part();
  }

  // Whether all that the parts tell is true.
  bool known() const { return known_ && levels_.size() == 1; }

  // The pattern as RE2 sees best which literals it needs: with X? as (?:X|).
  const std::string& text() const { return out_; }

  // Flags such as (?i), which are before the first part and hold for all; no parts if it is a choice, or
  // flags change.
  const std::string& flags() const { return flags_; }
  const std::vector<Part>& parts() const { return parts_; }

  // The whole of what there is a choice of; one, if there is none.
  std::vector<std::string> choices() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      const auto end = i + 1 < choices_.size() ? choices_[i + 1] - 1 : out_.size();
      all.push_back(out_.substr(choices_[i], end - choices_[i]));
    }
    return all;
  }

  Measure measure() const { return whole(levels_.front()); }

  // What is repeated without end.
  const std::vector<std::string>& endless() const { return endless_; }

 private:
  // A group that is open, or all.
  struct Level {
    std::size_t begin = 0;  // in `out_`
    Measure choices;        // of those that ended
    Measure choice;         // what of this one ended
    Measure last;           // its last part, which a quantifier may change
  };

  static Measure whole(const Level& level) {
    return {std::max(level.choices.width, plus(level.choice.width, level.last.width)),
            plus(level.choices.size, plus(level.choice.size, level.last.size)),
            std::max(level.choices.lines, plus(level.choice.lines, level.last.lines))};
  }

  void take(std::size_t count) {
    count = std::min(count, rest_.size());
    out_ += rest_.substr(0, count);
    rest_.remove_prefix(count);
  }

  void begin_atom(Measure measure) {
    auto& level = levels_.back();
    level.choice = {plus(level.choice.width, level.last.width), plus(level.choice.size, level.last.size),
                    plus(level.choice.lines, level.last.lines)};
    level.last = measure;
    atom_ = out_.size();
  }

  void close_part() {
    if (levels_.size() != 1 || !choice_of_parts_) return;
    if (out_.size() > part_begin_)
      parts_.push_back({out_.substr(part_begin_), levels_.front().last.width, levels_.front().last.lines});
    part_begin_ = out_.size();
  }

  void drop_parts() {
    parts_.clear();
    choice_of_parts_ = false;
  }

  void atom() {
    const char c = rest_.front();
    if (c == '(') return open_group();
    if (c == ')' && levels_.size() > 1) return close_group();
    if (c == '|') {
      auto& level = levels_.back();
      level = {level.begin, whole(level), {}, {}};
      take(1);
      if (levels_.size() == 1) {
        drop_parts();
        choices_.push_back(out_.size());
      }
      return;
    }
    const bool empty =
        c == '^' || c == '$' ||
        (c == '\\' && rest_.size() > 1 && std::string_view("bBAz").find(rest_[1]) != std::string_view::npos);
    begin_atom({empty ? 0U : 1U, 1});
    take_character();
    const auto text = std::string_view(out_).substr(atom_);
    if (!empty && (text == "." ? dot_all_ : may_end_line(text))) levels_.back().last.lines = 1;
  }

  void take_character() {
    const char c = rest_.front();
    if (c == '[') return take(class_length());
    if (c != '\\') return take(1);
    const bool braces = rest_.size() > 2 && rest_[2] == '{' &&
                        std::string_view("xpP").find(rest_[1]) != std::string_view::npos;
    const bool property = rest_.starts_with("\\p") || rest_.starts_with("\\P");
    take(braces ? rest_.find('}') + 1 : rest_.starts_with("\\x") ? 4 : property ? 3 : 2);
  }

  void open_group() {
    const auto begin = out_.size();
    std::size_t length = 1;
    if (rest_.starts_with("(?")) {
      const auto end = rest_.find_first_of(":)>");
      length = end == std::string_view::npos ? rest_.size() : end + 1;
    }
    if (rest_.substr(0, length).ends_with(')')) {  // flags from here on
      if (begin == 0) {
        flags_ = rest_.substr(0, length);
        part_begin_ = length;
      } else if (levels_.size() == 1) {
        drop_parts();
      }
      return take(length);
    }
    begin_atom({});
    take(length);
    levels_.push_back({begin, {}, {}, {}});
  }

  void close_group() {
    const auto level = levels_.back();
    levels_.pop_back();
    levels_.back().last = whole(level);
    atom_ = level.begin;
    take(1);
  }

  std::size_t class_length() const {
    std::size_t at = 1;
    if (at < rest_.size() && rest_[at] == '^') ++at;
    for (bool first = true; at < rest_.size(); first = false) {
      if (rest_[at] == ']' && !first) return at + 1;
      if (rest_.substr(at).starts_with("[:")) {
        const auto end = rest_.find(":]", at);
        if (end != std::string_view::npos) at = end + 1;
      } else if (rest_[at] == '\\') {
        ++at;
      }
      ++at;
    }
    return rest_.size();
  }

  // Takes a quantifier, if there is one.
  bool quantifier() {
    const char c = rest_.front();
    std::size_t least = c == '+' ? 1 : 0;
    std::size_t most = 1;
    std::size_t length = 1;
    bool is_endless = c == '*' || c == '+';
    if (c == '{') {
      std::size_t at = 1;
      least = most = number(at);
      if (at == 1 || at >= rest_.size()) return false;
      if (rest_[at] == ',' && at + 1 < rest_.size()) {
        is_endless = rest_[++at] == '}';
        if (!is_endless) most = number(at);
      }
      if (at >= rest_.size() || rest_[at] != '}') return false;
      length = at + 1;
    } else if (!is_endless && c != '?') {
      return false;
    }
    auto& last = levels_.back().last;
    if (is_endless) endless_.push_back(out_.substr(atom_));
    if (is_endless) most = least + counted_run(out_.substr(atom_));
    last.width = times(last.width, most);
    last.size = times(last.size, is_endless ? least + 1 : most);
    last.lines = is_endless && last.lines > 0 ? SIZE_MAX : times(last.lines, most);
    if (c == '?') {
      out_.replace(atom_, std::string::npos, "(?:" + out_.substr(atom_) + "|)");
      rest_.remove_prefix(1);
    } else {
      take(length);
    }
    if (rest_.starts_with('?')) rest_.remove_prefix(1);  // which match is preferred
    return true;
  }

  std::size_t number(std::size_t& at) const {
    std::size_t value = 0;
    for (; at < rest_.size() && value < 10'000 && std::isdigit(static_cast<unsigned char>(rest_[at])) != 0;
         ++at)
      value = value * 10 + static_cast<std::size_t>(rest_[at] - '0');
    return value;
  }

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

// Whether RE2 knows that what has none of the keywords cannot match. It names literals without which there is
// no match; here all of them are there, but those that have a keyword in them.
bool needs_keyword(const std::string& pattern, std::span<const std::string> keywords) {
  const PatternLiterals literals(pattern, 0);
  std::vector<bool> present;
  for (const auto& literal : literals.texts())
    present.push_back(std::none_of(keywords.begin(), keywords.end(), [&](const std::string& keyword) {
      return literal.find(keyword) != std::string::npos;
    }));
  return !literals.may_match(present);
}

// The bytes that a pattern which is one character matches. With one of those that make up other characters,
// all of them.
std::optional<std::bitset<256>> bytes_of(const std::string& part) {
  const bool one = part.size() == 1 || part.front() == '[' || (part.front() == '\\' && part.size() == 2);
  const RE2 pattern("(?is)" + part, byte_options());
  if (!one || !pattern.ok()) return std::nullopt;
  std::bitset<256> bytes;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (RE2::FullMatch(re2::StringPiece(&c, 1), pattern)) bytes.set(byte);
  }
  constexpr std::size_t kAscii = 128;
  if ((bytes >> kAscii).any())
    for (std::size_t byte = kAscii; byte < 256; ++byte) bytes.set(byte);
  return bytes;
}

// What is in a group that has neither flags nor a choice, and is not repeated.
std::string_view inside_group(std::string_view part) {
  if (!part.starts_with('(') || !part.ends_with(')')) return {};
  part.remove_suffix(1);
  if (part.starts_with("(?:")) return part.substr(3);
  if (part.starts_with("(?P<")) return part.substr(part.find('>') + 1);
  return part.starts_with("(?") ? std::string_view() : part.substr(1);
}

// A pattern's parts, those of such groups among them, and characters that stand for themselves together.
std::vector<Parts::Part> spread(const std::vector<Parts::Part>& parts) {
  std::vector<Parts::Part> all;
  bool literal = false;  // the last one is
  for (const auto& part : parts) {
    const auto inside = inside_group(part.text);
    const Parts inner(inside);
    if (!inside.empty() && inner.known() && inner.flags().empty() && !inner.parts().empty()) {
      const auto more = spread(inner.parts());
      all.insert(all.end(), more.begin(), more.end());
      literal = false;
      continue;
    }
    const auto& text = part.text;
    const bool is_literal =
        (text.size() == 1 && std::string_view(".^$").find(text[0]) == std::string_view::npos) ||
        (text.size() == 2 && text[0] == '\\' && std::ispunct(static_cast<unsigned char>(text[1])) != 0);
    if (literal && is_literal) {
      all.back().text += text;
      all.back().width += part.width;
      all.back().lines += part.lines;
    } else {
      all.push_back(part);
    }
    literal = is_literal;
  }
  return all;
}

}  // namespace

namespace {

using Keywords = std::span<const std::string>;

// Looks for the part that has the keyword of every match.
class KeywordPart {
 public:
  KeywordPart(const std::vector<Parts::Part>& parts, const std::string& flags, Keywords keywords) {
    for (; number_ < parts.size(); ++number_) {
      const auto& part = parts[number_];
      auto plain = part.text;
      std::erase(plain, '\\');
      const auto may_begin = [&](const std::string& keyword) {
        return contains_caseless(plain, keyword.substr(0, 2));
      };
      if (std::any_of(keywords.begin(), keywords.end(), may_begin) &&
          needs_keyword(flags + part.text, keywords)) {
        slack_ = slack_in(part, flags, keywords);
        return;
      }
      before_ += part.width;
    }
    number_ = SIZE_MAX;
  }

  bool is_there() const { return number_ != SIZE_MAX; }
  std::size_t number() const { return number_; }

  // Characters before the part, and from its beginning to its keyword's end, at most.
  std::size_t before() const { return before_; }
  std::size_t slack() const { return slack_; }

 private:
  // Of a choice, one of its own for each.
  static std::size_t slack_in(const Parts::Part& part, const std::string& flags, Keywords keywords) {
    const auto inside = inside_group(part.text);
    const auto choices = Parts(inside).choices();
    if (inside.empty() || choices.size() < 2) return part.width;
    std::size_t slack = 0;
    for (const auto& choice : choices) {
      const Parts parts(choice);
      const KeywordPart own(spread(parts.parts()), flags, keywords);
      if (!parts.known() || !parts.flags().empty() || !own.is_there()) return part.width;
      slack = std::max(slack, own.before() + own.slack());
    }
    return slack;
  }

  std::size_t number_ = 0;
  std::size_t before_ = 0;
  std::size_t slack_ = 0;
};

bool is_endless(const std::string& part) {
  return part.ends_with('*') || part.ends_with('+') || part.ends_with(",}");
}

// The beginning of what `parts` match, as far as nothing in it is repeated without end.
std::string without_runs(std::span<const Parts::Part> parts) {
  std::string head;
  for (const auto& part : parts) {
    if (is_endless(part.text)) {
      if (part.text.ends_with(",}")) head += part.text.substr(0, part.text.size() - 2) + "}";
      if (part.text.ends_with('+')) head += part.text.substr(0, part.text.size() - 1);
      break;
    }
    if (!Parts(part.text).endless().empty()) break;
    head += part.text;
  }
  return head;
}

}  // namespace

// Most patterns have a part of their own for the keyword, after which nothing else needs to be compiled.
Extent extent_of(std::string_view pattern, std::span<const std::string> keywords) {
  constexpr std::size_t kMostSlack = 16;
  const Parts all(pattern);
  if (!all.known()) return {};
  Extent extent;
  for (const auto& part : all.endless()) {
    const auto bytes = bytes_of(part);
    if (!bytes) return {};
    extent.runs.push_back({*bytes, counted_run(part)});
  }
  const auto parts = spread(all.parts());
  const KeywordPart with_keyword(parts, all.flags(), keywords);
  if (!with_keyword.is_there()) {
    if (!needs_keyword(all.text(), keywords)) return {};
    extent.before = extent.after = all.measure().width;
    return extent;
  }
  extent.slack = with_keyword.slack();
  extent.before = with_keyword.before() + extent.slack;
  extent.after = all.measure().width - with_keyword.before();
  if (extent.slack > kMostSlack) return extent;
  const auto begin = all.flags() + "(?s:.{0," + std::to_string(extent.slack) + "})";
  extent.tail = begin;
  const auto rest = std::span(parts).subspan(with_keyword.number());
  for (const auto& part : rest) extent.tail += part.text;
  if (!extent.runs.empty()) extent.head = begin + without_runs(rest);
  for (const auto& part : rest) {
    if (part.lines == SIZE_MAX) break;
    extent.lines = plus(extent.lines, part.lines);
    extent.near += part.text;
  }
  if (!extent.near.empty()) extent.near = all.flags() + extent.near;
  return extent;
}

std::size_t size_estimate(std::string_view pattern) { return Parts(pattern).measure().size; }

}  // namespace keysift
