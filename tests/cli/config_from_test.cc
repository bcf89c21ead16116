// --config-from: what is allowed is read from a commit that is trusted, or from nowhere.
#include <algorithm>
#include <fstream>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;

// main allows config.txt and ignored.txt; the branch that is checked out allows all, and has marks.
struct Branches {
  Branches() {
    repo.write(".keysift.toml", "[[allowlists]]\npaths = ['^config\\.txt$']\n");
    repo.write(".keysiftignore", "ignored.txt # made up\n");
    start = repo.commit_all("start");
    repo.git({"checkout", "--quiet", "-b", "branch"});
    repo.write(".keysift.toml", "[[allowlists]]\npaths = ['.']\n");
    repo.write(".keysiftignore", "* # all\n");
    repo.write("config.txt", openai_project_key(1) + "\n");
    repo.write("ignored.txt", openai_project_key(2) + "\n");
    repo.write("marked.txt", "\n" + openai_project_key(3) + " keysift:allow\n");
    repo.commit_all("branch");
  }

  // Refused with exit code 2 and this line.
  void check_refused(const Strings& arguments, const std::string& line) {
    const auto outcome = keysift(arguments, repo.path());
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "keysift: " + line + "\n");
  }

  // `name` in main's tree becomes what `mode`, `type` and `object` say.
  void put(const std::string& name, const std::string& mode, const std::string& type,
           const std::string& object) {
    std::string tree = mode + " " + type + " " + object + "\t" + name + "\n";
    const auto made = repo.git({"mktree"}, tree);
    repo.git({"update-ref", "refs/heads/main", repo.git({"commit-tree", "-m", "x", made})});
  }

  TestRepo repo;
  std::string start;
};

const Strings kByMain = {"config.txt:1 main:.keysift.toml", "ignored.txt:1 main:.keysiftignore:1",
                         "marked.txt:2"};
const Strings kNothingAllowed = {"config.txt:1", "ignored.txt:1", "marked.txt:2"};

TEST_CASE("config-from: what the commit's files allow counts, and not the branch's own, nor its marks") {
  Branches made;
  for (const Strings& command :
       {Strings{"scan", "."}, {"files", "."}, {"history", "."}, {"history", ".", "--range", "main..HEAD"}}) {
    INFO(command[0]);
    CHECK(scan(command, made.repo.path()).exit_code == 0);
    auto with = command;
    with.insert(with.end(), {"--config-from", "main"});
    const auto [exit_code, report] = scan(with, made.repo.path());
    CHECK(exit_code == 1);
    CHECK(allowed_and_found(report) == kByMain);
    const auto& repository = report.at("repositories").at(0);
    CHECK(repository.at("config_from") == "main");
    CHECK(repository.at("config_commit") == made.start);
  }
}

TEST_CASE("config-from: none") {
  Branches made;
  for (const char* command : {"scan", "files", "history"}) {
    const auto [exit_code, report] = scan({command, ".", "--config-from", "none"}, made.repo.path());
    CHECK(exit_code == 1);
    CHECK(allowed_and_found(report) == kNothingAllowed);
    CHECK(report.at("repositories").at(0).at("config_from") == "none");
    CHECK(report.at("repositories").at(0).at("config_commit") == nullptr);
  }
  const auto usual = scan({"files", "."}, made.repo.path()).report;
  CHECK(usual.at("repositories").at(0).at("config_from") == nullptr);
  // A mistake in what is not read stops nothing.
  made.repo.write(".keysift.toml", "[[[");
  made.repo.write(".keysiftignore", "[[[");
  CHECK(keysift({"files", ".", "--config-from", "none"}, made.repo.path()).exit_code == 1);
  CHECK(keysift({"files", ".", "--config-from", "main"}, made.repo.path()).exit_code == 1);
}

