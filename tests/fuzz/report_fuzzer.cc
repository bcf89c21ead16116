// A libFuzzer target for reports: those that are read back, and what of a repository's bytes gets into each
// format.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "finding/baseline.h"
#include "fuzz/input.h"
#include "report/advice.h"
#include "report/baseline.h"
#include "report/explanation.h"
#include "report/format.h"
#include "report/json_writer.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/saved.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;

std::string rendered(const Report& report, Format format, const Style& style = {}) {
  std::string text;
  render(report, format, style, [&](std::string_view bytes) { text += bytes; });
  return text;
}

/// Whether text is UTF-8 (Unicode 15, table 3-7), read by another table than that of base/text.
bool is_utf8(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  for (std::size_t i = 0; i < text.size();) {
    if (at(i) < 0x80) {
      ++i;
      continue;
    }
    const auto within = [&](std::size_t place, unsigned first, unsigned last) {
      return at(i + place) >= first && at(i + place) <= last;
    };
    const bool two = within(0, 0xc2, 0xdf) && within(1, 0x80, 0xbf);
    const bool three = within(0, 0xe0, 0xef) &&
                       within(1, at(i) == 0xe0 ? 0xa0 : 0x80, at(i) == 0xed ? 0x9f : 0xbf) &&
                       within(2, 0x80, 0xbf);
    const bool four = within(0, 0xf0, 0xf4) &&
                      within(1, at(i) == 0xf0 ? 0x90 : 0x80, at(i) == 0xf4 ? 0x8f : 0xbf) &&
                      within(2, 0x80, 0xbf) && within(3, 0x80, 0xbf);
    if (!two && !three && !four) return false;
    i += two ? 2 : three ? 3 : 4;
  }
  return true;
}

/// Whether a terminal does as it likes with text, lines apart.
bool is_tame(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7f) return false;
    if (c < 0x80) continue;
    if (c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;  // C1
    for (const std::string_view mark : {"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
                                        "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"})
      if (text.substr(i).starts_with(mark)) return false;
  }
  return true;
}

/// All formats of a report: UTF-8 that no terminal obeys, and JSON that is JSON.
void check_formats(const Report& report) {
  for (const auto format : {Format::json, Format::sarif, Format::gitlab, Format::gitleaks}) {
    const auto text = rendered(report, format);
    require(is_tame(text) && std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; }),
            "JSON is not plain ASCII");
    require(nlohmann::json::accept(text), "what should be JSON is none");
  }
  std::istringstream lines(rendered(report, Format::jsonl));
  for (std::string line; std::getline(lines, line);)
    require(nlohmann::json::accept(line), "a line of JSON Lines is no JSON");
  for (const std::string name : {"text", "markdown", "github", "junit"}) {
    const auto text = rendered(report, *format_named(name));
    require(is_utf8(text), name + " is not in UTF-8");
    require(is_tame(text), name + " holds what a terminal obeys");
  }
  auto csv = rendered(report, Format::csv);
  std::erase(csv, '\r');
  require(is_utf8(csv) && is_tame(csv), "CSV holds what a terminal obeys");
  require(is_utf8(rendered(report, Format::text, {.color = true, .width = 20, .folder_uri = "file:///a/"})),
          "a painted report is not in UTF-8");
  require(is_tame(render_explanation(report, false)), "an explanation holds what a terminal obeys");
}

/// The page, of which most is always the same: nothing in it ends the script that holds the report.
void check_page(const Report& report) {
  const auto ends_in = [](std::string_view page) {
    std::size_t count = 0;
    for (auto at = page.find("</s"); at != page.npos; at = page.find("</s", at + 1)) ++count;
    return count;
  };
  static const auto expected = ends_in(rendered({}, Format::html));
  const auto page = rendered(report, Format::html);
  require(ends_in(page) == expected && is_utf8(page) && is_tame(page), "the page holds what a browser obeys");
}

/// The fingerprints that a baseline keeps of a report are those of its findings.
void check_baseline(const Report& report) {
  static const auto path = fs::temp_directory_path() / ("keysift-fuzz-" + std::to_string(getpid()) + ".json");
  std::set<std::string> expected;
  for (const auto* list : {&report.findings, &report.known})
    for (const auto& finding : *list) expected.insert(finding.fingerprint());
  write_file(path, render_baseline(report));
  require(read_baseline(path).fingerprints == expected, "a baseline has other fingerprints");
  fs::remove(path);
}

/// A report that was saved: rendered and read back, it is the same.
void fuzz_saved(Input input) {
  SavedReport saved;
  try {
    saved = read_report(input.rest(), "file");
  } catch (const Failure& failure) {
    const std::string_view what = failure.what();
    return require(what.starts_with("file") && printable(what) == what, "a message that a terminal obeys");
  }
  check_formats(saved.report);
  check_baseline(saved.report);
  const auto first = rendered(saved.report, Format::json);
  const auto again = read_report(first, "again");
  require(rendered(again.report, Format::json) == first, "a report is another one when it is read back");
}

/// A baseline's bytes.
void fuzz_baseline(Input input) {
  static const auto path = fs::temp_directory_path() / ("keysift-fuzz-" + std::to_string(getpid()) + ".json");
  write_file(path, input.rest());
  try {
    read_baseline(path);
  } catch (const Failure& failure) {
    require(printable(failure.what()) == failure.what(), "a message that a terminal obeys");
  }
  fs::remove(path);
}

