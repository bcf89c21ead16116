#include "detect/decode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace keysift {
namespace {

// How far round a keyword an encoded run is decoded. A wider secret than fits in it is none.
constexpr std::size_t kBack = 4096;
constexpr std::size_t kAhead = 16384;

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The value of each base64 digit of either alphabet, -1 for other bytes.
constexpr auto kBase64Values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kBase64.size(); ++i)
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<std::int8_t>(i);
  values['-'] = 62;
  values['_'] = 63;
  return values;
}();

int base64_value(char c) { return kBase64Values[static_cast<unsigned char>(c)]; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r'; }

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

// The offsets of digits of the run round `at`, in order; `origin` is the number of `at` among them.
template <typename IsDigit>
std::vector<std::size_t> digits_around(std::string_view bytes, std::size_t at, IsDigit&& is_digit,
                                       std::size_t& origin) {
  std::vector<std::size_t> digits;
  for (auto i = at; i > 0 && digits.size() < kBack;) {
    if (const auto before = line_end_before(bytes, i); before != i) {
      i = before;
    } else if (is_digit(bytes[i - 1])) {
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
    } else if (const auto length = line_end(bytes, i); length > 0) {
      i += length;
    } else {
      break;
    }
  }
  return digits;
}

// Collects what a decoder makes of a stretch of text.
class Output {
 public:
  explicit Output(std::string_view encoding) { decoded_.encoding = encoding; }

  void add(char byte) { decoded_.bytes += byte; }
  void add_utf8(std::uint32_t c) {
    if (c < 0x80) return add(static_cast<char>(c));
    if (c < 0x800) {
      add(static_cast<char>(0xc0 | c >> 6));
    } else {
      if (c < 0x10000) {
        add(static_cast<char>(0xe0 | c >> 12));
      } else {
        add(static_cast<char>(0xf0 | (c >> 18 & 7)));
        add(static_cast<char>(0x80 | (c >> 12 & 0x3f)));
      }
      add(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
    }
    add(static_cast<char>(0x80 | (c & 0x3f)));
  }

  // All that was added since the last call was made from `range`.
  void came_from(Range range) { decoded_.from.resize(decoded_.bytes.size(), range); }

  Decoded finish() && { return std::move(decoded_); }

 private:
  Decoded decoded_;
};

// A decoder of text looks at what `rest` starts with: it returns how many bytes that takes and puts what they
// stand for into `out`, or returns 0.
using Step = std::size_t (*)(std::string_view rest, Output& out);

// The number of `digits` hexadecimal digits at the start of `text`; nothing if there are fewer.
std::optional<std::uint32_t> hex_number(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

std::size_t percent_step(std::string_view rest, Output& out) {
  const auto value = rest.front() == '%' ? hex_number(rest.substr(1), 2) : std::nullopt;
  if (!value) return 0;
  out.add(static_cast<char>(*value));
  return 3;
}

std::size_t escape_step(std::string_view rest, Output& out) {
  if (rest.front() != '\\' || rest.size() < 2) return 0;
  const auto numeric = [&](std::size_t digits) -> std::size_t {
    const auto value = hex_number(rest.substr(2), digits);
    if (!value) return 0;
    out.add_utf8(*value);
    return 2 + digits;
  };
  constexpr std::string_view kNamed = "/\"'\\nrt";
  constexpr std::string_view kMeant = "/\"'\\\n\r\t";
  switch (rest[1]) {
    case 'u':
      if (rest.substr(2).starts_with('{')) {  // JavaScript
        const auto close = rest.find('}');
        const auto value = close < 12 ? hex_number(rest.substr(3), close - 3) : std::nullopt;
        if (!value) return 0;
        out.add_utf8(*value);
        return close + 1;
      }
      return numeric(4);
    case 'x':
      return numeric(2);
    default:
      if (const auto name = kNamed.find(rest[1]); name != std::string_view::npos) {
        out.add(kMeant[name]);
        return 2;
      }
      return 0;
  }
}

std::size_t html_step(std::string_view rest, Output& out) {
  if (rest.front() != '&') return 0;
  const auto semicolon = rest.substr(0, 12).find(';');
  if (semicolon == std::string_view::npos || semicolon < 2) return 0;
  const auto name = rest.substr(1, semicolon - 1);
  if (name.front() == '#') {
    const bool hex = name.size() > 2 && (name[1] | 0x20) == 'x';
    const auto digits = name.substr(hex ? 2 : 1);
    std::uint32_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return 0;
    out.add_utf8(value);
    return semicolon + 1;
  }
  constexpr auto kNames = std::to_array<std::pair<std::string_view, char>>({{"amp", '&'},
                                                                            {"lt", '<'},
                                                                            {"gt", '>'},
                                                                            {"quot", '"'},
                                                                            {"apos", '\''},
                                                                            {"hyphen", '-'},
                                                                            {"dash", '-'},
                                                                            {"lowbar", '_'},
                                                                            {"sol", '/'},
                                                                            {"plus", '+'},
                                                                            {"equals", '='},
                                                                            {"colon", ':'},
                                                                            {"period", '.'}});
  for (const auto& [known, meant] : kNames) {
    if (name != known) continue;
    out.add(meant);
    return semicolon + 1;
  }
  return 0;
}

std::size_t quoted_printable_step(std::string_view rest, Output& out) {
  if (rest.front() != '=') return 0;
  if (rest.substr(1).starts_with("\n")) return 2;
  if (rest.substr(1).starts_with("\r\n")) return 3;
  const auto value = hex_number(rest.substr(1), 2);
  if (!value) return 0;
  out.add(static_cast<char>(*value));
  return 3;
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

// What joins two literals in one program or another: nothing, + . .. & <> ~ ||, or a comma between the lines
// of a notebook's cell, each of which is a literal.
std::size_t skip_operator(std::string_view text, std::size_t at) {
  for (const std::string_view sign : {"..", "<>", "||", "+", ".", "& _", "&", "~"}) {
    if (text.substr(at).starts_with(sign)) return at + sign.size();
  }
  return at;
}

// From the quote that ends one literal to the first character of the next.
std::size_t join_step(std::string_view rest, Output&) {
  if (rest.front() == '\\') {  // a line that goes on
    const auto length = rest.substr(1).starts_with("\r\n") ? 3 : rest.substr(1).starts_with("\n") ? 2 : 0;
    if (length == 0) return 0;
    auto end = static_cast<std::size_t>(length);
    while (end < rest.size() && is_blank(rest[end])) ++end;
    return end;
  }
  if (!is_quote(rest.front())) return 0;
  auto at = skip_spaces(rest, 1);
  at = skip_spaces(rest, skip_operator(rest, at));
  if (rest.substr(at).starts_with("\\\n")) at = skip_spaces(rest, at + 2);
  if (rest.substr(at).starts_with("\",")) {  // the end of a notebook's line, and the start of the next
    const auto next = skip_spaces(rest, at + 2);
    if (next < rest.size() && rest[next] == '"') at = skip_spaces(rest, next + 1);
  }
  // Python's and C's marks before a literal: f"", b'', u8"", @"".
  constexpr std::string_view kMarks = "bBfFrRuUL@8$";
  auto quote = at;
  // Not right after the quote: `"b" + "c"` has a literal b, and no mark.
  while (at > 1 && quote < rest.size() && quote < at + 2 &&
         kMarks.find(rest[quote]) != std::string_view::npos)
    ++quote;
  const bool opens = quote + 1 < rest.size() && is_quote(rest[quote]) && !is_quote(rest[quote + 1]);
  return opens ? quote + 1 : 0;
}

struct TextEncoding {
  std::string_view name;
  std::string_view marks;  // every step begins with one of these
  Step step;
};

constexpr auto kTextEncodings = std::to_array<TextEncoding>({{"percent", "%", percent_step},
                                                             {"escapes", "\\", escape_step},
                                                             {"html", "&", html_step},
                                                             {"quoted-printable", "=", quoted_printable_step},
                                                             {"joined", "\"'`\\", join_step}});

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

// Nothing if no step found anything.
std::optional<Decoded> decode_stretch(std::string_view bytes, Range stretch, const TextEncoding& encoding) {
  const auto text = bytes.substr(0, stretch.end);
  Output out(encoding.name);
  bool any = false;
  for (auto at = stretch.begin; at < text.size();) {
    const bool marked = encoding.marks.find(text[at]) != std::string_view::npos;
    auto taken = marked ? encoding.step(text.substr(at), out) : 0;
    any = any || taken > 0;
    if (taken == 0) {
      out.add(text[at]);
      taken = 1;
    }
    out.came_from({at, at + taken});
    at += taken;
  }
  if (!any) return std::nullopt;
  return std::move(out).finish();
}

}  // namespace

Decoded decode_base64(std::string_view bytes, std::size_t at) {
  std::size_t origin = 0;
  const auto digits = digits_around(
      bytes, at, [](char c) { return base64_value(c) >= 0; }, origin);
  Output out("base64");
  std::uint32_t bits = 0;
  unsigned count = 0;
  auto since = origin % 4;
  for (auto i = since; i < digits.size(); ++i) {
    bits = bits << 6 | static_cast<std::uint32_t>(base64_value(bytes[digits[i]]));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.add(static_cast<char>(bits >> count));
    out.came_from({digits[since], digits[i] + 1});
    since = count > 0 ? i : i + 1;
  }
  return std::move(out).finish();
}

std::string hex_form(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string form;
  for (const char c : text) {
    form += kDigits[static_cast<unsigned char>(c) >> 4];
    form += kDigits[c & 15];
  }
  return form;
}

Decoded decode_hex(std::string_view bytes, std::size_t at) {
  std::size_t origin = 0;
  const auto digits = digits_around(
      bytes, at, [](char c) { return hex_value(c) >= 0; }, origin);
  Output out("hex");
  for (auto i = origin % 2; i + 1 < digits.size(); i += 2) {
    out.add(static_cast<char>(hex_value(bytes[digits[i]]) << 4 | hex_value(bytes[digits[i + 1]])));
    out.came_from({digits[i], digits[i + 1] + 1});
  }
  return std::move(out).finish();
}

std::vector<Decoded> decode_text(std::string_view bytes, Range stretch) {
  std::vector<Decoded> all;
  unsigned marked = 0;
  for (const char c : bytes.substr(stretch.begin, stretch.end - stretch.begin))
    marked |= kMarkedBy[static_cast<unsigned char>(c)];
  for (std::size_t i = 0; i < kTextEncodings.size(); ++i) {
    if ((marked >> i & 1) == 0) continue;
    if (auto decoded = decode_stretch(bytes, stretch, kTextEncodings[i])) all.push_back(std::move(*decoded));
  }
  return all;
}

std::optional<Decoded> decode_utf16(std::string_view bytes) {
  constexpr std::size_t kLooked = 64;
  const auto head = bytes.substr(0, kLooked);
  if (head.size() < 8) return std::nullopt;
  std::array<std::size_t, 2> nuls{};  // at even and odd places
  for (std::size_t i = 0; i < head.size(); ++i) nuls[i % 2] += head[i] == '\0';
  const bool marked_little = head.starts_with("\xff\xfe");
  const bool marked_big = head.starts_with("\xfe\xff");
  const auto most = head.size() / 2 - head.size() / 16;  // of text in Latin letters nearly every other byte
  const bool little = marked_little || (!marked_big && nuls[1] >= most && nuls[0] == 0);
  const bool big = marked_big || (!marked_little && nuls[0] >= most && nuls[1] == 0);
  if (!little && !big) return std::nullopt;
  Output out(little ? "utf-16le" : "utf-16be");
  for (std::size_t i = marked_little || marked_big ? 2 : 0; i + 1 < bytes.size(); i += 2) {
    const auto low = static_cast<unsigned char>(bytes[little ? i : i + 1]);
    const auto high = static_cast<unsigned char>(bytes[little ? i + 1 : i]);
    out.add_utf8(static_cast<std::uint32_t>(high << 8 | low));
    out.came_from({i, i + 2});
  }
  return std::move(out).finish();
}

}  // namespace keysift
