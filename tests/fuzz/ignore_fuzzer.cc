// A libFuzzer target for the patterns of ignore files, held against a matcher that tries everything, and for
// .keysiftignore.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "base/glob.h"
#include "base/path_pattern.h"
#include "base/text.h"
#include "finding/gitleaks.h"
#include "finding/ignore_list.h"
#include "fuzz/input.h"
#include "git/ignore_file.h"

namespace keysift::test {
namespace {

/// Whether a pattern fits a text, by trying whatever a star may take.
class NaiveGlob {
 public:
  NaiveGlob(std::string_view pattern, std::string_view text, GlobOptions options)
      : pattern_(pattern), text_(text), options_(options) {}

  bool fits(std::size_t p, std::size_t t) {
    const auto known = known_.find({p, t});
    if (known != known_.end()) return known->second;
    return known_[{p, t}] = find(p, t);
  }

 private:
  bool find(std::size_t p, std::size_t t) {
    if (p == pattern_.size()) return t == text_.size();
    if (pattern_[p] == '*') return star(p, t);
    if (t == text_.size()) return false;
    // One byte takes a letter, `?`, an escape or a set: glob_matches() itself says of which length.
    const auto byte = text_.substr(t, 1);
    if (options_.paths && byte == "/" && pattern_[p] != '/' && pattern_[p] != '\\') return false;
    for (auto end = p + 1; end <= pattern_.size(); ++end) {
      const auto one = pattern_.substr(p, end - p);
      if (one.size() > 1 && pattern_[p] != '\\' && pattern_[p] != '[') return false;
      if (!is_whole_glob(one)) continue;
      return glob_matches(one, byte, options_) && fits(end, t + 1);
    }
    return false;
  }

  bool star(std::size_t p, std::size_t t) {
    auto end = p;
    while (end < pattern_.size() && pattern_[end] == '*') ++end;
    const auto rest = pattern_.substr(end);
    const bool folders = end - p > 1 && (p == 0 || pattern_[p - 1] == '/') &&
                         (rest.empty() || rest.starts_with('/') || rest.starts_with("\\/"));
    if (options_.paths && folders && rest.starts_with('/') && fits(end + 1, t)) return true;
    for (;; ++t) {
      if (fits(end, t)) return true;
      if (t == text_.size() || (options_.paths && !folders && text_[t] == '/')) return false;
    }
  }

