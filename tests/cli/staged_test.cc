// What the next commit adds: `keysift staged`, by itself and as a hook of real commits.
#include <fstream>
#include <iterator>

#include "cli/keysift.h"
#include "support/archive.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;
using Places = std::vector<Place>;

std::string assigned(const std::string& key) { return "key = '" + key + "'\n"; }

Place place(const std::string& path, std::uint64_t line, const std::string& key = openai_project_key()) {
  return {path, line, 8, 8 + key.size(), "openai-project-key", "index"};
}

Scan staged(const TestRepo& repo, Strings more = {}) {
  more.insert(more.begin(), "staged");
  return scan(std::move(more), repo.path());
}

void stage(TestRepo& repo, const std::string& name, const std::string& bytes) {
  repo.write(name, bytes);
  repo.git({"add", "--", name});
}

TEST_CASE("the first commit") {
  TestRepo repo;
  CHECK(staged(repo).exit_code == 0);
  stage(repo, "a.py", "\n" + assigned(openai_project_key()));
  const Scan result = staged(repo);
  CHECK(result.exit_code == 1);
  CHECK(places(result.report) == Places{place("a.py", 2)});
  CHECK(result.report.at("findings").at(0).at("provenance").is_null());
  CHECK(result.report.at("summary").at("files") == 1);
}

TEST_CASE("what is staged counts, not what lies in the work tree") {
  TestRepo repo;
  repo.write("a.py", "# nothing\n");
  repo.commit_all("start");
  SECTION("a key that is not staged") {
    repo.write("a.py", assigned(openai_project_key()));
    repo.write("b.py", assigned(openai_project_key()));
    CHECK(staged(repo).exit_code == 0);
  }
  SECTION("a key that is staged, and gone from the work tree") {
    stage(repo, "a.py", assigned(openai_project_key()));
    repo.write("a.py", "# nothing\n");
    CHECK(places(staged(repo).report) == Places{place("a.py", 1)});
  }
  SECTION("a file that is only announced") {
    repo.write("b.py", assigned(openai_project_key()));
    repo.git({"add", "--intent-to-add", "b.py"});
    CHECK(staged(repo).exit_code == 0);
  }
}

TEST_CASE("only what the commit adds is reported") {
  TestRepo repo;
  const auto old = assigned(openai_project_key(1));
  repo.write("a.py", old + "# more\n");
  repo.commit_all("start");

  SECTION("another key") {
    stage(repo, "a.py", old + "# more\n" + assigned(openai_project_key(2)));
    CHECK(places(staged(repo).report) == Places{place("a.py", 3, openai_project_key(2))});
    CHECK(places(staged(repo, {"--whole-files"}).report) ==
          Places{place("a.py", 1), place("a.py", 3, openai_project_key(2))});
  }
  SECTION("another line") {
    stage(repo, "a.py", "# first\n" + old + "# more and more\n");
    CHECK(staged(repo).exit_code == 0);
    CHECK(places(staged(repo, {"--whole-files"}).report) == Places{place("a.py", 2)});
  }
  SECTION("the same key once more, above") {
    stage(repo, "a.py", "    " + old + old + "# more\n");
    auto above = place("a.py", 1);
    above.column += 4;
    above.end_column += 4;
    CHECK(places(staged(repo).report) == Places{above});
  }
  SECTION("the same key in another file") {
    stage(repo, "b.py", old);
    CHECK(places(staged(repo).report) == Places{place("b.py", 1)});
  }
  SECTION("another name for the file") {
    repo.git({"mv", "a.py", "b.py"});
    CHECK(staged(repo).exit_code == 0);
  }
  SECTION("another name and another key") {
    repo.git({"rm", "--quiet", "a.py"});
    stage(repo, "lib/b.py", old + assigned(openai_project_key(2)));
    CHECK(places(staged(repo).report) == Places{place("lib/b.py", 2, openai_project_key(2))});
  }
  SECTION("another mode") {
    repo.git({"update-index", "--chmod=+x", "a.py"});
    CHECK(staged(repo).exit_code == 0);
    CHECK(staged(repo, {"--whole-files"}).exit_code == 0);
  }
  SECTION("a folder of another name") {
    stage(repo, "one/two/c.py", old);
    repo.git({"commit", "--quiet", "--message", "more"});
    repo.git({"mv", "one", "three"});
    CHECK(staged(repo).exit_code == 0);
  }
}

TEST_CASE("symbolic links count, submodules do not") {
  TestRepo repo;
  const auto key = openai_project_key();
  fs::create_symlink("https://example.com/?key=" + key, repo.path() / "link");
  repo.git({"add", "link"});
  repo.git(
      {"update-index", "--add", "--cacheinfo", "160000,1234567890123456789012345678901234567890,module"});
  const Scan result = staged(repo);
  CHECK(places(result.report) == Places{{"link", 1, 26, 26 + key.size(), "openai-project-key", "index"}});
  CHECK(result.report.at("errors").empty());
}

