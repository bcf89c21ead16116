// Git's hooks: what `keysift hook` installs, through real commits and pushes. `keysift staged` is a stand-in
// here, which notes how it was called; what pushes bring is searched by the real keysift.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "cli/keysift.h"
#include "support/catch.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using Strings = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

void write_script(const fs::path& path, const std::string& text, fs::perms mode = fs::perms(0755)) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  fs::permissions(path, mode);
}

/// A folder for repositories, with an environment for git and keysift that knows nothing of the user's.
class Desk {
 public:
  Desk() {
    environment["KEYSIFT"] = KEYSIFT_BINARY;
    for (const char* who : {"GIT_AUTHOR_", "GIT_COMMITTER_"}) {
      environment[std::string(who) + "NAME"] = "Ada Author";
      environment[std::string(who) + "EMAIL"] = "ada@example.com";
    }
  }

  fs::path path(const std::string& name) const { return dir_.path() / name; }

  Outcome git(const fs::path& folder, const Strings& arguments) const {
    Strings command = {"git", "-c", "gc.auto=0"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command, folder, {}, environment);
  }

  void must(const fs::path& folder, const Strings& arguments) const {
    const auto outcome = git(folder, arguments);
    INFO(arguments.front() << ": " << outcome.err);
    REQUIRE(outcome.exit_code == 0);
  }

  std::string tip(const fs::path& folder, const std::string& revision = "HEAD") const {
    return git(folder, {"rev-parse", "--verify", "--quiet", revision}).out;
  }

  Outcome hook(const fs::path& folder, Strings arguments) const {
    arguments.insert(arguments.begin(), {KEYSIFT_BINARY, "hook"});
    return run(arguments, folder, {}, environment);
  }

  fs::path make(const std::string& name, const Strings& init = {}) const {
    fs::create_directories(path(name));
    Strings arguments = {"init", "--quiet", "--initial-branch=main"};
    arguments.insert(arguments.end(), init.begin(), init.end());
    must(path(name), arguments);
    return path(name);
  }

