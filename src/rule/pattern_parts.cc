#include "rule/pattern_parts.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "rule/pattern.h"

namespace keysift {
namespace {

std::size_t times(std::size_t a, std::size_t b) {
  return b != 0 && a > std::numeric_limits<std::size_t>::max() / b ? SIZE_MAX : a * b;
}

std::size_t plus(std::size_t a, std::size_t b) { return a > SIZE_MAX - b ? SIZE_MAX : a + b; }

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

// Of one after the other.
Measure both(const Measure& first, const Measure& second) {
  return {plus(first.width, second.width), plus(first.size, second.size), plus(first.lines, second.lines)};
}

}  // namespace

std::size_t counted_run(std::string_view part) { return part == "." || part.starts_with("[^") ? 256 : 64; }

std::optional<std::bitset<256>> bytes_of(const std::string& part, const std::string& flags) {
  const bool one = part.size() == 1 || part.front() == '[' ||
                   (part.front() == '\\' && (part.size() == 2 || (part.size() == 4 && part[1] == 'x')));
  const RE2 pattern(flags + part, byte_options());
  if (!one || !pattern.ok()) return std::nullopt;
  std::bitset<256> bytes;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (RE2::FullMatch(re2::StringPiece(&c, 1), pattern)) bytes.set(byte);
  }
  return bytes;
}

Repeated repeated(std::string_view part) {
  const bool is_escape = part.size() == 2 && part.front() == '\\';
  if (is_escape || part.size() < 2) return {part};
  const auto before_last = part.substr(0, part.size() - 1);
  if (part.ends_with('*')) return {before_last, 0, SIZE_MAX};
  if (part.ends_with('+')) return {before_last, 1, SIZE_MAX};
  const auto open = part.ends_with('}') ? part.rfind('{') : std::string_view::npos;
  if (open == std::string_view::npos) return {part};
  const std::string bounds(part.substr(open + 1));
  char* rest = nullptr;
  const auto least = std::strtoul(bounds.c_str(), &rest, 10);
  if (*rest != ',') return {part.substr(0, open), least, least};
  return {part.substr(0, open), least, rest[1] == '}' ? SIZE_MAX : std::strtoul(rest + 1, nullptr, 10)};
}

PatternParts::PatternParts(std::string_view pattern) : rest_(pattern), dot_all_(has_dot_all(pattern)) {
  while (!rest_.empty() && known_) {
    known_ = !rest_.starts_with("\\Q");  // rare
    if (!quantifier()) {
      close_part();
      atom();
    }
  }
  close_part();
}

std::vector<std::string> PatternParts::choices() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    const auto end = i + 1 < choices_.size() ? choices_[i + 1] - 1 : out_.size();
    all.push_back(out_.substr(choices_[i], end - choices_[i]));
  }
  return all;
}

Measure PatternParts::whole(const Level& level) {
  const auto choice = both(level.choice, level.last);
  return {std::max(level.choices.width, choice.width), plus(level.choices.size, choice.size),
          std::max(level.choices.lines, choice.lines)};
}

void PatternParts::take(std::size_t count) {
  count = std::min(count, rest_.size());
  out_ += rest_.substr(0, count);
  rest_.remove_prefix(count);
}

void PatternParts::begin_atom(Measure measure) {
  auto& level = levels_.back();
  level.choice = both(level.choice, level.last);
  level.last = measure;
  atom_ = out_.size();
}

void PatternParts::close_part() {
  if (levels_.size() != 1 || !choice_of_parts_) return;
  if (out_.size() > part_begin_)
    parts_.push_back({out_.substr(part_begin_), levels_.front().last.width, levels_.front().last.lines});
  part_begin_ = out_.size();
}

void PatternParts::drop_parts() {
  parts_.clear();
  choice_of_parts_ = false;
}

void PatternParts::atom() {
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

void PatternParts::take_character() {
  const char c = rest_.front();
  if (c == '[') return take(class_length());
  if (c != '\\') return take(1);
  const bool braces =
      rest_.size() > 2 && rest_[2] == '{' && std::string_view("xpP").find(rest_[1]) != std::string_view::npos;
  const bool property = rest_.starts_with("\\p") || rest_.starts_with("\\P");
  take(braces ? rest_.find('}') + 1 : rest_.starts_with("\\x") ? 4 : property ? 3 : 2);
}

void PatternParts::open_group() {
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

void PatternParts::close_group() {
  const auto level = levels_.back();
  levels_.pop_back();
  levels_.back().last = whole(level);
  atom_ = level.begin;
  take(1);
}

std::size_t PatternParts::class_length() const {
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

bool PatternParts::quantifier() {
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

std::size_t PatternParts::number(std::size_t& at) const {
  std::size_t value = 0;
  for (; at < rest_.size() && value < 10'000 && std::isdigit(static_cast<unsigned char>(rest_[at])) != 0;
       ++at)
    value = value * 10 + static_cast<std::size_t>(rest_[at] - '0');
  return value;
}

}  // namespace keysift