TEST_CASE("archives that are staged") {
  TestRepo repo;
  stage(repo, "a.zip", archive_of({{"in/a.py", assigned(openai_project_key())}}, "zip"));
  CHECK(places(staged(repo).report) == Places{place("a.zip!in/a.py", 1)});
  repo.git({"commit", "--quiet", "--message", "start"});
  stage(repo, "a.zip", archive_of({{"in/a.py", assigned(openai_project_key())}, {"b", "more"}}, "zip"));
  CHECK(staged(repo).exit_code == 0);
}

TEST_CASE("a key in a new file's name") {
  TestRepo repo;
  const auto key = openai_project_key();
  stage(repo, "notes/" + key + "/a", "nothing\n");
  const auto masked = "notes/sk-proj-****" + key.substr(key.size() - 4) + "/a";
  CHECK(places(staged(repo).report) == Places{{masked, 1, 7, 7 + key.size(), "openai-project-key", "path"}});
  repo.git({"commit", "--quiet", "--message", "start"});
  stage(repo, "notes/" + key + "/b", "nothing\n");
  CHECK(staged(repo).exit_code == 0);
}

TEST_CASE("a .env file that the commit adds") {
  TestRepo repo;
  stage(repo, "service/.env", "A=1\n");
  stage(repo, ".env.example", "A=\n");
  const Scan result = staged(repo);
  CHECK(result.exit_code == 1);
  REQUIRE(result.report.at("env").size() == 1);
  const json& env = result.report.at("env").at(0);
  CHECK(env.at("path") == "service/.env");
  CHECK(env.at("coverage") == "staged");
  CHECK(env.at("problem") == true);
  CHECK(env.at("fix") == json::array({"git rm --cached service/.env"}));
  repo.git({"commit", "--quiet", "--message", "start"});
  stage(repo, "service/.env", "A=2\n");
  CHECK(staged(repo).exit_code == 0);  // others leaked it long ago: `keysift env` tells
}

TEST_CASE("while a merge is under way, what it brings from elsewhere is not new") {
  TestRepo repo;
  repo.write("a.py", "# one\n");
  repo.commit_all("start");
  repo.git({"switch", "--quiet", "--create", "side"});
  repo.write("a.py", "# two\n" + assigned(openai_project_key(1)));
  repo.write("side.py", assigned(openai_project_key(2)));
  repo.commit_all("side");
  repo.git({"switch", "--quiet", "-"});
  repo.write("a.py", "# three\n");
  repo.commit_all("main");
  CHECK_THROWS(repo.git({"merge", "--quiet", "side"}));
  SECTION("in conflict") { CHECK(staged(repo).exit_code == 0); }
  SECTION("put together") {
    stage(repo, "a.py", "# three\n" + assigned(openai_project_key(1)));
    CHECK(staged(repo).exit_code == 0);
  }
  SECTION("put together, with something new") {
    stage(repo, "a.py", "# three\n" + assigned(openai_project_key(3)));
    CHECK(places(staged(repo).report) == Places{place("a.py", 2, openai_project_key(3))});
  }
}

TEST_CASE("in a worktree, in a folder of it, and with another index") {
  TestRepo repo;
  repo.write("a/a.py", "# one\n");
  repo.commit_all("start");
  const TempDir elsewhere;
  const auto other = elsewhere.path() / "other tree";
  repo.git({"worktree", "add", "--quiet", "--detach", other});
  std::ofstream(other / "a/a.py") << assigned(openai_project_key());
  repo.git({"-C", other, "add", "."});
  CHECK(places(scan({"staged"}, other / "a").report) == Places{place("a/a.py", 1)});
  CHECK(places(scan({"staged", other}).report) == Places{place("a/a.py", 1)});
  CHECK(staged(repo).exit_code == 0);

  auto environment = clean_environment();
  environment["GIT_DIR"] = repo.git({"-C", other, "rev-parse", "--absolute-git-dir"});
  const auto there = run({keysift_binary(), "staged"}, other, {}, environment);
  CHECK(words_of_report(there.out).ends_with(" of this folder.\n"));
  environment.erase("GIT_DIR");
  environment["GIT_INDEX_FILE"] = repo.git({"-C", other, "rev-parse", "--git-path", "index"});
  const auto outcome = run({keysift_binary(), "staged"}, repo.path(), {}, environment);
  CHECK(outcome.exit_code == 1);
}