  Outcome commit(const fs::path& folder, const std::string& file, const std::string& text,
                 const Strings& more = {}) const {
    std::ofstream(folder / file) << text;
    must(folder, {"add", "--all"});
    Strings arguments = {"commit", "--quiet", "--message", file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return git(folder, arguments);
  }

  /// Has hooks run a stand-in for keysift that notes its arguments, but for --color, says "found it" and ends
  /// so.
  void pretend(int status) {
    fs::remove(path("called"));
    write_script(path("bin/keysift"),
                 "#!/bin/sh\n[ $# = 3 ] && [ \"$2\" = --color ] && set -- \"$1\"\nprintf '%s\\n' \"$@\" "
                 ">>\"$NOTES\"\necho found it\nexit " +
                     std::to_string(status) + "\n");
    environment.erase("KEYSIFT");
    environment["NOTES"] = path("called");
    environment["PATH"] = path("bin").native() + ":" + std::getenv("PATH");
  }
  std::string called() const { return file_bytes(path("called")); }

  Environment environment = clean_environment();

 private:
  TempDir dir_;
};

TEST_CASE("pre-commit: a commit is made only if keysift finds nothing in what is staged") {
  Desk desk;
  const auto repo = desk.make("repo");
  const auto installed = desk.hook(repo, {"install"});
  CHECK(installed.exit_code == 0);
  CHECK(installed.out == (repo / ".git/hooks/pre-commit").native() +
                             ": written; git commit now stops before it adds a key\n"
                             "To undo: keysift hook remove\n");
  desk.pretend(0);
  CHECK(desk.commit(repo, "a", "1").exit_code == 0);
  CHECK(desk.called() == "staged\n");
  const auto before = desk.tip(repo);
  for (const int status : {1, 2, 3, 77}) {
    desk.pretend(status);
    const auto outcome = desk.commit(repo, "a", std::to_string(status));
    INFO(status << ": " << outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(contains(outcome.err, "found it\nkeysift: "));
    const auto status_words = "exit status " + std::to_string(status);
    CHECK(contains(outcome.err, status == 1 ? "the commit was stopped" : status_words));
    CHECK(contains(outcome.err, "git commit --no-verify") == (status != 1));  // then the report says it
    CHECK(desk.tip(repo) == before);
  }
  CHECK(desk.commit(repo, "a", "unchecked", {"--no-verify"}).exit_code == 0);
  CHECK(desk.tip(repo) != before);
}

TEST_CASE("a key is stopped by the real thing, and there are three ways on") {
  Desk desk;
  const auto repo = desk.make("repo");
  const auto remote = desk.make("remote", {"--bare"});
  desk.must(repo, {"remote", "add", "origin", "file://" + remote.native()});
  REQUIRE(desk.hook(repo, {"install"}).exit_code == 0);
  REQUIRE(desk.hook(remote, {"install", "--pre-receive"}).exit_code == 0);
  const auto key = openai_project_key();
  const auto stopped = desk.commit(repo, "a.py", "key = '" + key + "'\n");
  CHECK(stopped.exit_code == 1);
  CHECK(contains(stopped.err, "    Where        a.py:1:8  "));
  CHECK(stopped.err.ends_with("keysift: the commit was stopped\n"));
  CHECK_FALSE(contains(stopped.err, key));
  CHECK(std::count(stopped.err.begin(), stopped.err.end(), '\n') <= 24);  // a screen
  const auto staged =
      json::parse(run({KEYSIFT_BINARY, "staged", "--format", "json"}, repo, {}, desk.environment).out);
  const auto fingerprint = staged.at("findings").at(0).at("fingerprint").get<std::string>();

  SECTION("taken out") {
    CHECK(desk.commit(repo, "a.py", "key = os.environ['KEY']\n").exit_code == 0);
    CHECK(desk.git(repo, {"push", "origin", "main"}).exit_code == 0);
  }
  SECTION("allowed by its fingerprint") {
    const auto allow = run({KEYSIFT_BINARY, "allow", fingerprint, "--reason", "made for a test"}, repo, {},
                           desk.environment);
    REQUIRE(allow.exit_code == 0);
    CHECK(desk.commit(repo, "b", "1").exit_code == 0);
  }
  SECTION("allowed by a mark on its line") {
    CHECK(desk.commit(repo, "a.py", "key = '" + key + "'  # keysift:allow\n").exit_code == 0);
    CHECK(desk.git(repo, {"push", "origin", "main"}).exit_code == 0);
  }
  SECTION("not checked, until it is pushed") {
    CHECK(desk.commit(repo, "a.py", "key = '" + key + "'\n", {"--no-verify"}).exit_code == 0);
    const auto pushed = desk.git(repo, {"push", "origin", "main"});
    CHECK(pushed.exit_code == 1);
    CHECK(contains(pushed.err, "remote:     Where        a.py:1:8  "));
    CHECK(contains(pushed.err, "sk-proj-****"));
    CHECK_FALSE(contains(pushed.err, key));
    CHECK(desk.git(remote, {"rev-parse", "--verify", "main"}).exit_code != 0);
  }
}

TEST_CASE("a hook that does not find keysift stops, and says so") {
  Desk desk;
  const auto repo = desk.make("repo");
  const auto remote = desk.make("remote", {"--bare"});
  desk.must(repo, {"remote", "add", "origin", "file://" + remote.native()});
  REQUIRE(desk.commit(repo, "a", "1").exit_code == 0);
  REQUIRE(desk.hook(repo, {"install"}).exit_code == 0);
  REQUIRE(desk.hook(repo, {"install", "--pre-push"}).exit_code == 0);
  REQUIRE(desk.hook(remote, {"install", "--pre-receive"}).exit_code == 0);
  desk.environment["KEYSIFT"] = desk.path("nowhere/keysift");
  const auto says = "keysift: " + desk.path("nowhere/keysift").native() + " is not there; install it";
  const auto commit = desk.commit(repo, "a", "2");
  CHECK(commit.exit_code == 1);
  CHECK(contains(commit.err, says));
  const auto push = desk.git(repo, {"push", "origin", "main"});
  CHECK(push.exit_code == 1);
  CHECK(contains(push.err, says));
  CHECK(contains(push.err, "git push --no-verify"));
  const auto received = desk.git(repo, {"push", "--no-verify", "origin", "main"});
  CHECK(received.exit_code == 1);
  CHECK(contains(received.err, "remote: " + says));
  CHECK(contains(received.err, "administrator"));
  CHECK(desk.tip(remote, "refs/heads/main").empty());
}

TEST_CASE("a program of the repository that is called keysift is not run") {
  Desk desk;
  const auto repo = desk.make("repo");
  REQUIRE(desk.hook(repo, {"install"}).exit_code == 0);
  desk.environment.erase("KEYSIFT");
  desk.environment["PATH"] = std::string(".::bin:") + std::getenv("PATH");
  for (const char* file : {"keysift", "bin/keysift"}) write_script(repo / file, "#!/bin/sh\ntouch ran\n");
  desk.commit(repo, "a", "1");
  CHECK_FALSE(fs::exists(repo / "ran"));
}

TEST_CASE("a hook that was there is kept, runs first, and comes back as it was") {
  Desk desk;
  const auto repo = desk.make("repo");
  const auto hook = repo / ".git/hooks/pre-commit";
  const auto kept = repo / ".git/hooks/pre-commit.before-keysift";
  const std::string script = "#!/bin/sh\necho mine >>\"$NOTES\"\n[ ! -e stop ]\n\n";
  write_script(hook, script, fs::perms(0710));
  const auto installed = desk.hook(repo, {"install"});
  CHECK(
      contains(installed.out, "(the hook that was there is now pre-commit.before-keysift, and runs first)"));
  CHECK(fs::status(hook).permissions() == fs::perms(0755));
  CHECK(fs::status(kept).permissions() == fs::perms(0710));
  const auto ours = file_bytes(hook);
  CHECK(desk.hook(repo, {"install"}).exit_code == 0);
  CHECK(file_bytes(hook) == ours);
  CHECK(file_bytes(kept) == script);

  desk.pretend(0);
  CHECK(desk.commit(repo, "a", "1").exit_code == 0);
  CHECK(desk.called() == "mine\nstaged\n");
  desk.pretend(0);
  CHECK(desk.commit(repo, "stop", "").exit_code == 1);
  CHECK(desk.called() == "mine\n");

  const auto removed = desk.hook(repo, {"remove"});
  CHECK(removed.exit_code == 0);
  CHECK(removed.out == hook.native() + ": the hook that was there before keysift's is back\n");
  CHECK(file_bytes(hook) == script);
  CHECK(fs::status(hook).permissions() == fs::perms(0710));
  CHECK_FALSE(fs::exists(kept));
  CHECK(desk.hook(repo, {"remove"}).out ==
        (repo / ".git/hooks").native() + ": there is no hook of keysift's\n");
  CHECK(file_bytes(hook) == script);
}

TEST_CASE("a hook that is a link is kept as a link, wherever it leads") {
  Desk desk;
  const auto repo = desk.make("repo");
  const auto hook = repo / ".git/hooks/pre-commit";
  fs::create_directories(hook.parent_path());
  const std::string target = GENERATE("../../tools/check", "/nowhere/at all");
  write_script(repo / "tools/check", "#!/bin/sh\necho tool >>\"$NOTES\"\n");
  fs::create_symlink(target, hook);
  CHECK(desk.hook(repo, {"install"}).exit_code == 0);
  CHECK_FALSE(fs::is_symlink(hook));
  CHECK(fs::read_symlink(hook.native() + ".before-keysift") == target);
  CHECK(file_bytes(repo / "tools/check") == "#!/bin/sh\necho tool >>\"$NOTES\"\n");
  desk.pretend(0);
  CHECK(desk.commit(repo, "a", "1").exit_code == 0);
  CHECK(desk.called() == (target.starts_with('/') ? "staged\n" : "tool\nstaged\n"));
  CHECK(desk.hook(repo, {"remove"}).exit_code == 0);
  CHECK(fs::read_symlink(hook) == target);
}

TEST_CASE("a script of another keysift is replaced; two hooks of others are not mixed up") {
  Desk desk;
  const auto repo = desk.make("repo");
  const auto hook = repo / ".git/hooks/pre-commit";
  const auto kept = repo / ".git/hooks/pre-commit.before-keysift";
  write_script(hook, "#!/bin/sh\n# keysift hook: of long ago\nexit 1\n");
  CHECK(desk.hook(repo, {"install"}).exit_code == 0);
  CHECK(contains(file_bytes(hook), "staged"));
  CHECK_FALSE(fs::exists(kept));
  CHECK(desk.hook(repo, {"remove"}).out == hook.native() + ": removed\n");
  CHECK_FALSE(fs::exists(hook));

  write_script(hook, "one");
  write_script(kept, "two");
  const auto refused = desk.hook(repo, {"install"});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, "remove or rename one of them"));
  CHECK(file_bytes(hook) == "one");
  CHECK(file_bytes(kept) == "two");
}

