// --explain: why each match was kept or dropped, a line for each.
#include <algorithm>

#include "cli/keysift.h"
#include "rule/example.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
using Strings = std::vector<std::string>;

const std::string kRules = R"toml([[rules]]
id = "acme"
regex = '''acme_[A-Za-z0-9_-]{30,40}'''
keywords = ["acme_"]
exactKeywords = true
entropy = 3.0
[[rules.allowlists]]
stopwords = ["ForTests"]

[[rules]]
id = "acme-checked"
regex = '''acmec_[A-Za-z0-9]{36}'''
keywords = ["acmec_"]
checksum = "crc32-base62"

[[rules]]
id = "acme-surer"
regex = '''acme_s_[A-Za-z0-9]{30}'''
keywords = ["acme_s_"]
confidence = "high"

[[rules]]
id = "acme-public"
regex = '''acmep_[A-Za-z0-9]{30}'''
keywords = ["acmep_"]
confidence = "low"
path = '''\.env$'''
)toml";

std::string key(const std::string& shape, unsigned seed = 1) { return expand_template(shape, seed); }

std::string masked(const std::string& prefix, const std::string& key) {
  return prefix + "****" + key.substr(key.size() - 4);
}

// What --explain says of `arguments`, with the rules above alone.
Outcome explained(const std::filesystem::path& folder, Strings arguments, std::string_view input = {}) {
  const TempDir rules;
  rules.write("rules.toml", kRules);
  arguments.insert(arguments.end(), {"--explain", "--quiet", "--rules", rules.path() / "rules.toml"});
  for (const char* rule : {"acme", "acme-checked", "acme-surer", "acme-public"})
    arguments.insert(arguments.end(), {"--rule", rule});
  return keysift(arguments, folder, input);
}

// What it says of one text.
std::string line_about(const std::string& text, const Strings& more = {}) {
  const TempDir dir;
  dir.write("a.txt", text);
  Strings arguments = {"files", "."};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return explained(dir.path(), arguments).err;
}

TEST_CASE("a match that is kept, and why") {
  const auto secret = key("acme_{{rand 32 alnum}}");
  CHECK(line_about("one\n k=" + secret) ==
        "a.txt:2:4: acme " + masked("acme_", secret) + ": kept, medium confidence: it looks random\n");
  CHECK(line_about("nothing here, not even acme_") == "");
}

TEST_CASE("a match that is dropped, and why") {
  CHECK(line_about("acme_" + std::string(32, 'x')) ==
        "a.txt:1:1: acme acme_****xxxx: dropped: it is a placeholder\n");
  CHECK(line_about("acme_abcabdacbacdabcbdacbdcbadcabbcda") ==
        "a.txt:1:1: acme acme_****bcda: dropped: it is not random enough for the rule\n");
  const auto secret = key("acme_{{rand 24 alnum}}");
  CHECK(line_about(secret + "ForTests") ==
        "a.txt:1:1: acme acme_****ests: dropped: an allowlist of the rule names it\n");
  CHECK(line_about("xxacme_" + secret.substr(5) + "abcdefg") ==
        "a.txt:1:3: acme acme_****defg: dropped: it is the end of a longer word\n");
  CHECK(line_about(secret + "abcdefg...") == "a.txt:1:1: acme acme_****defg: dropped: it is cut short\n");
  CHECK(line_about("acme_Q7w2Q7w2Q7w2Q7w2Q7w2Q7w2Q7w2Zr91") ==
        "a.txt:1:1: acme acme_****Zr91: dropped: it repeats itself\n");
}

TEST_CASE("a match that is doubted is dropped for the confidence that was asked for") {
  const std::string words = "acme_management-dashboard-settings-page";
  CHECK(line_about(words) ==
        "a.txt:1:1: acme acme_management-****page: dropped: it reads like words: low confidence, below "
        "--min-confidence\n");
  CHECK(line_about(words, {"--min-confidence", "low"}) ==
        "a.txt:1:1: acme acme_management-****page: kept, low confidence: it reads like words\n");
  const auto right = key("acmec_{{crc32 30}}");
  const auto wrong = key("acmec_{{rand 36 alnum}}");
  CHECK(line_about(right) == "a.txt:1:1: acme-checked " + masked("acmec_", right) +
                                 ": kept, medium confidence: it looks random\n");
  CHECK(line_about(wrong) == "a.txt:1:1: acme-checked " + masked("acmec_", wrong) +
                                 ": dropped: its checksum does not fit: low confidence, below "
                                 "--min-confidence\n");
  CHECK(line_about(right, {"--min-confidence", "high"}) ==
        "a.txt:1:1: acme-checked " + masked("acmec_", right) +
            ": dropped: its rule has medium confidence, below --min-confidence\n");
}

TEST_CASE("of two that overlap, the one that is dropped names the other's rule") {
  const auto secret = key("acme_s_{{rand 30 alnum}}");
  const auto shown = masked("acme_s_", secret);
  CHECK(line_about(secret) == "a.txt:1:1: acme " + shown +
                                  ": dropped: it overlaps what acme-surer found\n"
                                  "a.txt:1:1: acme-surer " +
                                  shown + ": kept, high confidence: it looks random\n");
}