TEST_CASE("config-from: of what is staged, and of files with secrets") {
  Branches made;
  made.repo.write("new.txt", openai_project_key(4) + " keysift:allow\n");
  made.repo.write("web/.env.acme", "TOKEN=" + openai_project_key(5) + "\n");
  made.repo.write(".keysift.toml", "");
  made.repo.git({"add", "new.txt", "web"});
  CHECK(scan({"staged", "."}, made.repo.path()).exit_code == 0);
  const auto staged = scan({"staged", ".", "--config-from", "main"}, made.repo.path());
  CHECK(staged.exit_code == 1);
  CHECK(allowed_and_found(staged.report) == Strings{"new.txt:1", "web/.env.acme:1"});

  CHECK(scan({"env", ".", "--no-history"}, made.repo.path()).exit_code == 0);
  const auto env = scan({"env", ".", "--no-history", "--config-from", "main"}, made.repo.path());
  CHECK(env.exit_code == 1);
  CHECK(env.report.at("env").at(0).at("path") == "web/.env.acme");
  CHECK(env.report.at("env").at(0).at("allowed_by") == nullptr);
}

TEST_CASE("config-from: a commit's [env] says which files hold secrets") {
  TestRepo repo;
  repo.write(".keysift.toml", "[env]\nfiles = ['acme.conf']\n");
  repo.commit_all("start");
  repo.write(".keysift.toml", "");
  repo.write("acme.conf", "x\n");
  repo.commit_all("branch");
  CHECK(scan({"env", ".", "--no-history"}, repo.path()).exit_code == 0);
  CHECK(scan({"env", ".", "--no-history", "--config-from", "HEAD^"}, repo.path()).exit_code == 1);
}

TEST_CASE("config-from: text names the commit where it lists what is allowed") {
  Branches made;
  const auto text = keysift({"files", ".", "--config-from", "main"}, made.repo.path()).out;
  CHECK(contains(text,
                 "Allowed\n"
                 "  config.txt:1  OpenAI project API key, by main:.keysift.toml\n"
                 "  ignored.txt:1  OpenAI project API key, by main:.keysiftignore:1: made up\n"));
}

TEST_CASE("config-from: a report keeps it") {
  Branches made;
  REQUIRE(keysift({"files", ".", "--config-from", "main", "--report", "json=.git/r"}, made.repo.path())
              .exit_code == 1);
  for (const char* command : {"report", "merge"}) {
    const auto repository = scan({command, ".git/r"}, made.repo.path()).report.at("repositories").at(0);
    CHECK(repository.at("config_from") == "main");
    CHECK(repository.at("config_commit") == made.start);
  }
}

TEST_CASE("config-from: a commit that has neither file allows nothing") {
  Branches made;
  made.put("a.py", "100644", "blob", made.repo.git({"hash-object", "-w", "--stdin"}, "x"));
  CHECK(allowed_and_found(scan({"files", ".", "--config-from", "main"}, made.repo.path()).report) ==
        kNothingAllowed);
}

TEST_CASE("config-from: the files are those in the root, whichever folder is scanned") {
  Branches made;
  made.repo.write("src/config.txt", openai_project_key(4) + "\n");
  made.repo.git({"checkout", "--quiet", "main"});
  made.repo.write(".keysiftignore", "/src/ignored.txt # made up\n");
  made.repo.commit_all("main");
  made.repo.write("src/ignored.txt", openai_project_key(5) + "\n");
  CHECK(allowed_and_found(scan({"files", "src", "--config-from", "main"}, made.repo.path()).report) ==
        Strings{"config.txt:1 main:.keysift.toml", "ignored.txt:1 main:.keysiftignore:1"});
}

TEST_CASE("config-from: a configuration that is named goes before the commit's, and marks do not count") {
  Branches made;
  made.repo.write(".git/c.toml", "[[allowlists]]\npaths = ['^marked']\n");
  for (const auto& [from, expected] :
       {std::pair{"main",
                  Strings{"ignored.txt:1 main:.keysiftignore:1", "marked.txt:2 .git/c.toml", "config.txt:1"}},
        std::pair{"none", Strings{"marked.txt:2 .git/c.toml", "config.txt:1", "ignored.txt:1"}}}) {
    const auto report =
        scan({"files", ".", "--config", ".git/c.toml", "--config-from", from}, made.repo.path()).report;
    CHECK(allowed_and_found(report) == expected);
  }
}