TEST_CASE("hooks go where core.hooksPath says, and find their repository, whatever it is called") {
  const std::string name = GENERATE("plain", "with space", "it's \"quoted\"", "two\nlines", "-dash",
                                    "$(touch x)`", "a:b", "\xff\xc3");
  const std::string hooks_path = GENERATE("", "githooks", "/absolute");
  Desk desk;
  const auto repo = desk.make(name);
  const auto remote = desk.make("remote of " + name, {"--bare"});
  auto folder = repo / ".git/hooks";
  if (!hooks_path.empty()) {
    folder = hooks_path.starts_with('/') ? desk.path("hooks") : repo / hooks_path;
    desk.must(repo, {"config", "core.hooksPath", hooks_path.starts_with('/') ? folder.native() : hooks_path});
  }
  fs::create_directories(repo / "sub");
  REQUIRE(desk.hook(repo / "sub", {"install"}).exit_code == 0);
  REQUIRE(desk.hook(repo / "sub", {"install", "--pre-push"}).exit_code == 0);
  REQUIRE(desk.hook(remote, {"install", "--pre-receive"}).exit_code == 0);
  CHECK(fs::exists(folder / "pre-commit"));
  CHECK(fs::exists(folder / "pre-push"));

  desk.must(repo, {"remote", "add", "origin", remote});
  const auto key = openai_project_key();
  REQUIRE(desk.commit(repo, "leak", key, {"--no-verify"}).exit_code == 0);
  for (const Strings& push : {Strings{"push", "origin", "main"}, {"push", "--no-verify", "origin", "main"}}) {
    const auto outcome = desk.git(repo / "sub", push);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(contains(outcome.err, "OpenAI project API key"));
    CHECK_FALSE(contains(outcome.err, key));
    CHECK_FALSE(contains(outcome.err, "cannot"));
  }
  REQUIRE(desk.commit(repo, "leak", "gone", {"--no-verify", "--amend"}).exit_code == 0);
  const auto clean = desk.git(repo, {"push", "origin", "main"});
  INFO(clean.err);
  CHECK(clean.exit_code == 0);
  desk.pretend(1);
  CHECK(desk.commit(repo / "sub", "more", "text").exit_code == 1);
  CHECK(desk.called() == "staged\n");
  CHECK(desk.hook(repo / "sub", {"remove"}).exit_code == 0);
  CHECK_FALSE(fs::exists(folder / "pre-commit"));
  CHECK_FALSE(fs::exists(folder / "pre-push"));
}

