#include "base/sandbox.h"

#if defined(__linux__) && __has_include(<linux/landlock.h>)
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <vector>

#include "base/file.h"

namespace keysift {
namespace {

// What came after Landlock's first ABI, and headers may lack.
constexpr std::uint64_t kRefer = 1 << 13;
constexpr std::uint64_t kTruncate = 1 << 14;
constexpr std::uint64_t kIoctlDevice = 1 << 15;
constexpr std::uint64_t kBindAndConnectTcp = 3;
constexpr std::uint64_t kAbstractSocketsAndSignals = 3;

constexpr std::uint64_t kWriteFile = LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;
constexpr std::uint64_t kWriteInFolder =
    kWriteFile | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;

// What cannot be opened is not allowed; whoever writes there says so.
void allow(int ruleset, std::uint64_t rights, const std::filesystem::path& path) {
  const UniqueFd place(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place) return;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = place.get();
  syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

void allow_output(int ruleset, std::uint64_t known, const std::filesystem::path& path) {
  if (descriptor_named(path)) return;
  struct stat status {};
  const bool is_there = stat(path.c_str(), &status) == 0;
  if (is_there && S_ISDIR(status.st_mode)) return allow(ruleset, kWriteInFolder & known, path);
  if (is_there && !S_ISREG(status.st_mode)) return allow(ruleset, kWriteFile & known, path);
  allow(ruleset, kWriteInFolder & known, path.has_parent_path() ? path.parent_path() : ".");
}

// Returns the kernel's ABI; 0: it has none, or cannot use it.
int restrict_by_landlock(std::span<const std::filesystem::path> outputs) {
  const auto abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi <= 0) return 0;
  const auto rights = landlock_rights(static_cast<int>(abi));
  // A kernel that knows less takes the longer structure where the rest of it is zero.
  const UniqueFd ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0)));
  if (!ruleset) return 0;
  for (const auto& path : outputs) allow_output(ruleset.get(), rights.files, path);
  return syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0 ? static_cast<int>(abi) : 0;
}

#if defined(__x86_64__) && !defined(__ILP32__)
#define KEYSIFT_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && !defined(__ILP32__)
#define KEYSIFT_AUDIT_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef KEYSIFT_AUDIT_ARCH
constexpr std::uint32_t kDenied[] = {
    // programs
    SYS_execve, SYS_execveat,
    // other machines, and other processes
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_ptrace,
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd,
    // the file system, around Landlock
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, SYS_open_by_handle_at,
    SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr,
    // ways into the kernel
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup, SYS_io_uring_enter,
    SYS_io_uring_register, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_init_module, SYS_finit_module,
    SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct,
    SYS_quotactl, SYS_settimeofday, SYS_clock_settime, SYS_sethostname, SYS_setdomainname,
#ifdef SYS_iopl
    SYS_iopl, SYS_ioperm
#endif
};

using Filter = std::vector<sock_filter>;

void add(Filter& filter, int code, std::size_t value, std::size_t yes = 0, std::size_t no = 0) {
  filter.push_back({static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(yes),
                    static_cast<std::uint8_t>(no), static_cast<std::uint32_t>(value)});
}

void load(Filter& filter, std::size_t offset) { add(filter, BPF_LD | BPF_W | BPF_ABS, offset); }

void allow_all(Filter& filter) { add(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW); }

void deny_if(Filter& filter, int comparison, std::size_t value) {
  add(filter, BPF_JMP | comparison | BPF_K, value, 0, 1);
  add(filter, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
}

// A binary search: the kernel tries a filter on every system call before it takes it, and with one comparison
// after the other that took 0.2 ms.
void deny_each(Filter& filter, std::span<const std::uint32_t> sorted) {
  if (sorted.size() <= 4) {
    for (const auto number : sorted) deny_if(filter, BPF_JEQ, number);
    return allow_all(filter);
  }
  const auto middle = sorted.size() / 2;
  Filter lower;
  deny_each(lower, sorted.first(middle));
  add(filter, BPF_JMP | BPF_JGE | BPF_K, sorted[middle], lower.size(), 0);
  filter.insert(filter.end(), lower.begin(), lower.end());
  deny_each(filter, sorted.subspan(middle));
}

// Written out rather than asked of libseccomp, which is one more library to install and load for these lines,
// and takes 0.4 ms to make such a filter.
Filter seccomp_filter() {
  Filter filter;
  load(filter, offsetof(seccomp_data, arch));
  add(filter, BPF_JMP | BPF_JEQ | BPF_K, KEYSIFT_AUDIT_ARCH, 1, 0);
  add(filter, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  load(filter, offsetof(seccomp_data, nr));
#ifdef __x86_64__
  constexpr std::size_t kX32 = 0x40000000;
  deny_if(filter, BPF_JGE, kX32);
#endif
  // What would type into the terminal, and so run something.
  Filter ioctls;
  load(ioctls, offsetof(seccomp_data, args) + sizeof(std::uint64_t));
  deny_if(ioctls, BPF_JEQ, TIOCSTI);
  deny_if(ioctls, BPF_JEQ, TIOCLINUX);
  allow_all(ioctls);
  add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, ioctls.size());
  filter.insert(filter.end(), ioctls.begin(), ioctls.end());
  auto denied = std::to_array(kDenied);
  std::sort(denied.begin(), denied.end());
  deny_each(filter, denied);
  return filter;
}

bool restrict_by_seccomp() {
  auto filter = seccomp_filter();
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  // Kernels before 5.16 would switch off speculation, which is for those who run a stranger's code.
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0;
}
#else
bool restrict_by_seccomp() { return false; }
#endif

}  // namespace

LandlockRights landlock_rights(int abi) {
  LandlockRights rights;
  rights.files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (abi >= 2) rights.files |= kRefer;
  if (abi >= 3) rights.files |= kTruncate;
  if (abi >= 4) rights.network = kBindAndConnectTcp;
  if (abi >= 5) rights.files |= kIoctlDevice;
  if (abi >= 6) rights.scopes = kAbstractSocketsAndSignals;
  return rights;
}

Sandbox put_up_sandbox(std::span<const std::filesystem::path> outputs) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return {};
  return {restrict_by_landlock(outputs), restrict_by_seccomp()};
}

void keep_memory_private() {
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Where core dumps are piped to a program, a limit of 0 does not stop them, and 1 does: core(5).
  rlimit limit{};
  if (getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_max, 1);
  setrlimit(RLIMIT_CORE, &limit);
}

}  // namespace keysift
#else
namespace keysift {

LandlockRights landlock_rights(int) { return {}; }
Sandbox put_up_sandbox(std::span<const std::filesystem::path>) { return {}; }
void keep_memory_private() {}

}  // namespace keysift
#endif

namespace keysift {

std::string to_string(const Sandbox& sandbox) {
  if (sandbox.is_none()) return "none: this system has neither Landlock nor seccomp";
  const auto landlock = sandbox.landlock_abi == 0 ? std::string("no Landlock")
                                                  : "Landlock ABI " + std::to_string(sandbox.landlock_abi) +
                                                        " (reads only; writes only where reports go)";
  return landlock + (sandbox.seccomp ? ", seccomp (no sockets, no programs)" : ", no seccomp");
}

}  // namespace keysift