// Runs keysift before each commit and keeps what it says in "said", beside the repository.
struct Hooked {
  Hooked() {
    repo.write("a.py", "# one\n");
    repo.write("b.py", "# one\n# two\n# three\n# four\n# five\n# six\n# seven\n# eight\n");
    repo.commit_all("start");
    const auto hook = repo.path() / ".git/hooks/pre-commit";
    fs::create_directories(hook.parent_path());
    std::ofstream(hook) << "#!/bin/sh\nexec '" << keysift_binary() << "' staged --format json >'"
                        << (beside.path() / "said").native() << "'\n";
    fs::permissions(hook, fs::perms::owner_all);
  }

  // Whether the commit was made; if not, what was found.
  bool commit(Strings arguments) {
    fs::remove(beside.path() / "said");
    arguments.insert(arguments.begin(), {"commit", "--quiet", "--message", "more"});
    try {
      repo.git(arguments);
    } catch (const std::runtime_error&) {
      return false;
    }
    return true;
  }
  Places said() const {
    std::ifstream file(beside.path() / "said");
    return places(json::parse(file));
  }

  TestRepo repo;
  TempDir beside;
};

TEST_CASE("of a sparse checkout") {
  TestRepo repo;
  for (const auto* file : {"a/a.py", "b/b.py", "b/c/c.py", "d/d.py"}) repo.write(file, "# one\n");
  const auto start = repo.commit_all("start");
  repo.write("b/b.py", "# two\n");
  repo.commit_all("more");
  repo.git({"sparse-checkout", "set", "--cone", "--sparse-index", "a"});
  stage(repo, "a/a.py", assigned(openai_project_key()));
  CHECK(places(staged(repo).report) == Places{place("a/a.py", 1)});
  const Scan env = scan({"env"}, repo.path());
  CHECK(env.exit_code == 3);
  CHECK(env.report.at("errors").at(0).at("message") ==
        "the index is a sparse one, so not all files are known; to fill it: git sparse-checkout reapply "
        "--no-sparse-index");
  repo.git({"reset", "--quiet", "--soft", start});
  const auto outcome = keysift({"staged"}, repo.path());
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err ==
        "keysift: b/ is changed but not checked out; to see what is in it: git sparse-checkout reapply "
        "--no-sparse-index\n");
}

TEST_CASE("as a hook of every kind of commit") {
  Hooked hooked;
  auto& repo = hooked.repo;
  const auto leak = assigned(openai_project_key());

  SECTION("commit") {
    stage(repo, "a.py", leak);
    CHECK_FALSE(hooked.commit({}));
    CHECK(hooked.said() == Places{place("a.py", 1)});
    stage(repo, "a.py", "# clean\n");
    CHECK(hooked.commit({}));
    CHECK(hooked.said().empty());
  }
  SECTION("commit --all") {
    repo.write("a.py", leak);
    CHECK_FALSE(hooked.commit({"--all"}));
    CHECK(hooked.said() == Places{place("a.py", 1)});
  }
  SECTION("commit FILE: nothing else that is staged") {
    stage(repo, "a.py", leak);
    repo.write("b.py", "# clean\n");
    CHECK(hooked.commit({"b.py"}));
    CHECK(hooked.said().empty());
    CHECK_FALSE(hooked.commit({"a.py"}));
    CHECK(hooked.said() == Places{place("a.py", 1)});
  }
  SECTION("commit --patch: part of a file") {
    repo.write("b.py", "# one, changed\n# two\n# three\n# four\n# five\n# six\n# seven\n# eight\n" + leak);
    repo.git({"commit", "--quiet", "--message", "more", "--patch", "b.py"}, "y\nn\n");
    CHECK(hooked.said().empty());
    CHECK_THROWS(repo.git({"commit", "--quiet", "--message", "more", "--patch", "b.py"}, "y\n"));
    CHECK(hooked.said() == Places{place("b.py", 9)});
  }
  SECTION("commit --amend") {
    stage(repo, "a.py", leak);
    CHECK_FALSE(hooked.commit({"--amend"}));
    CHECK(hooked.said() == Places{place("a.py", 1)});
    stage(repo, "a.py", "# clean\n");
    CHECK(hooked.commit({"--amend"}));
  }
  SECTION("the first commit") {
    repo.git({"switch", "--quiet", "--orphan", "new"});
    stage(repo, "a.py", leak);
    CHECK_FALSE(hooked.commit({}));
    CHECK(hooked.said() == Places{place("a.py", 1)});
  }
  SECTION("a rebase that stopped at a conflict") {
    repo.git({"switch", "--quiet", "--create", "side"});
    repo.write("a.py", "# side\n");
    repo.git({"commit", "--quiet", "--all", "--message", "side"});
    repo.git({"switch", "--quiet", "-"});
    repo.write("a.py", "# main\n");
    repo.git({"commit", "--quiet", "--all", "--message", "main"});
    repo.git({"switch", "--quiet", "side"});
    CHECK_THROWS(repo.git({"rebase", "--quiet", "-"}));
    stage(repo, "a.py", leak);
    CHECK_FALSE(hooked.commit({}));
    CHECK(hooked.said() == Places{place("a.py", 1)});
    stage(repo, "a.py", "# both\n");
    repo.git({"-c", "core.editor=true", "rebase", "--continue"});
  }
  SECTION("with a marked line") {
    stage(repo, "a.py", "key = '" + openai_project_key() + "'  # keysift:allow\n");
    CHECK(hooked.commit({}));
  }
}

