#include "report/advice.h"

#include "base/path_pattern.h"
#include "support/catch.h"
#include "support/support.h"

using namespace keysift;
using namespace keysift::test;

namespace {

/// Names that a shell, git or a terminal would each take for something else.
const std::vector<std::string> kNames{
    ".env",         "-.env",        "a b/.env",     "it's/.env",   "$HOME/`id`/.env", "x;id/\"y\"/.env",
    ":(top)/.env",  "*/.env",       "[a]/.env.[b]", "#x.env",      "!x.env",          "a\\b.env",
    "end .env.x  ", "caf\xe9/.env", "Grüße/.env",   "\x1b[2J.env", "a\nb.env",
};

Outcome bash(const std::string& command, const TestRepo& repo) {
  return run({"bash", "-c", command}, repo.path());
}

}  // namespace

TEST_CASE("a command for the shell is none of a CI system") {
  CHECK(shell_quoted("a ##vso[b]") == "$'a \\043\\043vso[b]'");
  CHECK(shell_quoted("a #1") == "'a #1'");
}

TEST_CASE("A quoted word reaches a program as it was") {
  const TestRepo repo;
  for (const auto& name : kNames) {
    CAPTURE(shell_quoted(name));
    CHECK(bash("printf %s " + shell_quoted(name), repo).out == name);
  }
  CHECK(bash("printf '<%s>' " + shell_quoted(""), repo).out == "<>");
  CHECK(shell_quoted("src/.env.local") == "src/.env.local");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("\x1b[2J") == "$'\\033[2J'");
}

TEST_CASE("The commands take a .env file out of git, that one only, and keep it out") {
  for (const auto& name : kNames) {
    CAPTURE(shell_quoted(name));
    TestRepo repo;
    repo.write(name, "KEY=\n");
    repo.write("kept.txt", "");
    repo.write("a/kept.env", "");
    repo.commit_all("first");

    const auto untracked = bash(untrack_command(name), repo);
    CHECK(untracked.err == "");
    CHECK(repo.git({"diff", "--cached", "--name-only", "-z"}) == name + '\0');

    CHECK(bash(append_command(pattern_of(name.substr(name.rfind('/') + 1)), ".gitignore"), repo).exit_code ==
          0);
    CHECK(repo.git({"ls-files", "-z", "--others", "--exclude-standard"}) == std::string(".gitignore\0", 11));
  }
}

TEST_CASE("Usual names give the commands that people know") {
  CHECK(untrack_command("api/.env") == "git rm --cached api/.env");
  CHECK(append_command(".env", ".gitignore") == "echo .env >> .gitignore");
  CHECK(append_command("**/.env", "web app/.dockerignore") == "echo '**/.env' >> 'web app/.dockerignore'");
}

TEST_CASE("A finding's state says what became of its blob") {
  Finding finding;
  finding.provenance = Provenance{};
  auto& provenance = *finding.provenance;
  provenance.state = BlobState::live;
  provenance.in_head = true;
  CHECK(state_words(finding) == "HEAD still has it");
  provenance.in_head = false;
  CHECK(state_words(finding) ==
        "not in HEAD at this path, but another path or the tip of another branch still has it");
  provenance.state = BlobState::history_only;
  CHECK(state_words(finding) == "gone from HEAD, not from history: every clone still has it");
  finding.origin = Origin::commit_message;
  CHECK(state_words(finding) == "in the history: every clone has it");
  provenance.state = BlobState::unreachable;
  CHECK(state_words(finding) ==
        "in no branch or tag (amended, dropped or stashed away), but git still keeps it, and so may every "
        "place "
        "it was pushed to");
}
