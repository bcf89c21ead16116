#include "git/ignore.h"

#include <fcntl.h>
#include <git2.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/glob.h"
#include "git/own_configuration.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace fs = std::filesystem;
namespace {
using Lines = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

Ignores rules_of(const fs::path& path) {
  forget_user_configuration();
  return Ignores(Repository::open(path));
}

// "source:line:pattern", files in the repository relative to its root; empty when no rule fits.
std::string verdict(Ignores& ignores, const fs::path& root, const std::string& path) {
  const auto decision = ignores.decide(path);
  if (ignores.ignores(path) != (decision && !decision->negated)) return "decide() and ignores() disagree";
  if (!decision) return "";
  if (decision->negated != decision->pattern.starts_with('!')) return "'negated' is not what the line says";
  auto source = decision->source;
  const auto prefix = root.native() + "/";
  if (source.starts_with(prefix)) source.erase(0, prefix.size());
  return source + ":" + std::to_string(decision->line) + ":" + decision->pattern;
}

// The next of a list of texts, each of which ends with NUL.
std::string next(std::string_view& rest) {
  const std::string text(rest.substr(0, rest.find('\0')));
  rest.remove_prefix(std::min(text.size() + 1, rest.size()));
  return text;
}

// The same in git's words. Git learns from the disk whether a path is a folder.
Lines verdicts_of_git(const fs::path& root, const Lines& paths,
                      const Environment& environment = clean_environment()) {
  std::string asked;
  for (const auto& path : paths) asked += path.substr(0, path.find_last_not_of('/') + 1) + '\0';
  const auto outcome =
      run({"git", "check-ignore", "-v", "-n", "-z", "--no-index", "--stdin"}, root, asked, environment);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code <= 1);
  Lines verdicts;
  for (std::string_view rest = outcome.out; !rest.empty();) {
    const auto source = next(rest);
    const auto line = next(rest);
    const auto pattern = next(rest);
    next(rest);  // the path
    verdicts.push_back(source.empty() ? "" : source + ":" + line + ":" + pattern);
  }
  REQUIRE(verdicts.size() == paths.size());
  return verdicts;
}

// Where git and we differ, a line each.
Lines differences(const fs::path& root, const Lines& paths, const Lines& expected) {
  auto ignores = rules_of(root);
  Lines lines;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto ours = verdict(ignores, root, paths[i]);
    if (ours != expected[i]) lines.push_back(paths[i] + ": [" + ours + "], git says [" + expected[i] + "]");
  }
  return lines;
}

template <typename T>
const T& pick(const std::vector<T>& from, std::mt19937_64& random) {
  return from[random() % from.size()];
}

// Until git 2.52, `**` right behind a name at the start of a pattern ("foo**/bar") crossed folders, which the
// manual denies.
bool depends_on_version_of_git(std::string_view pattern) {
  const auto special = pattern.find_first_of("*?[\\");
  return special != std::string_view::npos && special > 0 && pattern[special - 1] != '/' &&
         pattern.substr(special).starts_with("**");
}

// A pattern of a few pieces, now and then a malformed one.
std::string random_pattern(std::mt19937_64& random) {
  static const Lines pieces = {"a",
                               "b",
                               "A",
                               "ab",
                               "c",
                               "*",
                               "*",
                               "?",
                               "**",
                               "***",
                               "/",
                               "/",
                               "**/",
                               "/**",
                               "/**/",
                               "[ab]",
                               "[!a]",
                               "[^b]",
                               "[a-c]",
                               "[A-B]",
                               "[c-a]",
                               "[]a]",
                               "[!]]",
                               "[-a]",
                               "[a-]",
                               "[--b]",
                               "[\\]a]",
                               "[\\a-\\c]",
                               "[a-b-c]",
                               "[a",
                               "[",
                               "[]",
                               "[!",
                               "[[:",
                               "[[:]",
                               "[[:]a]",
                               "[[::]]",
                               "[[:alpha:]]",
                               "[[:upper:]]",
                               "[[:lower:]-c]",
                               "[![:space:]]",
                               "[a[:punct:]]",
                               "[[:bogus:]]",
                               "[[:alpha:]",
                               "[a-[:digit:]]",
                               "[[a]",
                               "\\a",
                               "\\A",
                               "\\*",
                               "\\?",
                               "\\[",
                               "\\\\",
                               "\\/",
                               "\\",
                               " ",
                               "\\ ",
                               "\t",
                               "#",
                               "!",
                               "]",
                               "^",
                               "-",
                               "\r",
                               "\xc3\xa9",
                               "\xff"};
  static const Lines starts = {"", "", "", "", "", "", "!", "/", "!/", "\\#", "\\!", "#", "**/", " "};
  static const Lines ends = {"",    "",     "",   "",   "",   "",    "/",  "  ",
                             "\\ ", " \\ ", "\\", "/ ", "\r", " \r", "\t", "/**"};
  for (;;) {
    std::string pattern = pick(starts, random);
    for (auto count = 1 + random() % 3; count > 0; --count) pattern += pick(pieces, random);
    pattern += pick(ends, random);
    if (!depends_on_version_of_git(pattern)) return pattern;
  }
}