TEST_CASE("a commit in a linked worktree is checked, too") {
  Desk desk;
  const auto repo = desk.make("repo");
  REQUIRE(desk.commit(repo, "a", "1").exit_code == 0);
  desk.must(repo, {"worktree", "add", "--quiet", "../linked"});
  REQUIRE(desk.hook(desk.path("linked"), {"install"}).exit_code == 0);
  CHECK(fs::exists(repo / ".git/hooks/pre-commit"));
  desk.pretend(1);
  CHECK(desk.commit(desk.path("linked"), "b", "1").exit_code == 1);
}

/// A repository with a hook before pushes, and the one that it pushes to.
struct Pushing : Desk {
  Pushing() {
    REQUIRE(hook(repo, {"install", "--pre-push"}).exit_code == 0);
    must(repo, {"remote", "add", "origin", url});
    REQUIRE(commit(repo, "start", "1").exit_code == 0);
    REQUIRE(push({"origin", "main"}).exit_code == 0);
  }
  Outcome push(const Strings& arguments) const {
    Strings words = {"push"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return git(repo, words);
  }
  fs::path repo = make("repo");
  fs::path remote = make("remote", {"--bare"});
  std::string url = "file://" + remote.native();
};

TEST_CASE("pre-push: only what the remote lacks is searched") {
  Pushing desk;
  desk.must(desk.repo, {"checkout", "--quiet", "-b", "leaky"});
  desk.commit(desk.repo, "leak", openai_project_key());
  desk.commit(desk.repo, "leak", "taken out");
  const auto stopped = desk.push({"origin", "leaky"});  // a new branch
  CHECK(stopped.exit_code == 1);
  CHECK(contains(stopped.err, "    Where        leak:1:1  "));
  CHECK(contains(stopped.err, "git push --no-verify"));
  CHECK_FALSE(contains(stopped.err, openai_project_key()));
  CHECK(desk.push({"origin", "main", "main:other", "leaky"}).exit_code == 1);  // several
  CHECK(desk.tip(desk.remote, "refs/heads/other").empty());
  CHECK(desk.push({"origin", "main:other"}).exit_code == 0);  // nothing new

  CHECK(desk.push({"--no-verify", "origin", "leaky"}).exit_code == 0);
  desk.commit(desk.repo, "b", "1");
  CHECK(desk.push({"origin", "leaky"}).exit_code == 0);
  desk.commit(desk.repo, "c", "1");
  CHECK(desk.push({"origin", "leaky:another"}).exit_code == 0);  // the remote has the key on another branch
  desk.commit(desk.repo, "b", openai_project_key(2), {"--amend"});
  CHECK(desk.push({"--force", "origin", "leaky"}).exit_code == 1);
  desk.commit(desk.repo, "b", "2", {"--amend"});
  CHECK(desk.push({"--force", "origin", "leaky"}).exit_code == 0);
  desk.environment["KEYSIFT"] = "/nowhere";
  CHECK(desk.push({"origin", ":leaky"}).exit_code == 0);
  CHECK(desk.tip(desk.remote, "refs/heads/leaky").empty());
}

TEST_CASE("pre-push to a URL: the remote's old tips are what it has") {
  Pushing desk;
  desk.commit(desk.repo, "leak", openai_project_key());
  CHECK(desk.push({desk.url, "main"}).exit_code == 1);
  CHECK(desk.push({"--no-verify", desk.url, "main"}).exit_code == 0);
  desk.commit(desk.repo, "a", "1");
  CHECK(desk.push({desk.url, "main"}).exit_code == 0);
  // Its tip is one that we have never seen.
  const auto other = desk.path("other");
  desk.must(desk.path("."), {"clone", "--quiet", desk.url, other});
  desk.commit(other, "theirs", "1");
  desk.must(other, {"push", "--quiet", "origin", "main"});
  desk.commit(desk.repo, "b", openai_project_key(2));
  CHECK(desk.push({"--force", desk.url, "main"}).exit_code == 1);
}

TEST_CASE("pre-push: revisions with spaces and branches of any bytes are searched") {
  Pushing desk;
  desk.commit(desk.repo, "leak it", openai_project_key());
  desk.must(desk.repo, {"branch", "b\xffr\xc3"});
  CHECK(desk.push({"origin", "HEAD^{/leak it}:refs/heads/new"}).exit_code == 1);
  CHECK(desk.push({"origin", "b\xffr\xc3"}).exit_code == 1);
}

TEST_CASE("pre-push: the hook that was there gets what git gives it, and may stop the push") {
  Pushing desk;
  REQUIRE(desk.hook(desk.repo, {"remove"}).exit_code == 0);
  write_script(desk.repo / ".git/hooks/pre-push",
               "#!/bin/sh\nprintf '<%s>' \"$@\" >\"$NOTES\"\ncat >>\"$NOTES\"\n[ ! -e stop ]\n");
  desk.environment["NOTES"] = desk.path("called");
  desk.commit(desk.repo, "a", "1");
  CHECK(desk.push({"origin", "main", "main:x"}).exit_code == 0);
  const auto alone = desk.called();
  desk.must(desk.repo, {"reset", "--quiet", "--hard", "HEAD~1"});
  desk.must(desk.repo, {"push", "--quiet", "--no-verify", "--force", "origin", "main", ":x"});
  desk.must(desk.repo, {"reset", "--quiet", "--hard", "HEAD@{1}"});
  REQUIRE(desk.hook(desk.repo, {"install", "--pre-push"}).exit_code == 0);
  CHECK(desk.push({"origin", "main", "main:x"}).exit_code == 0);
  CHECK(desk.called() == alone);
  CHECK(desk.push({"origin", "main"}).exit_code == 0);  // nothing to push: git gives it no line
  desk.commit(desk.repo, "b", openai_project_key());
  CHECK(desk.push({"origin", "main"}).exit_code == 1);
  desk.commit(desk.repo, "stop", "", {"--amend"});
  const auto stopped = desk.push({"origin", "main"});
  CHECK(stopped.exit_code == 1);
  CHECK_FALSE(contains(stopped.err, "OpenAI"));
}

/// A repository that pushes to one with a hook.
struct Receiving : Desk {
  Receiving() {
    REQUIRE(hook(remote, {"install", "--pre-receive"}).exit_code == 0);
    must(repo, {"remote", "add", "origin", "file://" + remote.native()});
    REQUIRE(commit(repo, "start", "1").exit_code == 0);
    REQUIRE(push({"main"}).exit_code == 0);
  }
  Outcome push(const Strings& refs) const {
    Strings words = {"push", "--force", "origin"};
    words.insert(words.end(), refs.begin(), refs.end());
    return git(repo, words);
  }
  fs::path repo = make("repo");
  fs::path remote = make("remote:\"of\"\tit", {"--bare"});  // git quotes it in the hook's environment
};

TEST_CASE("pre-receive: what adds a key is refused, and the leaks are named") {
  Receiving desk;
  // Objects come in a pack, or loose.
  desk.must(desk.remote, {"config", "receive.unpackLimit", GENERATE("1", "1000")});
  const auto key = openai_project_key();
  const auto start = desk.tip(desk.repo);
  desk.commit(desk.repo, "leak", "key: " + key + "\n");
  for (const char* ref : {"main", "main:new", "main:refs/tags/t"}) {
    const auto refused = desk.push({ref});
    INFO(refused.err);
    CHECK(refused.exit_code == 1);
    CHECK(contains(refused.err, "remote: OpenAI project API key sk-proj-****"));
    CHECK(contains(refused.err, "remote:     Where        leak:1:6  "));
    CHECK(contains(refused.err, "remote: keysift: these commits add the above"));
    CHECK_FALSE(contains(refused.err, key));
  }
  CHECK(desk.tip(desk.remote, "refs/heads/main") == start);
  CHECK(desk.tip(desk.remote, "refs/heads/new").empty());
  CHECK(desk.push({start.substr(0, 40) + ":refs/heads/good", "main:new"}).exit_code == 1);
  CHECK(desk.tip(desk.remote, "refs/heads/good").empty());

  desk.commit(desk.repo, "leak", "none", {"--amend"});
  CHECK(desk.push({"main", "main:new"}).exit_code == 0);
  desk.commit(desk.repo, "leak", "other", {"--amend"});
  CHECK(desk.push({"main"}).exit_code == 0);  // forced
  desk.commit(desk.repo, "leak", key, {"--amend"});
  CHECK(desk.push({"main"}).exit_code == 1);
  desk.environment["KEYSIFT"] = "/nowhere";
  CHECK(desk.push({":new"}).exit_code == 0);
  CHECK(desk.tip(desk.remote, "refs/heads/new").empty());
}

TEST_CASE("pre-receive: what was refused once is refused again, with commits on top and without the key") {
  Receiving desk;
  desk.commit(desk.repo, "leak", openai_project_key());
  CHECK(desk.push({"main"}).exit_code == 1);
  desk.commit(desk.repo, "leak", "gone");
  CHECK(desk.push({"main"}).exit_code == 1);
}

TEST_CASE("pre-receive: keys that the server has stop nobody") {
  Receiving desk;
  REQUIRE(desk.hook(desk.remote, {"remove"}).exit_code == 0);
  desk.commit(desk.repo, "leak", openai_project_key());
  CHECK(desk.push({"main"}).exit_code == 0);
  REQUIRE(desk.hook(desk.remote, {"install", "--pre-receive"}).exit_code == 0);
  desk.commit(desk.repo, "a", "1");
  CHECK(desk.push({"main", "main:new"}).exit_code == 0);
}

TEST_CASE("pre-receive: the server's configuration counts, not one that is pushed") {
  Receiving desk;
  const std::string allow = "[[allowlists]]\ndescription = \"all\"\npaths = ['''leak''']\n";
  desk.commit(desk.repo, ".keysift.toml", allow);
  desk.must(desk.repo, {"config", "keysift.minConfidence", "high"});
  CHECK(desk.push({"main"}).exit_code == 0);
  desk.commit(desk.repo, "leak", openai_project_key());
  CHECK(desk.push({"main"}).exit_code == 1);

  desk.must(desk.remote, {"config", "keysift.minConfidence", "sure"});
  const auto wrong = desk.push({"main"});
  CHECK(wrong.exit_code == 1);
  CHECK(contains(wrong.err, "remote: keysift: --min-confidence: unknown value 'sure'"));
  CHECK(contains(wrong.err, "exit status 2"));
  desk.must(desk.remote, {"config", "keysift.minConfidence", "high"});
  CHECK(desk.push({"main"}).exit_code == 1);
  std::ofstream(desk.remote / ".keysift.toml") << allow;
  const auto allowed = desk.push({"main"});
  INFO(allowed.err);
  CHECK(allowed.exit_code == 0);
}

TEST_CASE("pre-receive: a configuration in the work tree that is pushed to does not count") {
  Desk desk;
  const auto repo = desk.make("repo");
  const auto remote = desk.make("remote");
  desk.must(remote, {"config", "receive.denyCurrentBranch", "updateInstead"});
  REQUIRE(desk.hook(remote, {"install", "--pre-receive"}).exit_code == 0);
  desk.commit(repo, ".keysift.toml", "[[allowlists]]\ndescription = \"all\"\npaths = ['''leak''']\n");
  const auto first = desk.git(repo, {"push", remote, "main"});
  INFO(first.err);
  CHECK(first.exit_code == 0);
  REQUIRE(fs::exists(remote / ".keysift.toml"));
  desk.commit(repo, "leak", openai_project_key());
  const auto second = desk.git(repo, {"push", remote, "main"});
  INFO(second.err);
  CHECK(second.exit_code == 1);
}

TEST_CASE("pre-receive: what the server's branch allows counts, if it is told so, and marks do not") {
  Receiving desk;
  desk.must(desk.remote, {"config", "keysift.configFrom", "HEAD"});
  desk.commit(desk.repo, "marked", openai_project_key(1) + " keysift:allow");
  const auto marked = desk.push({"main"});
  CHECK(marked.exit_code == 1);
  CHECK(contains(marked.err, "remote:     Where        marked:1:1  "));
  CHECK(contains(marked.err,
                 "remote: keysift: here .keysiftignore and .keysift.toml count as keysift.configFrom (HEAD) "
                 "has them, and keysift:allow does not"));
  desk.must(desk.repo, {"rm", "--quiet", "marked"});
  desk.commit(desk.repo, ".keysift.toml", "[[allowlists]]\npaths = ['leak']\n", {"--amend"});
  CHECK(desk.push({"main"}).exit_code == 0);
  desk.commit(desk.repo, "leak", openai_project_key(2));
  const auto by_branch = desk.push({"main:other"});
  INFO(by_branch.err);
  CHECK(by_branch.exit_code == 0);

  // What is pushed with the key does not count, nor what replaces the server's commit.
  desk.commit(desk.repo, ".keysift.toml", "[[allowlists]]\npaths = ['.']\n");
  desk.commit(desk.repo, "else", openai_project_key(3));
  CHECK(desk.push({"main"}).exit_code == 1);
  const auto head = desk.tip(desk.remote, "refs/heads/main").substr(0, 40);
  desk.must(desk.repo, {"replace", head, "main~1"});
  CHECK(desk.push({"refs/replace/*:refs/replace/*"}).exit_code == 0);
  CHECK(desk.push({"main"}).exit_code == 1);

  // The administrator's file goes before the branch's.
  std::ofstream(desk.remote / ".keysift.toml") << "[[allowlists]]\npaths = ['else']\n";
  CHECK(desk.push({"main"}).exit_code == 0);
}

TEST_CASE("pre-receive: nothing is allowed where there is no such branch yet, or by none") {
  Receiving desk;
  desk.must(desk.remote, {"config", "keysift.configFrom", GENERATE("refs/heads/nowhere", "none")});
  desk.commit(desk.repo, ".keysift.toml", "[[allowlists]]\npaths = ['.']\n");
  const auto clean = desk.push({"main"});
  INFO(clean.err);
  CHECK(clean.exit_code == 0);
  desk.commit(desk.repo, "leak", openai_project_key() + " keysift:allow");
  CHECK(desk.push({"main"}).exit_code == 1);
}

TEST_CASE("pre-receive: replace refs hide no commit") {
  Receiving desk;
  desk.commit(desk.repo, "leak", openai_project_key());
  desk.commit(desk.repo, "leak", "gone");
  const auto tip = desk.tip(desk.repo).substr(0, 40);
  desk.must(desk.repo, {"checkout", "--quiet", "--orphan", "harmless"});
  desk.commit(desk.repo, "leak", "gone");
  desk.must(desk.repo, {"replace", tip, "harmless"});
  CHECK(desk.push({"refs/replace/*:refs/replace/*"}).exit_code == 0);
  CHECK(desk.push({"main"}).exit_code == 1);
}

TEST_CASE("pre-receive: the hook that was there gets the same lines, and may refuse") {
  Receiving desk;
  REQUIRE(desk.hook(desk.remote, {"remove"}).exit_code == 0);
  write_script(desk.remote / "hooks/pre-receive", "#!/bin/sh\ncat >\"$NOTES\"\n[ ! -e refuse ]\n");
  REQUIRE(desk.hook(desk.remote, {"install", "--pre-receive"}).exit_code == 0);
  desk.environment["NOTES"] = desk.path("called");
  const auto old = desk.tip(desk.repo).substr(0, 40);
  desk.commit(desk.repo, "a", "1");
  CHECK(desk.push({"main"}).exit_code == 0);
  CHECK(desk.called() == old + " " + desk.tip(desk.repo).substr(0, 40) + " refs/heads/main\n");
  std::ofstream(desk.remote / "refuse") << "1";
  desk.commit(desk.repo, "a", "2");
  CHECK(desk.push({"main"}).exit_code == 1);
}

/// A user whose global configuration counts.
struct User : Desk {
  User() {
    fs::create_directories(home);
    environment.erase("GIT_CONFIG_GLOBAL");
    environment["HOME"] = home;
    environment["XDG_CONFIG_HOME"] = "";
  }
  fs::path home = path("home sweet 'home'");
  fs::path folder = home / ".config/keysift/hooks";
};

TEST_CASE("hook install --global: all repositories, their own hooks first; remove --global undoes it") {
  User desk;
  const auto repo = desk.make("repo");
  write_script(repo / ".git/hooks/pre-commit", "#!/bin/sh\necho own >>\"$NOTES\"\n[ ! -e stop ]\n");
  const auto installed = desk.hook(desk.path("."), {"install", "--global"});
  CHECK(installed.exit_code == 0);
  CHECK(contains(installed.out, (desk.folder / "pre-commit").native() + ": written"));
  CHECK(contains(installed.out, "git no longer runs what is in repositories' own .git/hooks"));
  CHECK(contains(installed.out, "To undo: keysift hook remove --global\n"));
  CHECK(desk.git(repo, {"config", "--global", "core.hooksPath"}).out == desk.folder.native() + "\n");
  CHECK_FALSE(contains(desk.hook(repo, {"install", "--global"}).out, "no longer"));

  desk.pretend(0);
  CHECK(desk.commit(repo, "a", "1").exit_code == 0);
  CHECK(desk.called() == "own\nstaged\n");
  desk.pretend(1);
  CHECK(desk.commit(repo, "a", "2").exit_code == 1);
  desk.pretend(0);
  CHECK(desk.commit(repo, "stop", "2").exit_code == 1);
  CHECK(desk.called() == "own\n");

  const auto refused = desk.hook(repo, {"install"});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, "keysift hook install --global"));

  const auto removed = desk.hook(repo, {"remove", "--global"});
  CHECK(removed.exit_code == 0);
  CHECK(contains(removed.out, "core.hooksPath is no longer set"));
  CHECK(desk.git(repo, {"config", "--global", "core.hooksPath"}).exit_code == 1);
  CHECK_FALSE(fs::exists(desk.folder));
  CHECK(fs::exists(repo / ".git/hooks/pre-commit"));
}

