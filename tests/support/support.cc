#include "support/support.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "rule/example.h"

extern char** environ;

namespace keysift::test {
namespace fs = std::filesystem;
namespace {

constexpr long kFirstCommitTime = 1'704'067'200;  // 2024-01-01T00:00:00Z

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

/// A file without a name, for a program to print into: unlike a pipe it never fills up.
class Sink {
 public:
  Sink() : file_(std::tmpfile(), &std::fclose) {
    if (!file_) fail(errno, "tmpfile");
  }

  int descriptor() const { return fileno(file_.get()); }

  std::string text() const {
    std::rewind(file_.get());
    std::string bytes;
    char piece[1 << 16];
    while (const std::size_t count = std::fread(piece, 1, sizeof piece, file_.get()))
      bytes.append(piece, count);
    return bytes;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

/// Our environment without what git would take from it, and with `added`, as "NAME=value".
std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry) {
    const std::string variable(*entry);
    const std::string name = variable.substr(0, variable.find('='));
    if (!name.starts_with("GIT_") && !added.contains(name)) result.push_back(variable);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Writes all of `input` to the pipe and closes it. A reader that went away early is no error.
void feed(int pipe, std::string_view input) {
  while (!input.empty()) {
    const ssize_t count = ::write(pipe, input.data(), input.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    input.remove_prefix(static_cast<std::size_t>(count));
  }
  ::close(pipe);
}

/// Starts `command` in `folder`, its three streams on the given descriptors, and returns its process id.
pid_t start(std::vector<std::string> command, const fs::path& folder, std::vector<std::string> environment,
            int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t reset;
  sigemptyset(&reset);
  sigaddset(&reset, SIGPIPE);  // run() ignores it; the program should not inherit that
  posix_spawnattr_setsigdefault(&attributes, &reset);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  pid_t child = 0;
  const int error = posix_spawnp(&child, command[0].c_str(), &actions, &attributes,
                                 pointers_to(command).data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) fail(error, "cannot run " + command[0]);
  return child;
}

std::string file_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A seed of its own for each file of a fixture, so that no two files share a key (FNV-1a).
std::uint64_t seed_of(const std::string& path) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : path) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace

std::string openai_project_key(unsigned seed) {
  return expand_template("sk-proj-{{rand 74}}T3BlbkFJ{{rand 74}}", seed);
}

std::string openai_legacy_key(unsigned seed) {
  return expand_template("sk-{{rand 20 alnum}}T3BlbkFJ{{rand 20 alnum}}", seed);
}

std::string anthropic_api_key(unsigned seed) { return expand_template("sk-ant-api03-{{rand 93}}AA", seed); }

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "keysift-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) fail(errno, name);
  path_ = fs::canonical(name);
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void TempDir::write(const std::string& name, std::string_view bytes) const {
  const fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

void copy_fixture(const std::string& name, const fs::path& into) {
  const fs::path root = fs::path(KEYSIFT_FIXTURES) / name;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const fs::path relative = entry.path().lexically_relative(root);
    std::string file = relative.filename().string();
    if (file.starts_with("dot-")) file.replace(0, 4, ".");
    if (file.starts_with("as-")) file.erase(0, 3);
    const fs::path target = into / relative.parent_path() / file;
    fs::create_directories(target.parent_path());
    std::ofstream(target, std::ios::binary)
        << expand_template(file_bytes(entry.path()), seed_of(relative.generic_string()));
  }
}

Outcome run(const std::vector<std::string>& command, const fs::path& folder, std::string_view input,
            const std::map<std::string, std::string>& environment) {
  std::signal(SIGPIPE, SIG_IGN);
  int in[2];
  if (::pipe2(in, O_CLOEXEC) != 0) fail(errno, "pipe");
  const Sink out;
  const Sink err;
  const pid_t child =
      start(command, folder, environment_with(environment), in[0], out.descriptor(), err.descriptor());
  ::close(in[0]);
  feed(in[1], input);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out.text(), err.text()};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::map<std::string, std::string> clean_environment() {
  static const TempDir home;
  return {{"HOME", home.path()},        {"XDG_CONFIG_HOME", home.path()},
          {"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"},
          {"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C.UTF-8"}};
}

TestRepo::TestRepo(const std::vector<std::string>& init) {
  std::vector<std::string> arguments = {"init", "--quiet", "--initial-branch=main"};
  arguments.insert(arguments.end(), init.begin(), init.end());
  git(arguments);
}

std::string TestRepo::git(const std::vector<std::string>& arguments, std::string_view input) {
  const std::string date = std::to_string(kFirstCommitTime + 60L * minute_++) + " +0000";
  std::map<std::string, std::string> environment = clean_environment();
  environment.insert({{"GIT_AUTHOR_NAME", "Ada Author"},
                      {"GIT_AUTHOR_EMAIL", "ada@example.com"},
                      {"GIT_AUTHOR_DATE", date},
                      {"GIT_COMMITTER_NAME", "Carl Committer"},
                      {"GIT_COMMITTER_EMAIL", "carl@example.com"},
                      {"GIT_COMMITTER_DATE", date},
                      {"GIT_EDITOR", "true"}});
  // A git that tidied up behind our back would turn loose objects into packs.
  std::vector<std::string> command = {"git", "-c", "gc.auto=0", "-c", "maintenance.auto=0"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Outcome outcome = run(command, path(), input, environment);
  if (outcome.exit_code != 0) {
    std::string words = "git";
    for (const std::string& argument : arguments) words += " " + argument;
    throw std::runtime_error(words + ": " + outcome.err);
  }
  if (outcome.out.ends_with('\n')) outcome.out.pop_back();
  return outcome.out;
}

std::string TestRepo::commit_all(const std::string& message) {
  git({"add", "--all"});
  git({"commit", "--quiet", "--message", message});
  return git({"rev-parse", "HEAD"});
}

}  // namespace keysift::test