std::string random_path(std::mt19937_64& random) {
  static const Lines letters = {"a", "a", "a", "b", "b",  "c", "A", "B", "]",        "-",    "*",
                                "?", "[", "!", "#", "\\", " ", "^", "1", "\xc3\xa9", "\xff", "\t"};
  std::string path;
  for (auto names = 1 + random() % 3; names > 0; --names) {
    for (auto count = 1 + random() % 3; count > 0; --count) path += pick(letters, random);
    if (names > 1) path += '/';
  }
  return path;
}

// Each pattern in a folder of its own, so that it alone decides.
TEST_CASE("each pattern fits what git says it fits") {
  for (const bool fold_case : {false, true}) {
    std::mt19937_64 random(fold_case ? 2 : 1);
    TestRepo repo;
    repo.git({"config", "core.ignoreCase", fold_case ? "true" : "false"});
    Lines paths;
    for (unsigned folder = 0; folder < 1500; ++folder) {
      const auto prefix = "f" + std::to_string(folder) + "/";
      repo.write(prefix + ".gitignore", random_pattern(random));
      for (unsigned i = 0; i < 60; ++i) paths.push_back(prefix + random_path(random));
    }
    const auto expected = verdicts_of_git(repo.path(), paths);
    INFO("fold case " << fold_case);
    CHECK(differences(repo.path(), paths, expected) == Lines{});
    CHECK(std::count(expected.begin(), expected.end(), "") < std::ssize(paths) - 3000);
  }
}

TEST_CASE("each class of bytes holds what git says it holds") {
  const Lines classes = {"alnum", "alpha", "blank", "cntrl", "digit",  "graph", "lower",
                         "print", "punct", "space", "upper", "xdigit", "Alpha", ""};
  for (const bool fold_case : {false, true}) {
    TestRepo repo;
    repo.git({"config", "core.ignoreCase", fold_case ? "true" : "false"});
    Lines paths;
    for (const auto& name : classes) {
      repo.write("in " + name + "/.gitignore", "[[:" + name + ":]]\n");
      repo.write("not " + name + "/.gitignore", "x[^[:" + name + ":]]\n");
      for (int byte = 1; byte < 256; ++byte) {
        const std::string letter(1, static_cast<char>(byte));
        if (letter == "/") continue;
        if (letter != ".") paths.push_back("in " + name + "/" + letter);
        paths.push_back("not " + name + "/x" + letter);
      }
    }
    INFO("fold case " << fold_case);
    CHECK(differences(repo.path(), paths, verdicts_of_git(repo.path(), paths)) == Lines{});
  }
}

// Folders with ignore files of several lines, which contradict each other.
class RandomTree {
 public:
  explicit RandomTree(std::uint64_t seed) : random_(seed) {
    repo_.git({"config", "core.ignoreCase", seed % 4 == 3 ? "true" : "false"});
    repo_.git({"config", "core.excludesFile", "mine"});
    fill("", 0);
    if (random_() % 2 == 0) repo_.write(".git/info/exclude", rules());
    if (random_() % 2 == 0) repo_.write("mine", rules());
    // Who asks from folder to folder at random finds nothing in the right order.
    if (seed % 2 == 0) std::shuffle(paths_.begin(), paths_.end(), random_);
  }

  const fs::path& path() const { return repo_.path(); }
  const Lines& paths() const { return paths_; }