TEST_CASE("hook install --global: a repository's hook that leads to the global one does not run it again") {
  User desk;
  const auto repo = desk.make("repo");
  REQUIRE(desk.hook(repo, {"install", "--global"}).exit_code == 0);
  fs::remove_all(repo / ".git/hooks");
  fs::create_directories(repo / ".git/hooks");
  fs::create_symlink(desk.folder / "pre-commit", repo / ".git/hooks/pre-commit");
  desk.pretend(0);
  CHECK(desk.commit(repo, "a", "1").exit_code == 0);
  CHECK(desk.called() == "staged\n");
}

TEST_CASE("hook install --global: core.hooksPath that is set stays") {
  User desk;
  const auto repo = desk.make("repo");
  desk.must(repo, {"config", "--global", "core.hooksPath", "~/my hooks"});
  write_script(desk.home / "my hooks/pre-commit", "#!/bin/sh\necho mine >>\"$NOTES\"\n");
  write_script(repo / ".git/hooks/pre-commit", "#!/bin/sh\necho not run before >>\"$NOTES\"\n");
  CHECK(desk.hook(repo, {"install", "--global"}).exit_code == 0);
  desk.pretend(0);
  CHECK(desk.commit(repo, "a", "1").exit_code == 0);
  CHECK(desk.called() == "mine\nstaged\n");
  CHECK(desk.hook(repo, {"remove", "--global"}).exit_code == 0);
  CHECK(file_bytes(desk.home / "my hooks/pre-commit") == "#!/bin/sh\necho mine >>\"$NOTES\"\n");
  CHECK(desk.git(repo, {"config", "--global", "core.hooksPath"}).out == "~/my hooks\n");

  desk.must(repo, {"config", "--global", "core.hooksPath", "relative"});
  const auto refused = desk.hook(repo, {"install", "--global"});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, "another folder in each repository"));
}

