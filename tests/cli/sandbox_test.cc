// Scans run nothing, connect to nothing and write nothing but reports; and what the binary says of that
// holds.
#include "base/sandbox.h"

#include <re2/re2.h>
#include <unistd.h>

#include <fstream>

#include "base/version.h"
#include "cli/keysift.h"
#include "support/catch.h"

#ifdef __linux__
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <functional>

#include "base/file.h"

namespace keysift::test {
namespace {
namespace fs = std::filesystem;

// The line of `--version --verbose` that begins with `name`, without that.
std::string holds(const std::string& text, const std::string& name) {
  for (const auto& line : lines_of(text))
    if (line.starts_with(name + ": ")) return line.substr(name.size() + 2);
  return "";
}

std::string holds(const std::string& name) { return holds(keysift({"--version", "--verbose"}).out, name); }

TEST_CASE("the verbose version says what holds, a line each") {
  const auto outcome = keysift({"--version", "--verbose"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  const auto lines = lines_of(outcome.out);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] + "\n" == keysift({"--version"}).out);
  CHECK(lines[1].starts_with("sandbox: "));
  CHECK(lines[2].starts_with("memory: "));
  CHECK(lines[3].starts_with("build: PIE, full RELRO, no executable stack, stack protector"));
  CHECK(RE2::FullMatch(lines[4], R"(libraries: libgit2 1\.[\d.]+, RE2 [\d.]+, Vectorscan 5[\d.]+, )"
                                 R"(libarchive 3[\d.]+\w*, libdeflate 1[\d.]+)"));
  CHECK(keysift({"--verbose", "--version"}).out == outcome.out);
}

TEST_CASE("verbose is about the version") {
  const auto outcome = keysift({"--verbose", "rules", "list"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "keysift: --verbose requires --version; see: keysift rules --help\n");
}

// What readelf says of a file.
std::string elf(const std::string& options, const fs::path& file) {
  return run({"readelf", options, "--wide", file}, ".", {}, {{"LC_ALL", "C"}}).out;
}

std::vector<fs::path> own_archives() {
  std::vector<fs::path> archives;
  for (const auto& entry : fs::directory_iterator(fs::path(keysift_binary()).parent_path()))
    if (entry.path().extension() == ".a") archives.push_back(entry.path());
  return archives;
}

TEST_CASE("the binary is built as it says") {
  const auto build = holds("build");
  const auto headers = elf("--file-header", keysift_binary()) + elf("--program-headers", keysift_binary());
  const auto dynamic = elf("--dynamic", keysift_binary());
  CHECK(RE2::PartialMatch(headers, R"(Type: +DYN )"));
  CHECK(RE2::PartialMatch(headers, R"(INTERP)"));
  CHECK(RE2::PartialMatch(headers, R"(GNU_RELRO)"));
  CHECK(RE2::PartialMatch(headers, R"(GNU_STACK +(0x0+ +){5}RW )"));
  CHECK(RE2::PartialMatch(dynamic, R"(\(FLAGS_1\) .*\bNOW\b.*\bPIE\b)"));

  // Libraries that are linked statically have these symbols, too: only our own archives tell.
  const auto archives = own_archives();
  CHECK(archives.size() == 10);
  std::string symbols;
  for (const auto& archive : archives) {
    const auto own = elf("--symbols", archive);
    INFO(archive);
    CHECK(contains(own, " UND __stack_chk_fail"));
    symbols += own;
    const auto notes = elf("--notes", archive);
    const bool marked = contains(notes, "x86 feature: IBT, SHSTK") || contains(notes, "AArch64 feature: BTI");
    CHECK(marked == contains(build, "branches of its own code marked"));
  }
  CHECK(contains(symbols, " UND __fprintf_chk") == contains(build, "_FORTIFY_SOURCE="));
  const bool asserts =  // the latter is of GCC 11
      contains(symbols, "__glibcxx_assert_fail") || contains(symbols, "__replacement_assert");
  CHECK(asserts == contains(build, "libstdc++'s assertions"));
}

// keysift, started after `prepare` was called in its process, its standard input open.
class Started {
 public:
  Started(std::vector<std::string> arguments, const fs::path& folder, const std::function<void()>& prepare) {
    int in[2];
    int out[2];
    REQUIRE((pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0));
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    process_ = fork();
    if (process_ == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      dup2(out[1], STDERR_FILENO);
      prepare();
      if (chdir(folder.c_str()) == 0) execvp(argv[0], argv.data());
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    in_ = UniqueFd(in[1]);
    out_ = UniqueFd(out[0]);
  }

  pid_t process() const { return process_; }

  // Writes to its standard input and waits until it has read that.
  void feed(std::string_view bytes) const {
    write_all(in_.get(), bytes, "the pipe");
    for (int unread = 1; unread > 0; usleep(1000)) REQUIRE(ioctl(in_.get(), FIONREAD, &unread) == 0);
  }

  // All that it prints, on both streams.
  std::string output() {
    in_ = UniqueFd();
    return read_all(out_.get(), "keysift's output");
  }

  // As waitpid() tells it.
  int end() const {
    int status = 0;
    waitpid(process_, &status, 0);
    return status;
  }

 private:
  pid_t process_ = -1;
  UniqueFd in_;
  UniqueFd out_;
};

void allow_core_dumps() {
  rlimit limit{};
  getrlimit(RLIMIT_CORE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_CORE, &limit);
}

TEST_CASE("a scan that crashes leaves no core dump") {
  if (kSanitized) {
    WARN("skipped: built with sanitizers");
    return;
  }
  const TempDir dir;
  const auto signal = GENERATE(SIGSEGV, SIGABRT);
  const auto ended = [&](std::vector<std::string> command) {
    const Started started(std::move(command), dir.path(), allow_core_dumps);
    started.feed("KEY=" + openai_project_key() + "\n");
    const auto limits = file_bytes("/proc/" + std::to_string(started.process()) + "/limits");
    kill(started.process(), signal);
    return std::pair(started.end(), limits);
  };
  if (const auto [status, limits] = ended({"cat"}); !WCOREDUMP(status)) {
    WARN("skipped: no program leaves a core dump here");
    return;
  }
  for (const auto& entry : fs::directory_iterator(dir.path())) fs::remove(entry.path());  // cat's
  const auto [status, limits] = ended({keysift_binary(), "files", "-"});
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == signal));
  CHECK_FALSE(WCOREDUMP(status));
  CHECK(fs::is_empty(dir.path()));
  CHECK(RE2::PartialMatch(limits, R"(Max core file size +1 +1 )"));
}

// Makes the kernel one that does not know these system calls.
void forget(const std::vector<std::uint32_t>& calls) {
  std::vector<sock_filter> filter{{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)}};
  for (const auto call : calls) {
    filter.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call});
    filter.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS});
  }
  filter.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(126);
}