 private:
  void fill(const std::string& folder, unsigned depth) {
    static const Lines files = {".env", "f.txt", "g.log", "h.o",  "#hash", "!bang",
                                "x y",  "end ",  "a",     "Core", "c"};
    static const Lines folders = {"a", "b", "c", "build", "x y", "logs.d", "Core"};
    if (random_() % 5 < 3) repo_.write(folder + ".gitignore", rules());
    for (const auto& name : folders) {
      if (depth < 3 && random_() % 3 == 0) {
        fs::create_directories(repo_.path() / (folder + name));
        paths_.push_back(folder + name + "/");
        fill(folder + name + "/", depth + 1);
      }
    }
    for (const auto& name : files) {
      if (fs::exists(repo_.path() / (folder + name))) continue;
      if (random_() % 4 != 0) repo_.write(folder + name, "");
      paths_.push_back(folder + name);
    }
    paths_.push_back(folder + "not/there");
  }

  std::string rules() {
    static const Lines lines = {"*.log",
                                "!*.log",
                                "/a",
                                "a",
                                "a/",
                                "!a/",
                                "b/c",
                                "/b/c/",
                                "**/c",
                                "c/**",
                                "a/**/f.txt",
                                "f.txt",
                                "!f.txt",
                                "\\#hash",
                                "\\!bang",
                                "f.*",
                                "!f.*",
                                "[fgh].*",
                                "[!f].txt",
                                "build/",
                                "build",
                                "*",
                                "!*/",
                                "?.o",
                                "x y",
                                "x y/",
                                "# a",
                                "",
                                "g.log  ",
                                "a/*",
                                "/*",
                                "end\\ ",
                                "**",
                                "!**/f.txt",
                                "core",
                                "logs.d/*",
                                "*.d/",
                                "!*.d/",
                                "h.o\r",
                                "a/b",
                                "CORE/",
                                "**/a/b/**",
                                "c/*/f.txt",
                                "!c/*/f.txt",
                                "core\n!core",
                                "a/*\n!a/f.txt",
                                "/*\n!/a\n!/b/",
                                ".env",
                                "!.env",
                                ".env*",
                                "*\n!*/\n!f.txt",
                                "build/\n!build/",
                                "!/a",
                                "!a",
                                "!c",
                                "!/.env",
                                "not/there",
                                "**/there",
                                "/**/",
                                "!/**/a",
                                "/not/",
                                "[a-c]/",
                                "![[:alpha:]]"};
    std::string text = random_() % 8 == 0 ? "\xEF\xBB\xBF" : "";
    const std::string end = random_() % 6 == 0 ? "\r\n" : "\n";
    for (auto count = 1 + random_() % 6; count > 0; --count) text += pick(lines, random_) + end;
    if (random_() % 4 == 0) text.resize(text.size() - end.size());  // the last line need not end
    return text;
  }

  std::mt19937_64 random_;
  TestRepo repo_;
  Lines paths_;
};

TEST_CASE("in a tree of ignore files, git and we go by the same line") {
  std::size_t paths = 0;
  std::size_t negated = 0;
  std::set<std::string> sources;
  std::size_t undecided = 0;
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    const RandomTree tree(seed);
    const auto expected = verdicts_of_git(tree.path(), tree.paths());
    INFO("seed " << seed);
    CHECK(differences(tree.path(), tree.paths(), expected) == Lines{});
    paths += expected.size();
    for (const auto& verdict : expected) {
      if (verdict.empty()) ++undecided;
      if (verdict.find(":!") != std::string::npos) ++negated;
      sources.insert(verdict.substr(0, verdict.find(':')));
    }
  }
  CHECK(paths > 8000);
  CHECK(undecided > 1000);
  CHECK(negated > 500);
  for (const char* source : {".gitignore", "a/b/.gitignore", ".git/info/exclude", "mine"}) {
    INFO(source);
    CHECK(sources.contains(source));
  }
}

// What decides about `path` in a repository that holds these files, git's own answer being the same.
std::string decided(const std::map<std::string, std::string>& files, const std::string& path) {
  TestRepo repo;
  for (const auto& [name, bytes] : files) repo.write(name, bytes);
  if (path.ends_with('/')) fs::create_directories(repo.path() / path);
  auto ignores = rules_of(repo.path());
  const auto ours = verdict(ignores, repo.path(), path);
  CHECK(ours == verdicts_of_git(repo.path(), {path})[0]);
  return ours;
}