TEST_CASE("without a home there is no global configuration, and hooks are installed nevertheless") {
  User desk;
  const auto repo = desk.make("repo");
  desk.environment["HOME"] = "";
  CHECK(desk.hook(repo, {"install"}).exit_code == 0);
  CHECK(fs::exists(repo / ".git/hooks/pre-commit"));
  const auto refused = desk.hook(repo, {"install", "--global"});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, "HOME is not set"));
}

TEST_CASE("hook install --global writes where git config --global does") {
  User desk;
  const std::string file = GENERATE("", ".gitconfig", ".config/git/config");
  if (!file.empty()) write_script(desk.home / file, "[user]\n\tname = me\n", fs::perms(0644));
  CHECK(desk.hook(desk.path("."), {"install", "--global"}).exit_code == 0);
  CHECK(contains(file_bytes(desk.home / (file.empty() ? ".gitconfig" : file)), "hooksPath = "));
  CHECK(desk.hook(desk.path("."), {"remove", "--global"}).exit_code == 0);
  if (!file.empty()) CHECK(contains(file_bytes(desk.home / file), "name = me"));
  CHECK(desk.git(desk.path("."), {"config", "core.hooksPath"}).exit_code == 1);
}

TEST_CASE("what hook cannot do is said in one line") {
  Desk desk;
  const auto repo = desk.make("repo");
  fs::remove_all(repo / ".git/hooks");
  fs::create_directories(repo / ".git/hooks/pre-push");
  fs::create_directories(desk.path("nothing"));
  std::ofstream(repo / "file") << "x";
  struct Case {
    fs::path folder;
    Strings arguments;
    std::string words;
  };
  desk.must(repo, {"config", "core.hooksPath", ".git/hooks"});
  const Case cases[] = {
      {desk.path("nothing"), {"install"}, "is in no git repository"},
      {repo, {"install", "--pre-push"}, "is a folder"},
      {repo, {"install", "--global"}, "the global configuration of git is no file: '/dev/null'"},
      {repo, {}, "there are: install, remove"},
      {repo, {"remove", "--pre-push"}, "--pre-push"},
  };
  for (const Case& bad : cases) {
    const auto outcome = desk.hook(bad.folder, bad.arguments);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, bad.words));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("where core.hooksPath is set to nothing, no hook is written, and none is said to run") {
  User desk;
  const auto repo = desk.make("repo");
  const std::string scope = GENERATE("--local", "--global");
  desk.must(repo, {"config", scope, "core.hooksPath", ""});
  for (const auto& arguments : {Strings{"install"}, Strings{"install", "--pre-push"}, Strings{"remove"}}) {
    if (scope == "--global" && arguments.front() == "remove") continue;
    const auto outcome = desk.hook(repo, arguments);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, "core.hooksPath is set to nothing, so git runs no hooks"));
    CHECK(lines_of(outcome.err).size() == 1);
  }
  CHECK_FALSE(fs::exists(repo / "pre-commit"));
  CHECK_FALSE(fs::exists(repo / "pre-push"));
}