std::string on_kernel_without(const std::vector<std::uint32_t>& calls, std::vector<std::string> arguments,
                              const fs::path& folder) {
  arguments.insert(arguments.begin(), keysift_binary());
  Started started(std::move(arguments), folder, [&] { forget(calls); });
  auto output = started.output();
  started.end();
  return output;
}

TEST_CASE("where the kernel has no sandbox, scanning goes on, and that is said") {
  if (!contains(holds("sandbox"), "seccomp (no")) {
    WARN("skipped: the kernel has no seccomp");
    return;
  }
  const TempDir dir;
  dir.write("a", "nothing");
  const std::vector<std::uint32_t> both{SYS_seccomp, SYS_landlock_create_ruleset};
  const std::vector<std::string> scan{"files", ".", "--format", "csv"};
  const auto report = keysift(scan, dir.path()).out;
  REQUIRE(!report.empty());
  CHECK(on_kernel_without(both, scan, dir.path()) ==
        "keysift: sandbox: none: this system has neither Landlock nor seccomp\n" + report);
  CHECK(on_kernel_without(both, {"files", ".", "--quiet"}, dir.path()).empty());
  CHECK(on_kernel_without({SYS_landlock_create_ruleset}, scan, dir.path()) == report);
  CHECK(on_kernel_without({SYS_landlock_restrict_self}, scan, dir.path()) == report);
  CHECK(on_kernel_without({SYS_seccomp}, scan, dir.path()) == report);

  const std::vector<std::string> version{"--version", "--verbose"};
  CHECK(holds(on_kernel_without(both, version, dir.path()), "sandbox") ==
        "none: this system has neither Landlock nor seccomp");
  for (const auto missing :
       std::vector<std::uint32_t>{SYS_landlock_create_ruleset, SYS_landlock_restrict_self})
    CHECK(holds(on_kernel_without({missing}, version, dir.path()), "sandbox") ==
          "no Landlock, seccomp (no sockets, no programs)");
  const auto landlock = holds(on_kernel_without({SYS_seccomp}, version, dir.path()), "sandbox");
  if (!landlock.starts_with("none"))
    CHECK(RE2::FullMatch(landlock,
                         R"(Landlock ABI \d+ \(reads only; writes only where reports go\), no seccomp)"));
}

// The system calls of a run that take a path, change what is on a disk, open sockets, or run programs, in
// order.
std::vector<std::string> calls_of(std::vector<std::string> arguments, const fs::path& folder,
                                  const TempDir& log) {
  const auto file = log.path() / "calls";
  arguments.insert(arguments.begin(),
                   {"strace", "-f", "-qq", "-s", "4096", "-e", "signal=none", "-e",
                    "trace=%file,%network,io_uring_setup,ftruncate,fchmod,clone,clone3,fork,vfork,"
                    "landlock_restrict_self,seccomp",
                    "-o", file, keysift_binary()});
  const auto outcome = run(arguments, folder, {}, clean_environment());
  INFO(outcome.err);
  REQUIRE(outcome.exit_code <= 1);
  std::vector<std::string> calls;
  for (auto& line : lines_of(file_bytes(file))) {
    RE2::Replace(&line, R"(^\d+ +)", "");
    if (!line.starts_with("<... ") && !line.starts_with("+++")) calls.push_back(line);
  }
  return calls;
}