TEST_CASE("a negation takes back what another ignore file says") {
  CHECK(decided({{".gitignore", ".env\n"}, {"service/.gitignore", "!.env\n"}}, "service/.env") ==
        "service/.gitignore:1:!.env");
  CHECK(decided({{".git/info/exclude", "*\n"}, {".gitignore", "!name\n"}}, "name") == ".gitignore:1:!name");
}

TEST_CASE("the nearest ignore file comes first, then info/exclude") {
  const std::map<std::string, std::string> files = {{".gitignore", "# mine\n\nx\n*.a\n"},
                                                    {"a/.gitignore", "x\n"},
                                                    {"a/b/.gitignore", "!x\n!b\nx\n"},
                                                    {".git/info/exclude", "*.a\n*.b\n"}};
  CHECK(decided(files, "a/b/x") == "a/b/.gitignore:3:x");
  CHECK(decided(files, "a/x") == "a/.gitignore:1:x");
  CHECK(decided(files, "a/c/x") == "a/.gitignore:1:x");
  CHECK(decided(files, "c/x") == ".gitignore:3:x");
  CHECK(decided(files, "a/b/y.a") == ".gitignore:4:*.a");
  CHECK(decided(files, "a/b/y.b") == ".git/info/exclude:2:*.b");
  CHECK(decided(files, "a/b/y") == "");
}

TEST_CASE("what a negation takes back") {
  const auto taken_back = [](const std::map<std::string, std::string>& files, const std::string& path) {
    TestRepo repo;
    for (const auto& [name, bytes] : files) repo.write(name, bytes);
    auto ignores = rules_of(repo.path());
    const auto decision = ignores.taken_back(path);
    return decision ? decision->source + ":" + std::to_string(decision->line) : "";
  };
  CHECK(taken_back({{".gitignore", "*.log\n.env\n"}, {"a/.gitignore", "!.env\n"}}, "a/.env") ==
        ".gitignore:2");
  CHECK(taken_back({{".gitignore", ".env\n.env*\n!.env\n"}}, ".env") == ".gitignore:2");
  CHECK(taken_back({{".gitignore", "!.env\n"}}, ".env") == "");
  CHECK(taken_back({{".gitignore", ".env\n"}}, ".env") == ".gitignore:1");
}

TEST_CASE("one ignore file alone decides as git has it") {
  for (std::uint64_t seed = 100; seed < 130; ++seed) {
    RandomTree tree(seed);
    TestRepo repo;
    const auto rules =
        read_regular_file(AT_FDCWD, (tree.path() / ".gitignore").native(), kMaxIgnoreFile).value_or("");
    repo.write(".gitignore", rules);
    const IgnoreFile file(".gitignore", rules);
    Lines paths, ours;
    for (const auto& path : tree.paths()) {
      if (path.ends_with('/')) continue;
      paths.push_back(path);
      const auto* pattern = file.decide(path, false);
      ours.push_back(pattern == nullptr ? ""
                                        : ".gitignore:" + std::to_string(pattern->line) + ":" +
                                              std::string(pattern->written));
    }
    INFO("seed " << seed);
    CHECK(ours == verdicts_of_git(repo.path(), paths));
  }
}

TEST_CASE("below an ignored folder nothing can be taken back") {
  const std::map<std::string, std::string> files = {
      {".gitignore", "build\n!keep\n"}, {"build/.gitignore", "!*\n"}, {"build/deep/.gitignore", "!*\n"}};
  CHECK(decided(files, "build/keep") == ".gitignore:1:build");
  CHECK(decided(files, "build/deep/keep") == ".gitignore:1:build");
  CHECK(decided(files, "a/keep") == ".gitignore:2:!keep");
}