TEST_CASE("pre-commit, the framework, runs keysift staged") {
  Desk desk;
  if (run({"sh", "-c", "command -v pre-commit"}).exit_code != 0) {
    WARN("skipped: pre-commit is not installed");
    return;
  }
  const auto hooks = desk.make("hooks");
  fs::copy_file(fs::path(KEYSIFT_SOURCE) / ".pre-commit-hooks.yaml", hooks / ".pre-commit-hooks.yaml");
  REQUIRE(desk.commit(hooks, "a", "1").exit_code == 0);
  const auto repo = desk.make("repo");
  std::ofstream(repo / ".pre-commit-config.yaml")
      << "repos:\n- repo: " << hooks.native() << "\n  rev: " << desk.tip(hooks)
      << "  hooks:\n  - id: keysift\n";
  desk.environment["HOME"] = desk.path("home");
  desk.environment["XDG_CONFIG_HOME"] = desk.environment["XDG_CACHE_HOME"] = desk.path("home");
  desk.pretend(0);
  REQUIRE(run({"pre-commit", "install"}, repo, {}, desk.environment).exit_code == 0);
  const auto passed = desk.commit(repo, "a", "1");
  INFO(passed.err << passed.out);
  CHECK(passed.exit_code == 0);
  CHECK(desk.called() == "staged\n");
  desk.pretend(1);
  const auto stopped = desk.commit(repo, "a", "2");
  CHECK(stopped.exit_code == 1);
  CHECK(contains(stopped.err, "found it"));
}

TEST_CASE("hooks are short, and shells take them") {
  for (const char* name : {"pre-commit", "pre-push", "pre-receive"}) {
    const auto file = fs::path(KEYSIFT_SOURCE) / "hooks" / name;
    const auto text = file_bytes(file);
    INFO(name);
    CHECK(std::count(text.begin(), text.end(), '\n') < 40);
    CHECK(run({"sh", "-n", file}).exit_code == 0);
    if (run({"sh", "-c", "command -v shellcheck"}).exit_code == 0)
      CHECK(run({"shellcheck", file}).out.empty());
  }
}

}  // namespace
}  // namespace keysift::test