/// A report of whatever bytes a repository may hold.
void fuzz_report(Input input) {
  const auto text = [&] { return std::string(input.before('\n')); };
  Rule rule;
  rule.id = text();
  rule.description = text();
  rule.console = text();
  Report report;
  report.rules = {&rule};
  report.target = text();
  report.repositories.push_back({text(), "", "", text(), {}});
  const auto flags = input.byte();
  for (auto left = flags % 4; left > 0; --left) {
    Finding finding;
    finding.rule = &rule;
    finding.origin = static_cast<Origin>(input.byte() % 8);
    finding.confidence = static_cast<Confidence>(input.byte() % 3);
    finding.secret = Secret(text() + "x");
    finding.location.path = text();
    finding.location.begin = {input.byte() + 1, input.byte() + 1};
    finding.location.end = advance(finding.location.begin, std::string_view(finding.secret.reveal()));
    finding.excerpt = {text(), text()};
    finding.reason = "a reason";
    if ((flags & 4) != 0) {
      auto& provenance = finding.provenance.emplace();
      provenance.blob = std::string(40, 'a');
      provenance.state = static_cast<BlobState>(input.byte() % 3);
      provenance.introduced = {std::string(40, 'b'), text(), "2024-05-01T12:00:00+02:00", text()};
      provenance.refs = {"refs/heads/" + text()};
      provenance.commits = 1;
    }
    if ((flags & 8) != 0) {
      finding.allowed_by = kMarkOnLine;
      finding.allowed_reason = text();
      report.allowed.push_back(finding);
    } else {
      report.findings.push_back(finding);
    }
  }
  if ((flags & 16) != 0) {
    EnvFinding env;
    env.path = text();
    env.coverage = static_cast<Coverage>(input.byte() % kCoverages);
    env.cause = Place{text(), 3, text()};
    env.ignore_file = text();
    env.pattern = text();
    report.env_checked = true;
    report.env.push_back(env);
    report.passages.push_back({env.path, Door::image, text(), true, {text(), 2, text()}, "", "", ""});
  }
  if ((flags & 32) != 0) report.errors.push_back({text(), "Permission denied", Cause::unreadable, 0});
  check_formats(report);
  if ((flags & 64) != 0) check_page(report);
  check_baseline(report);
  // Where a secret may stand nothing else shows it. A short one, or a text that redacting makes, may be
  // anywhere.
  const Mask mask(report, false);
  const auto message = text();
  for (const auto& finding : report.findings) {
    const auto& secret = finding.secret.reveal();
    if (secret.size() < Mask::kLeastMasked || secret.find('*') != std::string::npos) continue;
    require(mask.raw(secret + message + secret).find(secret) == std::string::npos, "a secret is not masked");
  }
}

/// Text for a terminal, and its layout.
void fuzz_text(Input input) {
  const auto most = input.byte();
  const auto bytes = input.rest();
  const auto shown = printable(bytes);
  require(is_utf8(shown) && is_tame(shown) && shown.find('\n') == std::string::npos,
          "what is printable is not");
  require(printable(shown) == shown, "what is printable changes");
  const auto utf8 = valid_utf8(bytes);
  require(is_utf8(utf8) && valid_utf8(utf8) == utf8, "what should be UTF-8 is none");
  require(is_utf8(bytes) == (utf8 == bytes), "UTF-8 changes, or what is none does not");
  const auto first = beginning(utf8, most);
  require(first.size() <= most && is_utf8(first) && utf8.starts_with(first), "a beginning that is none");
  std::size_t characters = 0;
  for (auto rest = std::string_view(shown); !rest.empty(); ++characters) take_character(rest);
  require(width(shown) == characters, "a width that is not the number of characters");
  for (const auto& each : {shortened(shown, most), cut(shown, most)}) {
    require(width(each) <= std::max<std::size_t>(most, 3) && is_utf8(each),
            "a text that was shortened is too wide");
    if (characters <= most) require(each == shown, "a text that fits is shortened");
    if (characters > most && most >= 3) require(width(each) == most, "a text is shortened too much");
  }
  const auto indent = std::min<std::size_t>(most / 4, 20);
  std::istringstream lines(wrapped("- ", shown, indent, most));
  std::string words;
  std::size_t alone = 2;  // words of a line that is too wide: one, and the mark before the first
  for (std::string line; std::getline(lines, line); alone = 1) {
    require(width(line) <= most || words_of(line, " ").size() <= alone, "a line is too wide");
    words += line;
  }
  auto expected = "- " + shown;
  std::erase(expected, ' ');
  std::erase(words, ' ');
  require(words == expected, "a word is lost");
  require(width(painted(Paint::bold, shown, true)) == characters, "paint takes room");
  require(width(linked(shown, "file:///a")) == characters, "a link takes room");
  require(is_tame(shell_quoted(bytes)) && is_utf8(shell_quoted(bytes)), "a command that a terminal obeys");
  require(uri_path(bytes).find_first_of("\"'<>() \n") == std::string::npos, "a path that ends its link");
}

/// Strings in JSON come back, but for what is no UTF-8.
void fuzz_json(Input input) {
  const std::string key(input.before('\n'));
  const std::string text(input.rest());
  std::string json;
  const Output out = [&](std::string_view bytes) { json += bytes; };
  JsonWriter writer(out, JsonWriter::Layout::indented);
  writer.document([&] {
    writer.field(key, text);
    writer.array(key + "s", [&] { writer.value(text); });
  });
  require(std::all_of(json.begin(), json.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }),
          "JSON is not plain ASCII");
  const auto read = nlohmann::ordered_json::parse(json, nullptr, false);
  require(
      read.is_object() && read.front() == valid_utf8(text) && read.items().begin().key() == valid_utf8(key),
      "a string is another one in JSON");
}

}  // namespace
}  // namespace keysift::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keysift::test;
  constexpr std::array kParts{fuzz_saved, fuzz_baseline, fuzz_report, fuzz_text, fuzz_json};
  return give(kParts, data, size);
}
