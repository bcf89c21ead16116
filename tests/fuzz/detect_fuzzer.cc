// A libFuzzer target for what looks for secrets in bytes that nobody vouches for: decoders, what finds
// encoded runs, and the detector as a whole, held against RE2 over all bytes.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "base/text.h"
#include "detect/decode.h"
#include "detect/detector.h"
#include "detect/encoded_runs.h"
#include "detect/joint.h"
#include "detect/oracle.h"
#include "fuzz/input.h"
#include "rule/example.h"
#include "rule/rule_file.h"

namespace keysift::test {
namespace {

constexpr std::string_view kRules = R"toml(
[[rules]]
id = "exact"
regex = '''key-[a-z0-9]{4,12}'''
keywords = ["key-"]
exactKeywords = true

[[rules]]
id = "surer"
regex = '''zk_[A-Z][a-z0-9]{4}XX[a-z0-9]{4}'''
keywords = ["zk_"]
exactKeywords = true
confidence = "high"

[[rules]]
id = "caseless"
regex = '''(?i)pass(?:word)?\s*[:=]\s*["']?([a-z0-9_-]{4,16})\b'''
secretGroup = 1
keywords = ["pass"]
confidence = "low"

[[rules]]
id = "around"
regex = '''[a-z0-9]{0,8}key-[a-z]{2}[a-z0-9_-]{2,20}'''
keywords = ["key-"]
confidence = "low"

[[rules]]
id = "line"
regex = '''(?m)^line_[a-z0-9]{4}$'''
keywords = ["line_"]
)toml";

/// The rules, and what scans with them.
struct Scanner {
  explicit Scanner(unsigned depth) : detector(rules, {.decode_depth = depth}), scratch(detector) {}
  std::vector<Rule> rules = parse_rules(kRules, "fuzz.toml");
  Detector detector;
  Detector::Scratch scratch;
};

Scanner& plain() {
  static Scanner scanner(0);
  return scanner;
}
Scanner& decoding() {
  static Scanner scanner(4);
  return scanner;
}

// Seeds hold templates rather than keys.
std::string text_of(std::string_view bytes) {
  try {
    auto text = expand_template(bytes);
    if (text.size() > (std::size_t{1} << 16)) throw TooLarge();
    return text;
  } catch (const Failure&) {
    return std::string(bytes);
  }
}

/// Bytes come from where they may, in order.
void check_places(const Decoded& decoded, std::size_t size) {
  require(decoded.from.size() == decoded.bytes.size(), "bytes without a place");
  Range before{0, 0};
  for (const auto& range : decoded.from) {
    require(range.begin < range.end && range.end <= size, "a place out of bounds");
    require(range.begin >= before.begin && range.end >= before.end, "places out of order");
    before = range;
  }
}

void fuzz_decode(Input input) {
  const auto at = std::size_t{input.byte()} << 2 | input.byte() % 4;
  const auto more = std::size_t{input.byte()} << 2;
  const auto text = text_of(input.rest());
  if (text.empty()) return;
  const Range stretch{std::min(at, text.size()), std::min(at + more, text.size())};
  const auto place = std::min(at, text.size() - 1);
  for (const auto& decoded : decode_text(text, stretch)) {
    check_places(decoded, stretch.end);
    if (!decoded.from.empty())
      require(decoded.from.front().begin >= stretch.begin, "a place before the stretch");
    require(decoded.bytes.size() <= stretch.end - stretch.begin, "text grows when it is decoded");
  }
  check_places(decode_base64(text, place), text.size());
  check_places(decode_hex(text, place), text.size());
  check_places(decode_utf16(text, place), text.size());
  if (const auto wide = decode_utf16(text)) check_places(*wide, text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    require(i + joint_at(text, i) <= text.size(), "a joint that goes beyond the text");
    require(i + fold_at(text, i) <= text.size(), "a fold that goes beyond the text");
  }
  require(unescaped(text, at).size() <= at + 4, "more than was asked for");
}

void fuzz_runs(Input input) {
  const auto at = input.byte();
  const auto most = input.byte();
  const auto text = text_of(input.rest());
  std::vector<EncodedRun> runs;
  find_encoded_runs(text, runs);
  for (const auto& run : runs) {
    require(run.at < text.size(), "a run beyond the text");
    const auto decoded = run.hex ? decode_hex(text, run.at) : decode_base64(text, run.at);
    require(decoded.bytes.size() >= 18, "a run of nothing");
  }
  const auto place = std::min<std::size_t>(at, text.size());
  require(run_before(text, place, most) <= std::min<std::size_t>(place, most), "a run begins too early");
  require(run_after(text, place, most) <= std::min<std::size_t>(text.size() - place, most),
          "a run ends too late");
}

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t j) {
      return j < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[j])) : 0U;
    };
    const auto group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    for (std::size_t digit = 0; digit < std::min<std::size_t>(4, bytes.size() - i + 1); ++digit)
      text += kDigits[group >> (18 - 6 * digit) & 63];
  }
  return text;
}

