// What the process gives up before it reads what a stranger wrote: if it is ever made to do what it should
// not, there is little left that it can do.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace keysift {

/// Whether the build has sanitizers: they look into their own process (ptrace), run a program to name
/// functions, and write reports, so that such a build is left as it is.
#ifdef KEYSIFT_SANITIZE
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// What holds of a sandbox.
struct Sandbox {
  int landlock_abi = 0;  ///< 0: the kernel has no Landlock
  bool seccomp = false;

  bool is_none() const { return landlock_abi == 0 && !seccomp; }
};

/// In words, such as "Landlock ABI 7 (reads only; writes only where reports go), seccomp (no sockets, no
/// programs)".
std::string to_string(const Sandbox& sandbox);

/// From here on, and for good, this thread and those that it starts run no program, open no socket, look into
/// no other process, and write, make, rename and remove nothing, but for `outputs`: files that FileWriter is
/// to write, for which it needs the folder that they are in, and folders. What is open already stays so.
/// Returns what the kernel could do of that.
Sandbox put_up_sandbox(std::span<const std::filesystem::path> outputs);

/// What Landlock takes away, as the kernel's landlock_ruleset_attr.
struct LandlockRights {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scopes = 0;

  bool operator==(const LandlockRights&) const = default;
};

/// All of it that a kernel of this ABI knows, but for reading.
LandlockRights landlock_rights(int abi);

/// Keeps the secrets that this process holds to itself: no core dump is made of it, and other processes of
/// the same user cannot read its memory. (Where there is swap, they may still be written there: what is read
/// is too much to be locked in memory.)
void keep_memory_private();

}  // namespace keysift