TEST_CASE("what a line of an ignore file says") {
  struct Case {
    std::string rules;
    std::string path;
    std::string expected;  // less the name of the file
  };
  const std::vector<Case> cases = {
      {"a\n", "deep/er/a", "1:a"},
      {"/a\n", "deep/a", ""},
      {"/a\n", "a", "1:/a"},
      {"b/a\n", "deep/b/a", ""},
      {"b/a\n", "b/a", "1:b/a"},
      {"a/\n", "a", ""},
      {"a/\n", "b/a/", "1:a/"},
      {"a/\n", "b/a/file", "1:a/"},
      {"a/b/\n", "c/a/b/", ""},
      {"*.a\n", "x/y.a", "1:*.a"},
      {"x/*.a\n", "x/y/z.a", ""},
      {"a?b\n", "a/b", ""},
      {"x/a?b\n", "x/a/b", ""},
      {"x/a[^c]b\n", "x/a/b", ""},
      {"**/a\n", "a", "1:**/a"},
      {"**/a\n", "x/y/a", "1:**/a"},
      {"a/**\n", "a/b/c", "1:a/**"},
      {"a/**\n", "a/", ""},
      {"a/**/b\n", "a/b", "1:a/**/b"},
      {"a/**/b\n", "a/x/y/b", "1:a/**/b"},
      {"a/**/b\n", "a/x/yb", ""},
      {"a/x**b\n", "a/xx/b", ""},
      {"#a\n", "#a", ""},
      {"\\#a\n", "#a", "1:\\#a"},
      {" #a\n", " #a", "1: #a"},
      {"\\!a\n", "!a", "1:\\!a"},
      {"!!a\n", "!a", "1:!!a"},
      {"a  \n", "a", "1:a"},
      {"a\\ \n", "a ", "1:a\\ "},
      {"a\\  \n", "a ", "1:a\\ "},
      {"a\t\n", "a", ""},
      {"a\t\n", "a\t", "1:a\t"},
      {"a\r\n", "a", "1:a"},
      {"a\r", "a", "1:a"},
      {"a\r\r\n", "a\r", "1:a\r"},
      {"a \r\n", "a", "1:a"},
      {"x\r\n\r\na\r\n", "a", "3:a"},
      {"a", "a", "1:a"},
      {"\xEF\xBB\xBF"
       "a\n",
       "a", "1:a"},
      {"x\n\xEF\xBB\xBF"
       "a\n",
       "a", ""},
      {"\\a\n", "a", "1:\\a"},
      {"\\*\n", "a", ""},
      {"\\*\n", "*", "1:\\*"},
      {"a\\\n", "a", ""},
      {"a\\\n", "a\\", ""},
      {"[a-c]\n", "b", "1:[a-c]"},
      {"[!a-c]\n", "b", ""},
      {"[]]\n", "]", "1:[]]"},
      {"[[:space:]]\n", " ", "1:[[:space:]]"},
      {"[[:space]\n", "s", "1:[[:space]"},
      {"[[:nothing:]x]\n", "x", ""},
      {"[a\n", "[a", ""},
      {"/\n", "a", ""},
      {"!\na\n", "a", "2:a"},
      {"a\n!a\n", "a", "2:!a"},
      {"!a\na\n", "a", "2:a"},
      {"A\n", "a", ""},
  };
  for (const auto& c : cases) {
    INFO("[" << c.rules << "] and " << c.path);
    CHECK(decided({{".gitignore", c.rules}}, c.path) ==
          (c.expected.empty() ? "" : ".gitignore:" + c.expected));
  }
}

TEST_CASE("a line ends at a NUL") {
  CHECK(decided({{".gitignore", std::string("a\0b\nc\n", 6)}}, "a") == ".gitignore:1:a");
  CHECK(decided({{".gitignore", std::string("a\0b\nc\n", 6)}}, "c") == ".gitignore:2:c");
}

// As the manual has it; git does so from 2.52 on.
TEST_CASE("two stars within a name are one") {
  CHECK_FALSE(glob_matches("foo**/bar", "foo/x/bar", {.paths = true}));
  CHECK(glob_matches("foo**/bar", "foox/bar", {.paths = true}));
}

TEST_CASE("case counts unless core.ignoreCase says otherwise") {
  TestRepo repo;
  repo.write(".gitignore", "README\n*.Log\n/Sub/[a-c]*\n");
  const Lines paths = {"readme", "x.LOG", "sub/B", "SUB/d"};
  repo.git({"config", "core.ignoreCase", "false"});
  auto strict = rules_of(repo.path());
  for (const auto& path : paths) CHECK_FALSE(strict.ignores(path));
  repo.git({"config", "core.ignoreCase", "true"});
  CHECK(differences(repo.path(), paths, verdicts_of_git(repo.path(), paths)) == Lines{});
  auto lax = rules_of(repo.path());
  CHECK(lax.ignores("readme"));
  CHECK(lax.ignores("sub/B"));
  CHECK_FALSE(lax.ignores("SUB/d"));
}