TEST_CASE("config-from: a commit is named in any way that git knows") {
  Branches made;
  made.repo.git({"tag", "-a", "-m", "x", "annotated", "main"});
  for (const auto& name :
       {made.start, made.start.substr(0, 10), std::string("HEAD^"), std::string("annotated"),
        std::string("refs/heads/main"), std::string("branch~1")}) {
    INFO(name);
    const auto report = scan({"files", ".", "--config-from", name}, made.repo.path()).report;
    CHECK(report.at("allowed").size() == 2);
    CHECK(report.at("repositories").at(0).at("config_commit") == made.start);
  }
}

TEST_CASE("config-from: a bare repository's commit counts") {
  Branches made;
  made.repo.git({"clone", "--quiet", "--bare", ".", "bare.git"});
  const auto report =
      scan({"history", "bare.git", "--range", "main..branch", "--config-from", "main"}, made.repo.path())
          .report;
  CHECK(allowed_and_found(report) == kByMain);
}

TEST_CASE("config-from: what it cannot mean is refused in one line") {
  Branches made;
  const std::string no_revision =
      " is no revision of this repository; if this clone lacks it: git fetch --deepen=N, or fetch-depth: 0 "
      "where CI checks out";
  for (const char* command : {"scan", "files", "history", "staged", "env"}) {
    made.check_refused({command, ".", "--config-from", "nowhere"}, "--config-from: 'nowhere'" + no_revision);
  }
  made.check_refused({"files", ".", "--config-from", "HEAD:marked.txt"},
                     "--config-from: 'HEAD:marked.txt' leads to no commit");
  made.check_refused({"files", ".", "--config-from", "HEAD^{tree}"},
                     "--config-from: 'HEAD^{tree}' leads to no commit");
  CHECK(keysift({"files", ".", "--config-from", ""}, made.repo.path()).exit_code == 2);

  const std::string elsewhere =
      " no folder of a git repository, where a commit could be read; elsewhere: --config-from none";
  made.check_refused({"files", "marked.txt", "--config-from", "main"},
                     "--config-from: marked.txt is" + elsewhere);
  made.check_refused({"files", "marked.txt", "config.txt", "--config-from", "main"},
                     "--config-from: several paths are" + elsewhere);
  const TempDir plain;
  plain.write("a.txt", openai_project_key(1) + " keysift:allow");
  const auto outcome = keysift({"files", ".", "--config-from", "main"}, plain.path());
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == "keysift: --config-from: . is" + elsewhere + "\n");
  CHECK(allowed_and_found(scan({"files", ".", "--config-from", "none"}, plain.path()).report) ==
        Strings{"a.txt:1"});
  CHECK(allowed_and_found(scan({"files", "a.txt", "--config-from", "none"}, plain.path()).report) ==
        Strings{"a.txt:1"});
  CHECK(scan({"files", "-", "--config-from", "none"}, plain.path(), openai_project_key(1) + " keysift:allow")
            .exit_code == 1);
}

TEST_CASE("a name that fits two refs is refused: who may push one could choose what it means") {
  Branches made;
  made.repo.git({"tag", "main", "branch"});
  made.check_refused({"files", ".", "--config-from", "main"},
                     "--config-from: 'main' fits refs/tags/main and refs/heads/main; write the one that is "
                     "meant");
  made.check_refused({"history", ".", "--range", "main..HEAD"},
                     "--range: 'main' fits refs/tags/main and refs/heads/main; write the one that is meant");
  made.check_refused(
      {"history", ".", "--branch", "main~0"},
      "--branch: 'main~0' fits refs/tags/main and refs/heads/main; write the one that is meant");
  CHECK(scan({"files", ".", "--config-from", "refs/heads/main"}, made.repo.path())
            .report.at("allowed")
            .size() == 2);
  CHECK(scan({"history", ".", "--range", "refs/heads/main..HEAD"}, made.repo.path())
            .report.at("summary")
            .at("commits") == 1);
}