TEST_CASE("what cannot be read") {
  TestRepo repo;
  repo.write("a.py", "# one\n");
  repo.commit_all("start");
  stage(repo, "a.py", assigned(openai_project_key()));
  SECTION("a blob") {
    const auto blob = repo.git({"rev-parse", ":a.py"});
    fs::remove(repo.path() / ".git/objects" / blob.substr(0, 2) / blob.substr(2));
    const Scan result = staged(repo);
    CHECK(result.exit_code == 3);
    CHECK(result.report.at("errors").at(0).at("path") == "a.py");
  }
  SECTION("the index") {
    std::ofstream(repo.path() / ".git/index") << "none";
    const auto outcome = keysift({"staged"}, repo.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err == "keysift: the index cannot be read: it is broken; to make it anew: git reset\n");
  }
  SECTION("a split index") {
    repo.git({"update-index", "--split-index"});
    const auto outcome = keysift({"staged"}, repo.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err.find("git update-index --no-split-index") != std::string::npos);
  }
  SECTION("HEAD's commit") {
    const auto head = repo.git({"rev-parse", "HEAD"});
    fs::remove(repo.path() / ".git/objects" / head.substr(0, 2) / head.substr(2));
    const auto outcome = keysift({"staged"}, repo.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err.find("try: git fsck") != std::string::npos);
  }
  SECTION("no repository") {
    const TempDir empty;
    CHECK(keysift({"staged"}, empty.path()).exit_code == 2);
  }
}

TEST_CASE("file names of any kind") {
  TestRepo repo;
  const std::string name =
      GENERATE(std::string("with blank"), std::string("line\nbreak"), std::string("-dash"),
               std::string("quote'\"$(x)"), std::string("not\xff utf-8"));
  stage(repo, name, assigned(openai_project_key()));
  const Scan result = staged(repo);
  CHECK(result.exit_code == 1);
  CHECK(places(result.report).size() == 1);
  CHECK(keysift({"staged"}, repo.path()).exit_code == 1);
}

TEST_CASE("what a person sees whose commit is stopped") {
  TestRepo repo;
  const auto key = openai_project_key();
  stage(repo, "src/config.py", "# settings\nclient = Client(key='" + key + "', retries=3, timeout=None)\n");
  const auto outcome = keysift({"staged"}, repo.path());
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out.find(key) == std::string::npos);
  const auto fingerprint = staged(repo).report.at("findings").at(0).at("fingerprint").get<std::string>();
  CHECK(outcome.out.starts_with(
      "OpenAI project API key sk-proj-****" + key.substr(key.size() - 4) +
      ", high confidence\n"
      "              2 | client = Client(key='sk-proj-****" +
      key.substr(key.size() - 4) +
      "', retries=3, ...\n"
      "                |                      ^^^^^^^^^^^^^^^^\n"
      "    Where        src/config.py:2:22  " +
      fingerprint +
      "\n"
      "    Now          staged: the next commit has it\n"
      "\n"
      "What to do\n"
      "  Nothing is committed yet. There are three ways on:\n"
      "  1. Take the key out: keep it in the environment or in a secret store, not in\n"
      "     the file. Then stage the file again, and commit:\n"
      "       git add src/config.py\n"
      "  2. If it may be there, allow it: end its line with a comment that says\n"
      "     keysift:allow, or say why:\n"
      "       keysift allow " +
      fingerprint +
      " --reason \"...\"\n"
      "  3. Skip this check once. Then only a pre-push hook, CI and the server can stop\n"
      "     the key, where keysift runs there:\n"
      "       git commit --no-verify\n"
      "\n"
      "1 finding of 1 key (1 high confidence) in 1 file (224 B) of this folder, in "));
}

TEST_CASE("a line shows no other secret") {
  TestRepo repo;
  const auto second = openai_project_key(2);
  stage(repo, "a.py", "a = '" + second + "', b = '" + openai_project_key() + "', c = '" + second + "'\n");
  const auto text = keysift({"staged", "--color", "always"}, repo.path()).out;
  CHECK(text.find(second.substr(8, 20)) == std::string::npos);
  CHECK(text.find(openai_project_key().substr(8, 20)) == std::string::npos);
}

}  // namespace
}  // namespace keysift::test