// The home that we and libgit2 know, for as long as it lives.
class Home {
 public:
  explicit Home(const fs::path& path) {
    forget_user_configuration();
    if (const char* home = std::getenv("HOME")) before_ = home;
    ::setenv("HOME", path.c_str(), 1);
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, path.c_str());
  }
  ~Home() {
    ::setenv("HOME", before_.c_str(), 1);
    forget_user_configuration();
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

 private:
  std::string before_;
};

TEST_CASE("the user's own ignore file") {
  const TempDir dir;
  dir.write(".config/git/ignore", "a\n");
  dir.write("config/git/ignore", "b\n");
  dir.write("mine", "c\n");
  TestRepo repo;
  repo.write("there", "d\n");
  const Home home(dir.path());
  auto environment = clean_environment();
  environment["HOME"] = dir.path();
  // What decides about four paths, in one line; git says the same.
  const auto decided_by = [&](const std::string& config_home) {
    ::setenv("XDG_CONFIG_HOME", config_home.c_str(), 1);
    environment["XDG_CONFIG_HOME"] = config_home;
    Ignores ignores(Repository::open(repo.path()));
    const auto expected = verdicts_of_git(repo.path(), {"a", "b", "c", "d"}, environment);
    std::string decided;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto ours = verdict(ignores, repo.path(), std::string(1, static_cast<char>('a' + i)));
      CHECK(ours == expected[i]);
      decided += ours;
    }
    return decided;
  };
  const auto below_home = [&](const std::string& rest) { return (dir.path() / rest).native(); };
  CHECK(decided_by("") == below_home(".config/git/ignore:1:a"));
  CHECK(decided_by(below_home("config")) == below_home("config/git/ignore:1:b"));
  repo.git({"config", "core.excludesFile", "~/mine"});
  CHECK(decided_by(below_home("config")) == below_home("mine:1:c"));
  repo.git({"config", "core.excludesFile", below_home("mine")});
  CHECK(decided_by("") == below_home("mine:1:c"));
  repo.git({"config", "core.excludesFile", "there"});
  CHECK(decided_by("") == "there:1:d");
  repo.git({"config", "core.excludesFile", ""});
  CHECK(decided_by("") == "");
  repo.git({"config", "core.excludesFile", "~/mine"});
  repo.write(".git/info/exclude", "!c\n");  // comes first
  CHECK(decided_by("") == ".git/info/exclude:1:!c");
}

TEST_CASE("a linked work tree goes by the info/exclude of all") {
  TestRepo repo;
  repo.write("file", "");
  repo.commit_all("first");
  const TempDir dir;
  const auto linked = dir.path() / "linked";
  repo.git({"worktree", "add", "--quiet", linked});
  repo.write(".git/info/exclude", "secret\n");
  repo.write(".gitignore", "here\n");
  auto ignores = rules_of(linked);
  const auto decision = ignores.decide("secret");
  REQUIRE(decision);
  CHECK(*decision == IgnoreDecision{repo.path() / ".git/info/exclude", 1, "secret", false});
  CHECK(verdicts_of_git(linked, {"secret"})[0] == decision->source + ":1:secret");
  CHECK_FALSE(ignores.ignores("here"));
}

TEST_CASE("no link leads to rules") {
  TestRepo repo;
  const TempDir dir;
  dir.write("rules", "*\n");
  dir.write("folder/.gitignore", "*\n");
  dir.write("folder/deep/.gitignore", "*\n");
  repo.write("a/file", "");
  fs::create_symlink(dir.path() / "rules", repo.path() / "a/.gitignore");
  fs::create_symlink(dir.path() / "folder", repo.path() / "link");
  auto ignores = rules_of(repo.path());
  CHECK_FALSE(ignores.decide("a/file"));
  CHECK(verdicts_of_git(repo.path(), {"a/file"})[0] == "");
  CHECK_FALSE(ignores.decide("link/file"));
  CHECK_FALSE(ignores.decide("link/deep/file"));
  // A rule for folders has nothing to say of a link to one.
  repo.write(".gitignore", "link/\n");
  CHECK_FALSE(rules_of(repo.path()).decide("link"));
  CHECK(verdicts_of_git(repo.path(), {"link"})[0] == "");
}

