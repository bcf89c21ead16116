#include "detect/decode.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "detect/characters.h"
#include "detect/escape.h"
#include "detect/joint.h"

namespace keysift {
namespace {

// How far round a keyword an encoded run is decoded. A wider secret than fits in it is none.
constexpr std::size_t kBack = 4096;
constexpr std::size_t kAhead = 16384;

// The length of a line end at `at`, with the blanks after it: real, or spelled out as \n or \r\n. 0 if there
// is none.
std::size_t line_end(std::string_view bytes, std::size_t at) {
  const auto rest = bytes.substr(at);
  std::size_t length = 0;
  for (const std::string_view end : {"\r\n", "\n", "\\r\\n", "\\n"}) {
    if (rest.starts_with(end)) {
      length = end.size();
      break;
    }
  }
  if (length == 0) return 0;
  while (length < rest.size() && is_blank(rest[length])) ++length;
  return length;
}

// Where the line end that stops right before `at` begins; `at` if there is none.
std::size_t line_end_before(std::string_view bytes, std::size_t at) {
  auto blanks = at;
  while (blanks > 0 && is_blank(bytes[blanks - 1])) --blanks;
  const auto before = bytes.substr(0, blanks);
  for (const std::string_view end : {"\r\n", "\n", "\\r\\n", "\\n"}) {
    if (before.ends_with(end)) return blanks - end.size();
  }
  return at;
}

// How many bytes that are no digits stand at `at` in a run that goes on after them: a line end, or what is
// between two pieces of a string. 0 if it does not go on.
std::size_t gap_at(std::string_view bytes, std::size_t at) {
  const auto length = line_end(bytes, at);
  const bool is_mark = kJointMarks.find(bytes[at]) != std::string_view::npos;
  return length == 0 && is_mark ? joint_at(bytes.substr(0, at + kAhead), at) : length;
}

// Where the gap that stops right before `at`, which no digit is before, begins; `at` if there is none.
std::size_t gap_before(std::string_view bytes, std::size_t at) {
  constexpr std::size_t kWidest = 128;
  const auto is_joint = [&](std::size_t mark) {
    return kJointMarks.find(bytes[mark]) != std::string_view::npos &&
           mark + joint_at(bytes.substr(0, at + kAhead), mark) == at;
  };
  const auto line = line_end_before(bytes, at);
  if (line != at) return line > 0 && bytes[line - 1] == '\\' && is_joint(line - 1) ? line - 1 : line;
  if (at == 0 || kJointMarks.find(bytes[at - 1]) == std::string_view::npos) return at;
  // What is named before a string ends the search: most strings are no later piece of another.
  for (auto mark = at - 1; mark > 0 && at - mark < kWidest;) {
    if (is_joint(--mark)) return mark;
    const bool is_escaped = mark > 0 && bytes[mark - 1] == '\\';
    if (std::isalnum(static_cast<unsigned char>(bytes[mark])) != 0 && !is_escaped) break;
  }
  return at;
}

// The offsets of digits of the run round `at`, in order; `origin` is the number of `at` among them.
template <typename IsDigit>
std::vector<std::size_t> digits_around(std::string_view bytes, std::size_t at, IsDigit&& is_digit,
                                       std::size_t& origin) {
  std::vector<std::size_t> digits;
  digits.reserve(256);
  for (auto i = at; i > 0 && digits.size() < kBack;) {
    // Of all digits only an n can end a line end, one that is spelled out.
    const bool digit = is_digit(bytes[i - 1]);
    const auto before = !digit ? gap_before(bytes, i) : bytes[i - 1] != 'n' ? i : line_end_before(bytes, i);
    if (before != i) {
      i = before;
    } else if (digit) {
      digits.push_back(--i);
    } else {
      break;
    }
  }
  std::reverse(digits.begin(), digits.end());
  origin = digits.size();
  for (auto i = at; i < bytes.size() && digits.size() < origin + kAhead;) {
    if (is_digit(bytes[i])) {
      digits.push_back(i++);
    } else if (const auto length = gap_at(bytes, i); length > 0) {
      i += length;
    } else {
      break;
    }
  }
  return digits;
}

// All that was added to the bytes since the last call was made from `range`.
void came_from(Decoded& decoded, Range range) { decoded.from.resize(decoded.bytes.size(), range); }

// Adds a part of `text` as it stands.
void add_plain(Decoded& decoded, std::string_view text, Range part) {
  decoded.bytes += text.substr(part.begin, part.end - part.begin);
  for (auto i = part.begin; i < part.end; ++i) decoded.from.push_back({i, i + 1});
}

std::size_t join_step(std::string_view text, std::size_t at, std::string&) { return joint_at(text, at); }
std::size_t run_step(std::string_view text, std::size_t at, std::string&) { return run_joint_at(text, at); }
std::size_t fold_step(std::string_view text, std::size_t at, std::string&) { return fold_at(text, at); }

struct TextEncoding {
  std::string_view name;
  std::string_view marks;  // every step begins with one of these
  Step step;
};

constexpr auto kTextEncodings = std::to_array<TextEncoding>({{"percent", "%", percent_step},
                                                             {"escapes", "\\", escape_step},
                                                             {"html", "&", html_step},
                                                             {"quoted-printable", "=", quoted_printable_step},
                                                             {"joined", kJointMarks, join_step},
                                                             {"folded", "\r\n", fold_step},
                                                             {"hidden", kHiddenMarks, hidden_step}});

// By byte: the encodings whose steps begin with it, one bit each. Most stretches have none of them.
constexpr auto kMarkedBy = [] {
  std::array<std::uint8_t, 256> encodings{};
  for (std::size_t i = 0; i < kTextEncodings.size(); ++i) {
    for (const char mark : kTextEncodings[i].marks) {
      auto& marked = encodings[static_cast<unsigned char>(mark)];
      marked = static_cast<std::uint8_t>(marked | 1U << i);
    }
  }
  return encodings;
}();

// Nothing if no step found anything: most texts have marks that mean something else.
template <typename IsMark>
std::optional<Decoded> decode_stretch(std::string_view bytes, Range stretch, std::string_view encoding,
                                      Step step, IsMark&& is_mark) {
  const auto text = bytes.substr(0, stretch.end);
  Decoded decoded{encoding, {}, {}};
  std::string meant;
  auto done = stretch.begin;
  for (auto at = done; at < text.size();) {
    const auto taken = is_mark(text[at]) ? step(text, at, meant) : 0;
    if (taken == 0) {
      ++at;
      continue;
    }
    add_plain(decoded, text, {done, at});
    decoded.bytes += std::exchange(meant, {});
    came_from(decoded, {at, at + taken});
    done = at += taken;
  }
  if (done == stretch.begin) return std::nullopt;
  add_plain(decoded, text, {done, text.size()});
  return decoded;
}

Decoded utf16(std::string_view bytes, Range text, bool little) {
  Decoded decoded{little ? "utf-16le" : "utf-16be", {}, {}};
  for (auto i = text.begin; i + 1 < text.end; i += 2) {
    const auto low = static_cast<unsigned char>(bytes[little ? i : i + 1]);
    const auto high = static_cast<unsigned char>(bytes[little ? i + 1 : i]);
    add_utf8(decoded.bytes, static_cast<std::uint32_t>(high << 8 | low));
    came_from(decoded, {i, i + 2});
  }
  return decoded;
}

}  // namespace

bool Decoded::is_copied(std::string_view text, Range part) const {
  if (part.begin == 0 || part.end >= bytes.size()) return false;
  const auto first = from[part.begin - 1].begin;
  for (auto at = part.begin - 1; at <= part.end; ++at) {
    const auto place = first + (at + 1 - part.begin);
    if (from[at].begin != place || from[at].end != place + 1 || text[place] != bytes[at]) return false;
    if (static_cast<unsigned char>(bytes[at]) >= 128) return false;
  }
  return true;
}

Decoded decode_base64(std::string_view bytes, std::size_t at) {
  std::size_t origin = 0;
  const auto digits = digits_around(
      bytes, at, [](char c) { return base64_value(c) >= 0; }, origin);
  // Room for all is made at once: an append for each byte was a third of a scan of git's files.
  const auto first = origin % 4;
  const auto size = digits.size() < first ? 0 : (digits.size() - first) * 6 / 8;
  Decoded decoded{"base64", std::string(size, '\0'), std::vector<Range>(size)};
  const auto value = [&](std::size_t digit) {
    return static_cast<std::uint32_t>(base64_value(bytes[digits[digit]]));
  };
  for (std::size_t i = 0; i < size; ++i) {
    // Of the digits with any of its eight bits the first, which begins up to four bits before it.
    const auto digit = first + i * 8 / 6;
    const auto early = i * 8 % 6;
    const auto bits = value(digit) << 6 | value(digit + 1);
    decoded.bytes[i] = static_cast<char>(bits >> (4 - early));
    decoded.from[i] = {digits[digit], digits[digit + 1] + 1};
  }
  return decoded;
}

std::string decode_whole_base64(std::string_view bytes, std::size_t at, std::size_t& end) {
  std::string decoded;
  std::uint32_t bits = 0;  // the last digits, of which `open` bits are no byte yet
  unsigned open = 0;
  for (end = at; at < bytes.size();) {
    const auto value = base64_value(bytes[at]);
    if (value < 0) {
      const auto length = gap_at(bytes, at);
      if (length == 0) break;
      at += length;
      continue;
    }
    end = ++at;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    open += 6;
    if (open < 8) continue;
    open -= 8;
    decoded += static_cast<char>(bits >> open);
  }
  return decoded;
}

Decoded decode_hex(std::string_view bytes, std::size_t at) {
  std::size_t origin = 0;
  const auto digits = digits_around(
      bytes, at, [](char c) { return hex_value(c) >= 0; }, origin);
  Decoded decoded{"hex", {}, {}};
  for (auto i = origin % 2; i + 1 < digits.size(); i += 2) {
    decoded.bytes += static_cast<char>(hex_value(bytes[digits[i]]) << 4 | hex_value(bytes[digits[i + 1]]));
    came_from(decoded, {digits[i], digits[i + 1] + 1});
  }
  return decoded;
}

std::vector<Decoded> decode_text(std::string_view bytes, Range stretch) {
  std::vector<Decoded> all;
  unsigned marked = 0;
  for (const char c : bytes.substr(stretch.begin, stretch.end - stretch.begin))
    marked |= kMarkedBy[static_cast<unsigned char>(c)];
  for (std::size_t i = 0; i < kTextEncodings.size(); ++i) {
    if ((marked >> i & 1) == 0) continue;
    const auto is_mark = [i](char c) { return (kMarkedBy[static_cast<unsigned char>(c)] >> i & 1) != 0; };
    const auto& encoding = kTextEncodings[i];
    if (auto decoded = decode_stretch(bytes, stretch, encoding.name, encoding.step, is_mark))
      all.push_back(std::move(*decoded));
  }
  return all;
}

std::string unescaped(std::string_view text, std::size_t count) {
  std::string meant;
  for (std::size_t at = 0; at < text.size() && meant.size() < count;) {
    // In a string within a string the backslash is escaped, too.
    while (text.substr(at).starts_with("\\\\")) ++at;
    std::size_t taken = 0;
    for (const auto step : {percent_step, escape_step, html_step, quoted_printable_step})
      taken = taken > 0 ? taken : step(text, at, meant);
    if (taken == 0) meant += text[at++];
    at += taken;
  }
  return meant;
}

std::optional<Decoded> decode_runs(std::string_view bytes) {
  constexpr std::size_t kHead = 2048;  // has the root's namespaces
  const auto head = bytes.substr(0, kHead);
  const bool office = head.substr(0, 8).find("<?xml") != std::string_view::npos &&
                      (head.find("//schemas.openxmlformats.org/") != std::string_view::npos ||
                       head.find("//purl.oclc.org/ooxml/") != std::string_view::npos);
  if (!office) return std::nullopt;
  return decode_stretch(bytes, {0, bytes.size()}, "joined", run_step, [](char c) { return c == '<'; });
}

std::optional<Decoded> decode_utf16(std::string_view bytes) {
  constexpr std::size_t kLooked = 64;
  const auto head = bytes.substr(0, kLooked);
  if (head.size() < 8) return std::nullopt;
  const bool marked_little = head.starts_with("\xff\xfe");
  const bool marked_big = head.starts_with("\xfe\xff");
  if (!marked_little && !marked_big && head.find('\0') == std::string_view::npos) return std::nullopt;
  std::array<std::size_t, 2> nuls{};  // at even and odd places
  for (std::size_t i = 0; i < head.size(); ++i) nuls[i % 2] += head[i] == '\0';
  const auto most = head.size() / 2 - head.size() / 16;  // of text in Latin letters nearly every other byte
  const bool little = marked_little || (!marked_big && nuls[1] >= most && nuls[0] == 0);
  const bool big = marked_big || (!marked_little && nuls[0] >= most && nuls[1] == 0);
  if (!little && !big) return std::nullopt;
  return utf16(bytes, {marked_little || marked_big ? 2U : 0U, bytes.size()}, little);
}

Decoded decode_utf16(std::string_view bytes, std::size_t at) {
  // Characters of ASCII with zeros between them: all but the zero at one end is the same in both orders.
  const auto is_character = [&](std::size_t i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    return c < 0x80 && (c >= ' ' || is_space(bytes[i]));
  };
  auto begin = at;
  while (begin >= 2 && at - begin < kBack && bytes[begin - 1] == '\0' && is_character(begin - 2)) begin -= 2;
  auto last = at;
  while (last + 2 < bytes.size() && last - at < kAhead && bytes[last + 1] == '\0' && is_character(last + 2))
    last += 2;
  // The zero is after the last in one order, before the first in the other. An ASCII character may stand next
  // to the run; where both ends have one, it is the commoner order.
  const bool after = last + 1 < bytes.size() && bytes[last + 1] == '\0';
  const bool before = begin > 0 && bytes[begin - 1] == '\0';
  if (before && !after) return utf16(bytes, {begin - 1, last + 1}, false);
  return utf16(bytes, {begin, after ? last + 2 : last}, true);
}

}  // namespace keysift
