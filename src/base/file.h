// Reading and writing whole files.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace keysift {

/// Owns a file descriptor.
class UniqueFd {
 public:
  explicit UniqueFd(int fd = -1) : fd_(fd) {}
  ~UniqueFd();
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  /// Gives the descriptor up to the caller.
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Opens `path`, which is of any length, below the open folder `folder`, as openat() does with `flags` (to
/// which close-on-exec is added), and follows no link on the way, whatever somebody makes of its folders
/// meanwhile, where the kernel can do that (Linux 5.6); else no link at its end. Without a descriptor, errno
/// says why.
UniqueFd open_below(int folder, const std::string& path, int flags);

/// Closes a file that was written to. Throws Failure, with `name`, when not all of it was kept: some systems
/// tell only now.
void close_written(UniqueFd file, const std::filesystem::path& name);

/// Whether an errno says that a file is not there, or not ours to read; else the system has failed.
bool is_unavailable(int error);

/// The contents of the file at `path`. Throws Failure, naming the path and the cause, also when it has more
/// than `most` bytes.
std::string read_file(const std::filesystem::path& path, std::size_t most = SIZE_MAX);

/// All that the file descriptor yields; `name` is for the Failure that it throws, also for more than `most`
/// bytes. While it waits, it may be stopped (check_stop).
std::string read_all(int file, const std::filesystem::path& name, std::size_t most = SIZE_MAX);

/// The contents of the regular file at `path`, below the open folder `folder` (open_below; AT_FDCWD:
/// anywhere), if it has at most `most` bytes; else, and if it is not there, not ours to read or anything
/// else, nothing. Never waits for a pipe. `flags`: further ones for open(), such as O_NOFOLLOW. Throws
/// Failure when the system fails.
std::optional<std::string> read_regular_file(int folder, const std::string& path, std::size_t most,
                                             int flags = 0);

/// The contents of the regular file at `path`; nothing if there is none. Throws Failure, naming the path and
/// the cause, when it cannot be read, is anything else or has more than `most` bytes.
std::optional<std::string> read_if_there(const std::filesystem::path& path, std::size_t most);

/// The descriptor that a path names by the convention of /dev/fd: 1 for /dev/stdout and /dev/fd/1, for
/// example. Nothing for other paths.
std::optional<int> descriptor_named(const std::filesystem::path& path);

/// What is written to as it stands, open for that: a descriptor that `path` names, or a terminal, pipe or
/// device
/// (/dev/null) that is there. Nothing where a regular file is, or is to be. Throws Failure, naming the path
/// and the cause.
std::optional<UniqueFd> open_special(const std::filesystem::path& path);

/// Throws Failure, naming the path and the cause, when write_file(path) would surely fail.
void check_writable(const std::filesystem::path& path);

/// Who may use a file that is written: its owner alone; whoever the user's umask, or the mode of the file
/// that it replaces, lets; everybody, to run it.
enum class Access { owner, usual, program };

/// Writes a file through another beside it that is then renamed, so that nobody ever sees half of it.
/// What is no regular file is written to directly (open_special). All of it throws Failure, naming the path
/// and the cause.
class FileWriter {
 public:
  explicit FileWriter(const std::filesystem::path& path, Access access = Access::owner);
  /// Without finish(), nothing has happened to the file.
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(std::string_view bytes);
  /// Puts the file in place.
  void finish();

 private:
  std::filesystem::path path_;
  std::string beside_;  ///< empty: written to directly, or finished
  mode_t mode_ = 0;
  UniqueFd file_;
};

/// Writes all of `bytes` to a file descriptor; `name` is for the Failure that it throws.
void write_all(int file, std::string_view bytes, const std::filesystem::path& name);

/// Writes `bytes` to `path` as FileWriter does.
void write_file(const std::filesystem::path& path, std::string_view bytes, Access access = Access::owner);

}  // namespace keysift