TEST_CASE("what is called .gitignore and is no file") {
  TestRepo repo;
  fs::create_directories(repo.path() / "a/.gitignore");
  fs::create_directories(repo.path() / "b");
  REQUIRE(::mkfifo((repo.path() / "b/.gitignore").c_str(), 0600) == 0);
  auto ignores = rules_of(repo.path());
  CHECK_FALSE(ignores.decide("a/file"));
  CHECK_FALSE(ignores.decide("b/file"));
}

TEST_CASE("a bare repository has the rules that lie in no work tree") {
  TestRepo repo({"--bare"});
  repo.write("info/exclude", "a\n");
  repo.write(".gitignore", "b\n");
  auto ignores = rules_of(repo.path());
  CHECK(ignores.ignores("a"));
  CHECK_FALSE(ignores.ignores("b"));
}

TEST_CASE("copies go their own ways") {
  TestRepo repo;
  repo.write(".gitignore", "x\n");
  repo.write("a/.gitignore", "!x\n");
  repo.write("b/.gitignore", "b/\n");
  auto first = rules_of(repo.path());
  CHECK_FALSE(first.ignores("a/x"));
  auto second = first;
  CHECK(second.ignores("b/x"));
  CHECK(second.ignores("b/b/y"));
  CHECK_FALSE(first.ignores("a/x"));
  first = second;
  CHECK(first.ignores("b/b/z"));
}

std::string repeated(const std::string& text, unsigned count) {
  std::string result;
  for (; count > 0; --count) result += text;
  return result;
}

TEST_CASE("no pattern takes for ever") {
  const std::string name(250, 'a');
  std::string path = name;
  for (unsigned i = 0; i < 14; ++i) path += "/" + name;
  for (const bool paths : {false, true}) {
    CHECK_FALSE(glob_matches(repeated("a*", 120) + "b", name, {.paths = paths}));
    CHECK(glob_matches(repeated("a*", 120) + "a", name, {.paths = paths}));
    CHECK_FALSE(glob_matches(repeated("*a", 120) + "*b", name, {.paths = paths}));
    CHECK_FALSE(glob_matches(repeated("*[a-z]", 120) + "b", path, {.paths = paths}));
  }
  CHECK_FALSE(glob_matches(repeated("**/", 500) + "b", path, {.paths = true}));
  CHECK_FALSE(glob_matches(repeated("**/*a*/", 14) + "b", path, {.paths = true}));
  CHECK_FALSE(glob_matches("**/" + repeated("*a*", 100) + "/**/b", path, {.paths = true}));
  CHECK_FALSE(glob_matches("[" + repeated("[:", 1'000'000) + "]b", "b", {}));
  CHECK(glob_matches("[" + repeated("[:", 1'000'000) + "b]", "b", {}));
  CHECK(glob_matches(std::string(1'000'000, '*'), name, {}));
}

TEST_CASE("lines of any length") {
  TestRepo repo;
  const std::string million(1'000'000, 'a');
  repo.write(".gitignore",
             million + "\n/" + million + "*\n[" + million + "]\nb" + std::string(1'000'000, ' ') + "\n");
  auto ignores = rules_of(repo.path());
  CHECK(ignores.decide("a")->line == 3);
  CHECK(*ignores.decide("b") == IgnoreDecision{".gitignore", 4, "b", false});
  CHECK_FALSE(ignores.decide("aa"));
}

TEST_CASE("a huge ignore file counts as empty") {
  TestRepo repo;
  std::string rules = "a\n";
  rules.resize(kMaxIgnoreFile, '\n');
  repo.write(".gitignore", rules);
  CHECK(rules_of(repo.path()).ignores("a"));
  repo.write(".gitignore", rules + "\n");
  CHECK_FALSE(rules_of(repo.path()).ignores("a"));
}

TEST_CASE("very deep folders") {
  TestRepo repo;
  const auto deep = repeated("d/", 1000);
  repo.write(deep + ".gitignore", "x\n");
  auto ignores = rules_of(repo.path());
  CHECK(ignores.decide(deep + "x")->source == deep + ".gitignore");
  CHECK_FALSE(ignores.ignores(repeated("d/", 999) + "x"));
}

}  // namespace
}  // namespace keysift::test