TEST_CASE("config-from: a link, a folder or what is missing is refused, never followed") {
  Branches made;
  const std::string name = GENERATE(".keysift.toml", ".keysiftignore", ".gitleaksignore");
  const auto blob = made.repo.git({"hash-object", "-w", "--stdin"}, "marked.txt");
  const Strings command = {"files", ".", "--config-from", "main"};
  made.put(name, "120000", "blob", blob);
  made.check_refused(command, "cannot read main:" + name + ": it is a link, which is not followed");
  made.put(name, "040000", "tree", made.repo.git({"rev-parse", "HEAD^{tree}"}));
  made.check_refused(command, "cannot read main:" + name + ": it is a folder");
  made.put(name, "160000", "commit", made.start);
  made.check_refused(command, "cannot read main:" + name + ": it is a submodule");
  made.put(name, "100644", "blob", blob);
  fs::remove(made.repo.path() / ".git/objects" / blob.substr(0, 2) / blob.substr(2));
  made.check_refused(command, "cannot read main:" + name + ": its object " + blob +
                                  " cannot be read (it is missing); try: git fsck");
}

TEST_CASE("config-from: a mistake is told by commit, file and line") {
  Branches made;
  made.put(".keysift.toml", "100644", "blob",
           made.repo.git({"hash-object", "-w", "--stdin"}, "[[allowlists]]\nregexes = ['(']\n"));
  made.check_refused({"files", ".", "--config-from", "main"},
                     "main:.keysift.toml:2: RE2 refuses the pattern: missing ): (");
  made.put(".keysiftignore", "100644", "blob", made.repo.git({"hash-object", "-w", "--stdin"}, "\na.py\n"));
  made.check_refused(
      {"files", ".", "--config-from", "main"},
      "main:.keysiftignore:2: the reason is missing; end the line with one: # why this is no leak");
}

TEST_CASE("config-from: replace refs change nothing") {
  Branches made;
  made.repo.git({"replace", "main", "branch"});
  CHECK(allowed_and_found(scan({"files", ".", "--config-from", "main"}, made.repo.path()).report) == kByMain);
}

TEST_CASE("a configuration or ignore file that is too large is refused, wherever it is") {
  Branches made;
  const std::string name = GENERATE(".keysift.toml", ".keysiftignore", ".gitleaksignore");
  const std::string bytes = "#" + std::string((4 << 20) - 2, ' ') + "\n";
  const auto refused = ": it has more than 4194304 bytes";
  made.repo.write(name, bytes);
  CHECK(keysift({"files", "."}, made.repo.path()).exit_code < 2);
  made.repo.write(name, bytes + "\n");
  made.check_refused({"files", "."}, "cannot read " + (made.repo.path() / name).native() + refused);
  made.put(name, "100644", "blob", made.repo.git({"hash-object", "-w", name}));
  made.check_refused({"history", ".", "--config-from", "main"}, "cannot read main:" + name + refused);
  if (name == ".keysift.toml")
    made.check_refused({"files", ".", "--config", name}, "cannot read .keysift.toml" + std::string(refused));
}

TEST_CASE("a configuration or ignore file in the root that is a link is refused: it may lead outside") {
  TestRepo repo;
  repo.write("a.txt", openai_project_key(1) + "\n");
  const TempDir outside;
  outside.write("file", "[secret]\n");
  const std::string name = GENERATE(".keysift.toml", ".keysiftignore", ".gitleaksignore");
  fs::create_symlink(outside.path() / "file", repo.path() / name);
  const auto outcome = keysift({"files", "."}, repo.path());
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err ==
        "keysift: cannot read " + (repo.path() / name).native() + ": it is a link, which is not followed\n");
  CHECK(keysift({"files", ".", "--config-from", "none"}, repo.path()).exit_code == 1);
}

}  // namespace
}  // namespace keysift::test