/// What was encoded comes back, from where it stands, and runs of it are seen.
void fuzz_encode(Input input) {
  const std::string before(input.byte() % 40, ' ');
  const auto text = text_of(input.rest()).substr(0, 3000);
  if (text.empty()) return;
  const auto encoded = before + base64_of(text) + "\n!";
  const auto decoded = decode_base64(encoded, before.size());
  require(decoded.bytes.starts_with(text), "base64 decodes to something else");
  require(decoded.from.front().begin == before.size(), "base64 begins elsewhere");
  const auto pairs = decode_hex(before + hex_form(text), before.size());
  require(pairs.bytes == text, "hexadecimal digits decode to something else");
  std::string percent = before;
  for (std::size_t i = 0; i < text.size(); i += 1) percent += '%' + hex_form(text.substr(i, 1));
  const auto all = decode_text(percent, {before.size(), percent.size()});
  require(all.size() == 1 && all[0].bytes == text, "percent-encoding decodes to something else");
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  std::vector<EncodedRun> runs;
  find_encoded_runs(before + hex_form(text), runs);
  if (printable && text.size() >= 18) require(!runs.empty(), "a run in hexadecimal digits is not seen");
}

std::vector<Match> scan(Scanner& scanner, std::string_view bytes, Range owned = {}, Fresh fresh = {}) {
  const auto found = scanner.detector.scan(bytes, scanner.scratch, owned, fresh);
  return {found.begin(), found.end()};
}

/// Without decoders: what RE2 finds in the whole.
void fuzz_plain(Input input) {
  static const Oracle oracle(plain().rules);
  const auto text = text_of(input.rest());
  require(found_in(scan(plain(), text)) == oracle(text), "the detector finds something else than RE2");
}

/// Places lie within the text, apart and in order; two halves give what the whole gives.
void fuzz_detector(Input input) {
  const auto cut = std::size_t{input.byte()} << 2;
  const auto text = text_of(input.rest());
  const auto matches = scan(decoding(), text);
  std::size_t done = 0;
  for (const auto& match : matches) {
    require(match.begin >= done && match.begin < match.end && match.end <= text.size(),
            "matches out of order or bounds");
    require(!match.secret.empty() && match.kept && !match.reason.empty(), "a match of nothing");
    if (match.decoded.empty())
      require(text.substr(match.begin, match.end - match.begin) == match.secret, "a secret from elsewhere");
    done = match.end;
  }
  auto halves = found_in(scan(decoding(), text, {0, cut}));
  const auto second = found_in(scan(decoding(), text, {cut, SIZE_MAX}));
  halves.insert(halves.end(), second.begin(), second.end());
  require(halves == found_in(matches), "two halves give something else than the whole");
}

/// A text made from another one without a match: what is new in it is enough to find all.
void fuzz_fresh(Input input) {
  const bool decodes = input.byte() % 2 == 1;
  auto& scanner = decodes ? decoding() : plain();
  const auto original = text_of(input.before('\0'));
  scan(scanner, original);
  const auto reach = scanner.scratch.reach();
  if (reach.anywhere) return;
  std::string text;
  std::vector<FreshRange> fresh{{{0, 0}}};
  const auto add_seam = [&](std::size_t source) {
    if (fresh.back().end != text.size()) fresh.push_back({{text.size(), text.size()}});
    fresh.back().source = source;
  };
  while (!input.empty()) {
    const auto from = std::min<std::size_t>(input.byte(), original.size());
    add_seam(from);
    text += original.substr(from, input.byte());
    add_seam(original.size());
    text += text_of(input.bytes(input.byte() % 32));
    fresh.back().end = text.size();
  }
  const auto found = found_in(scan(scanner, text, {}, {fresh, &reach}));
  require(found == found_in(scan(scanner, text)), "what is new is not enough");
}

}  // namespace
}  // namespace keysift::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keysift::test;
  constexpr std::array kParts{fuzz_decode, fuzz_runs, fuzz_encode, fuzz_plain, fuzz_detector, fuzz_fresh};
  return give(kParts, data, size);
}
