#include "base/sandbox.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <vector>

#include "base/file.h"
#include "support/catch.h"
#include "support/support.h"

#ifdef __linux__
#include <arpa/inet.h>
#include <linux/landlock.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

namespace keysift::test {
namespace {
namespace fs = std::filesystem;

// What `work` returns in a process of its own.
std::string in_child(const std::function<std::string()>& work) {
  int pipe[2];
  REQUIRE(pipe2(pipe, O_CLOEXEC) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto text = work();
    _exit(write(pipe[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(pipe[1]);
  const UniqueFd end(pipe[0]);
  auto text = read_all(end.get(), "the child");
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? text : text + "ended by signal " + std::to_string(WTERMSIG(status));
}

// "done", or the error's name.
std::string result(long returned) { return returned >= 0 ? "done" : strerrorname_np(errno); }

std::string opened(const fs::path& path, int flags) {
  return result(open(path.c_str(), flags | O_CLOEXEC, 0600));
}

using Attempt = std::pair<std::string, std::function<std::string()>>;

// Each attempt with its result, once on the thread that put up a sandbox, and once on one that started later.
std::string in_sandbox(const std::vector<fs::path>& outputs, const std::vector<Attempt>& attempts) {
  return in_child([&] {
    std::string text;
    put_up_sandbox(outputs);
    const auto run = [&] {
      for (const auto& [name, attempt] : attempts) text += name + ": " + attempt() + "\n";
    };
    run();
    std::thread(run).join();
    return text;
  });
}

std::string twice(const std::string& text) { return text + text; }

Sandbox sandbox_here() {
  const auto text = in_child([] {
    const auto sandbox = put_up_sandbox({});
    return std::string(1, static_cast<char>(sandbox.landlock_abi)) + (sandbox.seccomp ? '1' : '0');
  });
  return {text[0], text[1] == '1'};
}

bool has_landlock() {
  if (sandbox_here().landlock_abi > 0) return true;
  WARN("skipped: the kernel has no Landlock");
  return false;
}

bool has_seccomp() {
  if (sandbox_here().seccomp) return true;
  WARN("skipped: the kernel has no seccomp, or not for this processor");
  return false;
}

TEST_CASE("in a sandbox all can be read and nothing written") {
  if (!has_landlock()) return;
  const TempDir dir;
  dir.write("file", "text");
  fs::create_directory(dir.path() / "folder");
  const auto file = dir.path() / "file";
  const auto at = [&](const char* name) { return (dir.path() / name).native(); };
  CHECK(
      in_sandbox({}, {{"read", [&] { return opened(file, O_RDONLY); }},
                      {"list", [&] { return opened(dir.path(), O_RDONLY | O_DIRECTORY); }},
                      {"write", [&] { return opened(file, O_WRONLY); }},
                      {"append", [&] { return opened(file, O_WRONLY | O_APPEND); }},
                      {"make", [&] { return opened(at("new"), O_RDONLY | O_CREAT); }},
                      {"rename", [&] { return result(rename(file.c_str(), at("other").c_str())); }},
                      {"link", [&] { return result(link(file.c_str(), at("other").c_str())); }},
                      {"symlink", [&] { return result(symlink("file", at("other").c_str())); }},
                      {"mkdir", [&] { return result(mkdir(at("other").c_str(), 0700)); }},
                      {"rmdir", [&] { return result(rmdir(at("folder").c_str())); }},
                      {"mkfifo", [&] { return result(mkfifo(at("other").c_str(), 0600)); }},
                      {"unlink", [&] { return result(unlink(file.c_str())); }}}) ==
      twice("read: done\nlist: done\nwrite: EACCES\nappend: EACCES\nmake: EACCES\nrename: EACCES\n"
            "link: EACCES\nsymlink: EACCES\nmkdir: EACCES\nrmdir: EACCES\nmkfifo: EACCES\nunlink: EACCES\n"));
  if (sandbox_here().landlock_abi < 3) return;  // truncate() was not Landlock's before
  CHECK(in_sandbox({}, {{"truncate", [&] { return result(truncate(file.c_str(), 0)); }}}) ==
        twice("truncate: EACCES\n"));
}

TEST_CASE("in a sandbox what is open already can be written") {
  const TempDir dir;
  const auto path = dir.path() / "file";
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  CHECK(in_sandbox({}, {{"write", [&] { return result(write(file.get(), "a", 1)); }}}) ==
        twice("write: done\n"));
  CHECK(fs::file_size(path) == 2);
}

// FileWriter's way, as commands use it.
std::string written(const fs::path& path) {
  try {
    write_file(path, "report");
    return "done";
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST_CASE("in a sandbox an output is written, and nothing else") {
  if (!has_landlock()) return;
  const TempDir dir;
  for (const auto* name : {"out", "beside", "sub"}) fs::create_directory(dir.path() / name);
  dir.write("beside/file", "text");
  const auto at = [&](const char* name) { return dir.path() / name; };

  SECTION("a file that is new, or there already") {
    if (GENERATE(false, true)) dir.write("out/report", "an old one");
    const auto no = ": Permission denied";
    CHECK(in_sandbox({at("out/report")},
                     {{"report", [&] { return written(at("out/report")); }},
                      {"above", [&] { return written(at("file")); }},
                      {"beside", [&] { return written(at("beside/file")); }},
                      {"move out",
                       [&] {
                         const bool moved =
                             rename(at("out/report").c_str(), at("beside/report").c_str()) == 0;
                         return std::string(
                             moved ? "done" : "refused");  // EXDEV before Landlock's second ABI, then EACCES
                       }}}) ==
          twice("report: done\nabove: cannot write " + at("file").native() + no + "\nbeside: cannot write " +
                at("beside/file").native() + no + "\nmove out: refused\n"));
    CHECK(read_file(at("out/report")) == "report");
  }
  SECTION("a folder, and those in it") {
    fs::create_directory(at("out/sub"));
    CHECK(in_sandbox({at("out")}, {{"here", [&] { return written(at("out/a")); }},
                                   {"below", [&] { return written(at("out/sub/a")); }}}) ==
          twice("here: done\nbelow: done\n"));
  }
  SECTION("a device, but not the folder that it is in") {
    CHECK(in_sandbox({"/dev/null"}, {{"null", [] { return opened("/dev/null", O_WRONLY); }},
                                     {"zero", [] { return opened("/dev/zero", O_WRONLY); }}}) ==
          twice("null: done\nzero: EACCES\n"));
  }
  SECTION("a link to a pipe") {
    REQUIRE(mkfifo(at("pipe").c_str(), 0600) == 0);
    const UniqueFd reader(open(at("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    fs::create_symlink("../pipe", at("out/link"));
    CHECK(in_sandbox({at("out/link")}, {{"pipe", [&] { return written(at("out/link")); }},
                                        {"new", [&] {
                                           return opened(at("out/new"), O_RDONLY | O_CREAT);
                                         }}}) == twice("pipe: done\nnew: EACCES\n"));
  }
  SECTION("what has no folder: nothing is allowed for it") {
    CHECK(in_sandbox({at("none/report")}, {{"mkdir", [&] {
                                              return result(mkdir(at("none").c_str(), 0700));
                                            }}}) == twice("mkdir: EACCES\n"));
  }
}

std::string executed(int folder, const char* program) {
  char* arguments[] = {const_cast<char*>(program), nullptr};
  char* environment[] = {nullptr};
  return result(syscall(SYS_execveat, folder, program, arguments, environment, 0));
}

TEST_CASE("in a sandbox no socket is opened, no program run, and no other process looked into") {
  if (!has_seccomp()) return;
  int pair[2];
  char* arguments[] = {const_cast<char*>("/bin/true"), nullptr};
  CHECK(in_sandbox({}, {{"socket", [] { return result(socket(AF_INET, SOCK_STREAM, 0)); }},
                        {"local socket", [] { return result(socket(AF_UNIX, SOCK_STREAM, 0)); }},
                        {"socketpair", [&] { return result(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)); }},
                        {"bind", [] { return result(bind(0, nullptr, 0)); }},
                        {"connect", [] { return result(connect(0, nullptr, 0)); }},
                        {"execve", [&] { return result(execv("/bin/true", arguments)); }},
                        {"execveat", [] { return executed(AT_FDCWD, "/bin/true"); }},
                        {"ptrace", [] { return result(ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr)); }},
                        {"process_vm_readv",
                         [] { return result(syscall(SYS_process_vm_readv, getppid(), 0, 0, 0, 0, 0)); }},
                        {"unshare", [] { return result(syscall(SYS_unshare, 0)); }},
                        {"mount", [] { return result(syscall(SYS_mount, "", "", "", 0, nullptr)); }},
                        {"bpf", [] { return result(syscall(SYS_bpf, 0, 0, 0)); }},
                        {"io_uring", [] { return result(syscall(SYS_io_uring_setup, 0, 0)); }},
                        {"keyctl", [] { return result(syscall(SYS_keyctl, 0, 0, 0, 0, 0)); }},
                        {"reboot", [] { return result(syscall(SYS_reboot, 0, 0, 0, 0)); }},
                        {"typing", [] { return result(ioctl(0, TIOCSTI, "x")); }},
                        {"another thing of a terminal",
                         [] {
                           winsize size{};
                           return std::string(ioctl(-1, TIOCGWINSZ, &size) < 0 && errno == EBADF ? "asked"
                                                                                                 : "refused");
                         }}}) == twice("socket: EPERM\nlocal socket: EPERM\nsocketpair: EPERM\nbind: "
                                       "EPERM\nconnect: EPERM\nexecve: EPERM\n"
                                       "execveat: EPERM\nptrace: EPERM\nprocess_vm_readv: EPERM\nunshare: "
                                       "EPERM\nmount: EPERM\nbpf: EPERM\n"
                                       "io_uring: EPERM\nkeyctl: EPERM\nreboot: EPERM\ntyping: "
                                       "EPERM\nanother thing of a terminal: asked\n"));
}

#ifdef __x86_64__
// Another architecture's numbers mean other calls: 20 is getpid() for a 32-bit program. A kernel without
// 32-bit programs ends the process.
long old_getpid() {
  long number = 20;
  asm volatile("int $0x80" : "+a"(number) : : "memory");
  return number;
}

TEST_CASE("in a sandbox the system calls of other architectures are refused") {
  if (!has_seccomp()) return;
  const auto before = in_child([] { return std::to_string(old_getpid() == getpid()); });
  if (before == "1")
    CHECK(in_child([] {
            put_up_sandbox({});
            return std::to_string(old_getpid());
          }) == std::to_string(-EPERM));
  constexpr long kX32 = 0x40000000;
  CHECK(in_sandbox({}, {{"getpid", [] { return result(syscall(kX32 + SYS_getpid)); }}}) ==
        twice("getpid: EPERM\n"));
}
#endif

TEST_CASE("in a sandbox no other process gets a signal, but oneself does") {
  if (sandbox_here().landlock_abi < 6) {
    WARN("skipped: the kernel's Landlock knows nothing of signals");
    return;
  }
  CHECK(in_sandbox({}, {{"parent", [] { return result(kill(getppid(), 0)); }},
                        {"oneself", [] { return result(raise(0)); }}}) ==
        twice("parent: EPERM\noneself: done\n"));
}

TEST_CASE("Landlock's rights are those that a kernel knows, but for reading") {
  const std::uint64_t first = 0x1ff3;  // thirteen, less READ_FILE and READ_DIR
  const std::uint64_t rename = 0x3ff3;
  const std::uint64_t truncate = 0x7ff3;
  const std::uint64_t ioctl = 0xfff3;
  CHECK(landlock_rights(1) == LandlockRights{first, 0, 0});
  CHECK(landlock_rights(2) == LandlockRights{rename, 0, 0});
  CHECK(landlock_rights(3) == LandlockRights{truncate, 0, 0});
  CHECK(landlock_rights(4) == LandlockRights{truncate, 3, 0});
  CHECK(landlock_rights(5) == LandlockRights{ioctl, 3, 0});
  CHECK(landlock_rights(6) == LandlockRights{ioctl, 3, 3});
  CHECK(landlock_rights(7) == LandlockRights{ioctl, 3, 3});
  CHECK(landlock_rights(99) == LandlockRights{ioctl, 3, 3});
}

TEST_CASE("this kernel takes the rights of all ABIs before its own") {
  for (int abi = sandbox_here().landlock_abi; abi > 0; --abi) {
    const auto rights = landlock_rights(abi);
    const UniqueFd ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0)));
    CHECK(bool(ruleset));
  }
}

TEST_CASE("what holds of a sandbox, in words") {
  CHECK(to_string(Sandbox{7, true}) ==
        "Landlock ABI 7 (reads only; writes only where reports go), seccomp (no sockets, no programs)");
  CHECK(to_string(Sandbox{1, false}) ==
        "Landlock ABI 1 (reads only; writes only where reports go), no seccomp");
  CHECK(to_string(Sandbox{0, true}) == "no Landlock, seccomp (no sockets, no programs)");
  CHECK(to_string(Sandbox{}) == "none: this system has neither Landlock nor seccomp");
}

TEST_CASE("a process whose memory is private leaves no core dump, not even to a program") {
  const auto limits = GENERATE(rlimit{RLIM_INFINITY, RLIM_INFINITY}, rlimit{0, RLIM_INFINITY}, rlimit{0, 0});
  rlimit inherited{};
  getrlimit(RLIMIT_CORE, &inherited);
  if (limits.rlim_max > inherited.rlim_max) return;
  CHECK(in_child([&] {
          setrlimit(RLIMIT_CORE, &limits);
          keep_memory_private();
          rlimit limit{};
          getrlimit(RLIMIT_CORE, &limit);
          return std::to_string(prctl(PR_GET_DUMPABLE)) + " " + std::to_string(limit.rlim_cur) + " " +
                 std::to_string(limit.rlim_max);
        }) == (limits.rlim_max == 0 ? "0 0 0" : "0 1 1"));
}

}  // namespace
}  // namespace keysift::test
#endif