  std::string_view pattern_;
  std::string_view text_;
  GlobOptions options_;
  std::map<std::pair<std::size_t, std::size_t>, bool> known_;
};

std::string_view without_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

/// A pattern and a text.
void fuzz_glob(Input input) {
  const auto flags = input.byte();
  const GlobOptions options{(flags & 1) != 0, (flags & 2) != 0};
  const auto pattern = without_nul(input.before('\n')).substr(0, 80);
  const auto text = without_nul(input.before('\n')).substr(0, 80);
  const bool fits = glob_matches(pattern, text, options);
  if (!is_whole_glob(pattern)) return require(!fits, "a pattern that breaks off fits something");
  require(fits == NaiveGlob(pattern, text, options).fits(0, 0),
          "a glob fits what it should not, or does not");
}

/// A name, and a line that fits just it.
void fuzz_name(Input input) {
  const auto name = without_nul(input.before('/'));
  const auto other = without_nul(input.before('/'));
  if (name.empty() || name == "." || name == "..") return;
  const IgnoreFile file("", pattern_of(name) + '\n');
  // A CR at the end of a line is none of the pattern's.
  if (name.ends_with('\r') || name.starts_with("\xEF\xBB\xBF")) return;
  require(file.patterns().size() == 1 && file.decide(name, false) != nullptr,
          "a name's own line does not fit it");
  require(file.decide("a/" + std::string(name), false) != nullptr, "a name's own line does not fit it below");
  const bool may_fit = other == name || name.find('\n') != name.npos;
  if (!other.empty() && !may_fit)
    require(file.decide(other, false) == nullptr, "a name's line fits another one");
}

/// An ignore file and a path: the last line that fits decides, of the folders first.
void fuzz_ignore_file(Input input) {
  const bool fold_case = input.byte() % 2 == 1;
  const auto path = without_nul(input.before('\n'));
  const std::string bytes(input.rest());
  const IgnoreFile file("x", bytes);
  std::uint32_t line = 0;
  for (const auto& pattern : file.patterns()) {
    require(pattern.line > line, "lines out of order");
    line = pattern.line;
    require(!pattern.path.text.empty() && pattern.path.literal <= pattern.path.text.size(),
            "an empty pattern");
    require(bytes.find(pattern.written) != bytes.npos, "a pattern that nobody wrote");
  }
  require(line <= 1 + static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n')),
          "a line too many");
  const auto last = [&](std::string_view each, bool is_folder) {
    const IgnorePattern* found = nullptr;
    for (const auto& pattern : file.patterns()) {
      if (pattern.path.folders_only && !is_folder) continue;
      const auto subject = pattern.path.anchored ? each : each.substr(each.rfind('/') + 1);
      // The shortcuts for what is literal know the case of an escaped letter no better than the glob.
      if (glob_matches(pattern.path.text, subject, {pattern.path.anchored, fold_case})) found = &pattern;
    }
    require(found == file.last_fitting(each, is_folder, fold_case), "a shortcut fits something else");
    return found;
  };
  const IgnorePattern* expected = nullptr;
  for (auto slash = path.find('/'); slash != path.npos && expected == nullptr;
       slash = path.find('/', slash + 1)) {
    const auto* folder = last(path.substr(0, slash), true);
    if (folder != nullptr && !folder->negated) expected = folder;
  }
  if (expected == nullptr) expected = last(path, false);
  require(file.decide(path, fold_case) == expected, "another line decides");
}

/// What a .gitleaksignore of these bytes allows is at a line of that path.
void check_gitleaksignore(std::string_view bytes, const Finding& finding) {
  const GitleaksIgnores ignores(bytes);
  const auto* entry = ignores.allowing(finding, {finding.rule->id});
  if (entry == nullptr) return;
  const auto& wrong = ignores.wrong_lines();
  require(
      bytes.find(entry->rule) != bytes.npos && std::count(wrong.begin(), wrong.end(), entry->own_line) == 0,
      "a line that is wrong allows");
}

/// A .keysiftignore: each entry is taken over by a file that gets one more.
void fuzz_keysiftignore(Input input) {
  const auto path = std::string(without_nul(input.before('\n')));
  const auto bytes = input.rest();
  Rule rule;
  rule.id = "rule";
  Finding finding;
  finding.rule = &rule;
  finding.location.path = path;
  check_gitleaksignore(bytes, finding);
  std::optional<IgnoreList> list;
  try {
    list.emplace(bytes, "file");
  } catch (const Failure& failure) {
    const std::string_view what = failure.what();
    return require(what.starts_with("file:") && printable(what) == what, "a message that names no line");
  }
  for (const auto& entry : list->entries()) {
    require(!entry.reason.empty() && entry.reason.find('\n') == std::string::npos,
            "an entry without a reason");
    require(entry.line > 0, "an entry without a line");
  }
  const auto* allowing = list->allowing(finding, 1'700'000'000);
  if (allowing != nullptr) require(!allowing->expired(1'700'000'000), "an entry that has expired allows");
  IgnoreEntry more;
  more.what = std::string(32, 'a');
  more.reason = "why not";
  const auto longer = with_entry(bytes, "file", more);
  const IgnoreList after(longer, "file");
  const auto wanted = [&](const IgnoreEntry& each) { return each.what == more.what; };
  require(std::count_if(after.entries().begin(), after.entries().end(), wanted) == 1,
          "the entry is not there once");
  for (const auto& entry : list->entries()) {
    if (wanted(entry)) continue;
    const auto same = [&](const IgnoreEntry& each) {
      return each.what == entry.what && each.reason == entry.reason && each.until == entry.until;
    };
    require(std::any_of(after.entries().begin(), after.entries().end(), same), "an entry is lost");
  }
  require(with_entry(longer, "file", more) == longer, "the entry changes something when it is there");
}

}  // namespace
}  // namespace keysift::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keysift::test;
  constexpr std::array kParts{fuzz_glob, fuzz_name, fuzz_ignore_file, fuzz_keysiftignore};
  return give(kParts, data, size);
}