bool can_trace() {
  try {
    if (geteuid() == 0 && run({"strace", "-f", "-qq", "-o", "/dev/null", "true"}).exit_code == 0) return true;
  } catch (const std::exception&) {
  }
  WARN("skipped: strace is missing, or may not look into keysift, as root may");
  return false;
}

// All paths that calls write, make, rename or remove; also where that failed.
std::vector<std::string> changed_paths(const std::vector<std::string>& calls) {
  static const RE2 opened(
      R"re(^open(?:at)?\((?:AT_FDCWD, )?"([^"]*)", .*O_(?:WRONLY|RDWR|CREAT|TRUNC)\b.*)re");
  static const RE2 changed(
      R"re(^(?:creat|rename|renameat2?|link|linkat|symlink|symlinkat|unlink|unlinkat|mkdir|mkdirat|rmdir|)re"
      R"re(mknod|mknodat|truncate|chmod|fchmodat2?|l?chown|fchownat|utimensat|utimes|utime|l?setxattr|)re"
      R"re(l?removexattr)\((?:AT_FDCWD, |\d+, )?"([^"]*)".*)re");
  std::vector<std::string> paths;
  for (const auto& call : calls) {
    std::string path;
    if (RE2::FullMatch(call, opened, &path) || RE2::FullMatch(call, changed, &path)) paths.push_back(path);
  }
  return paths;
}

// A repository with keys in files, in history, staged, and in .env files.
struct LeakyRepo : TestRepo {
  LeakyRepo() {
    copy_fixture("leaky", path());
    commit_all("all");
    fs::remove(path() / "src/app.js");
    write("b.txt", "KEY=" + openai_legacy_key() + "\n");
    commit_all("less");
    write("c.txt", "KEY=" + openai_project_key(7) + "\n");
    git({"add", "c.txt"});
  }
};

// Holds the calls of a run against what it was asked to write, below `out` and to /dev/null. Before the
// sandbox is up, nothing is done with paths that have `scanned` in them.
void check_calls(const std::vector<std::string>& calls, const std::string& scanned, const std::string& out) {
  int programs = 0;
  bool sandbox = false;
  for (const auto& call : calls) {
    INFO(call);
    const auto name = call.substr(0, call.find('('));
    CHECK_FALSE(RE2::FullMatch(
        name, "execveat|socket|socketpair|connect|bind|listen|accept4?|io_uring_setup|v?fork"));
    if (name == "execve") {
      ++programs;
      continue;
    }
    sandbox = sandbox || name == "seccomp";
    const bool is_clone = name == "clone" || name == "clone3";
    if (is_clone) CHECK(contains(call, "CLONE_THREAD"));
    if (!sandbox) CHECK_FALSE((is_clone || contains(call, scanned)));
  }
  CHECK(programs == 1);
  CHECK(sandbox);
  const auto changed = changed_paths(calls);
  CHECK(changed.size() >= 4);
  for (const auto& path : changed) {
    INFO(path);
    CHECK((path == "/dev/null" || path.starts_with(out + "/")));
  }
}

TEST_CASE("commands run no program, open no socket, and write where their outputs go only") {
  if (kSanitized) {
    WARN("skipped: built with sanitizers");
    return;
  }
  if (!can_trace()) return;
  const LeakyRepo repo;
  const TempDir log;
  const TempDir reports;
  const TempDir input;
  const auto root = repo.path().native();
  const auto out = reports.path().native();
  const auto saved = (input.path() / "report.json").native();
  keysift({"files", root, "--quiet", "--report", "json=" + saved});
  for (std::vector<std::string> command :
       std::vector<std::vector<std::string>>{{"scan", root},
                                             {"files", root},
                                             {"history", root},
                                             {"history", "--range", "HEAD~1..HEAD", root},
                                             {"staged", root},
                                             {"env", root},
                                             {"report", saved},
                                             {"merge", saved}}) {
    INFO(command[0]);
    const auto scanned = command.back();
    const bool reads_reports = scanned == saved;
    command.insert(command.end(), {"--report", "json=" + out + "/a.json", "--report", "jsonl=" + out + "/b",
                                   "--report", "sarif=/dev/null"});
    if (!reads_reports && command[0] != "env")
      command.insert(command.end(), {"--write-baseline", out + "/baseline"});
    check_calls(calls_of(command, ".", log), scanned, out);
  }
}

TEST_CASE("env --fix --untrack works in a linked work tree, whose index lies elsewhere") {
  TestRepo repo;
  repo.write(".env", "KEY=" + openai_project_key() + "\n");
  repo.commit_all("all");
  const TempDir other;
  const auto linked = (other.path() / "linked").native();
  repo.git({"worktree", "add", "--quiet", linked});
  const auto outcome = keysift({"env", "--fix", "--untrack", "--quiet", linked});
  CHECK(outcome.err ==
        "keysift: added .env to .gitignore\nkeysift: git does not track .env any more; commit that\n");
  CHECK(file_bytes(fs::path(linked) / ".gitignore") == ".env\n");
  CHECK(repo.git({"-C", linked, "ls-files"}).empty());
}

}  // namespace
}  // namespace keysift::test
#endif