TEST_CASE("what is allowed, in the baseline or at a path that its rule leaves out") {
  const auto secret = key("acme_{{rand 32 alnum}}");
  const auto shown = masked("acme_", secret);
  CHECK(line_about(secret + " # keysift:allow") ==
        "a.txt:1:1: acme " + shown + ": allowed by a mark on its line\n");

  const TempDir dir;
  dir.write("a.txt", secret);
  dir.write("config.toml", "[[allowlists]]\npaths = ['^a']\n");
  CHECK(explained(dir.path(), {"files", "a.txt", "--config", "config.toml"}).err ==
        "a.txt:1:1: acme " + shown + ": allowed by config.toml\n");
  explained(dir.path(), {"files", "a.txt", "--report", "json=old.json"});
  const auto known = explained(dir.path(), {"files", "a.txt", "--baseline", "old.json"});
  CHECK(known.err == "a.txt:1:1: acme " + shown + ": dropped: the baseline lists it\n");
  CHECK(known.exit_code == 0);

  const auto hidden = key("acmep_{{rand 30 alnum}}");
  CHECK(line_about(hidden, {"--min-confidence", "low"}) ==
        "a.txt:1:1: acme-public " + masked("acmep_", hidden) + ": dropped: its rule leaves out this path\n");
}

TEST_CASE("encodings are named, and standard input is") {
  const TempDir dir;
  const auto percent = explained(dir.path(), {"files", "-"}, "k=acme%5F" + std::string(32, 'x'));
  CHECK(percent.err == "<stdin>:1:3: acme acme_****xxxx as percent: dropped: it is a placeholder\n");
}

TEST_CASE("what history drops is named by its object and told once, what it keeps by its path") {
  TestRepo repo;
  const std::string example = "acme_" + std::string(32, 'x');
  const auto secret = key("acme_{{rand 32 alnum}}");
  repo.write("a.txt", "\n" + example + "\n");
  repo.write("dir/b.txt", secret);
  repo.commit_all("first, " + secret);
  const auto old = repo.git({"rev-parse", "HEAD:a.txt"});
  repo.write("a.txt", "more\n" + example + "\n");
  repo.commit_all("second, acme_" + std::string(32, 'y'));
  for (const auto* notes : {"logs", "COMMIT_EDITMSG"})
    std::filesystem::remove_all(repo.path() / ".git" / notes);
  const auto outcome = explained(repo.path(), {"history"});
  CHECK(outcome.exit_code == 1);
  Strings lines = {
      "blob " + std::min(old, repo.git({"rev-parse", "HEAD:a.txt"})) +
          ":2:1: acme acme_****xxxx: dropped: it is a placeholder\n",
      "commit " + repo.git({"rev-parse", "HEAD~"}) + ":1:8: acme " + masked("acme_", secret) +
          ": kept, medium confidence: it looks random\n",
      "commit " + repo.git({"rev-parse", "HEAD"}) +
          ":1:9: acme acme_****yyyy: dropped: it is a placeholder\n",
      "dir/b.txt:1:1: acme " + masked("acme_", secret) + ": kept, medium confidence: it looks random\n"};
  std::sort(lines.begin(), lines.end());
  CHECK(outcome.err == lines[0] + lines[1] + lines[2] + lines[3]);
}

TEST_CASE("an explanation shows no secret unless asked, and obeys no name") {
  const TempDir dir;
  const auto secret = key("acme_{{rand 32 alnum}}");
  const std::string example = "acme_" + std::string(32, 'x');
  dir.write("x\x1b[2J-" + example, example + " " + secret);
  const auto hidden = explained(dir.path(), {"files", "."});
  CHECK(hidden.err.find(secret) == std::string::npos);
  CHECK(hidden.err.find(example) == std::string::npos);
  CHECK(hidden.err.find('\x1b') == std::string::npos);
  CHECK(hidden.err.starts_with("x\\x1b[2J-acme_****xxxx:1:1: acme acme_****xxxx: dropped"));
  const auto shown = explained(dir.path(), {"files", ".", "--reveal"});
  CHECK(shown.err.find(": acme " + secret + ": kept") != std::string::npos);
  CHECK(shown.err.find(": acme " + example + ": dropped") != std::string::npos);
}

TEST_CASE("an explanation changes neither report nor exit status") {
  const TempDir dir;
  dir.write("a.txt", key("sk-proj-{{rand 74}}T3BlbkFJ{{rand 74}}") + "\nsk-proj-" + std::string(150, 'x'));
  for (const char* format : {"text", "json", "sarif"}) {
    const auto plain = keysift({"files", ".", "--format", format}, dir.path());
    const auto with = keysift({"files", ".", "--format", format, "--explain"}, dir.path());
    CHECK(words_of_report(with.out) == words_of_report(plain.out));
    CHECK(with.exit_code == plain.exit_code);
    CHECK(std::count(with.err.begin(), with.err.end(), '\n') >= 2);
  }
}

TEST_CASE("what a range replaced and was dropped there does not hide what it adds") {
  TestRepo repo;
  const auto secret = key("acme_{{rand 32 alnum}}");
  repo.write("a.txt", secret + "...");
  repo.commit_all("first");
  repo.write("a.txt", secret);
  repo.commit_all("second");
  const auto outcome = explained(repo.path(), {"history", "--range", "HEAD~..HEAD"});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err ==
        "a.txt:1:1: acme " + masked("acme_", secret) + ": kept, medium confidence: it looks random\n");
}

}  // namespace
}  // namespace keysift::test
