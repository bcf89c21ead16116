#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#else
#undef SYS_openat2
#endif

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/emergency.h"
#include "base/failure.h"
#include "base/stop.h"
#include "base/text.h"

namespace keysift {
namespace {

[[noreturn]] void fail(const char* verb, const std::filesystem::path& path, int error) {
  throw SystemFailure("cannot " + std::string(verb) + " " + printable(path.native()) + ": " +
                      std::strerror(error));
}

// Of a new file. No other thread makes files meanwhile.
mode_t usual_mode() {
  const auto mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

bool is_absent(int error) { return error == ENOENT || error == ENOTDIR; }

}  // namespace

bool is_unavailable(int error) {
  return is_absent(error) || error == ELOOP || error == EACCES || error == EPERM || error == ENXIO ||
         error == ENODEV || error == ENAMETOOLONG;
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

void close_written(UniqueFd file, const std::filesystem::path& name) {
  if (close(file.release()) != 0 && errno != EINTR) fail("write", name, errno);  // Linux: it is closed
}

void write_all(int file, std::string_view bytes, const std::filesystem::path& name) {
  while (!bytes.empty()) {
    const auto written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", name, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

UniqueFd open_below(int folder, const std::string& path, int flags) {
  // The kernel takes so many bytes at a time.
  if (path.size() >= PATH_MAX) {
    const auto slash = path.rfind('/', PATH_MAX - 2);
    if (slash == std::string::npos || slash == 0) {
      errno = ENAMETOOLONG;
      return UniqueFd();
    }
    const auto part = open_below(folder, path.substr(0, slash), O_RDONLY | O_DIRECTORY);
    return part ? open_below(part.get(), path.substr(slash + 1), flags) : UniqueFd();
  }
#ifdef SYS_openat2
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  for (;;) {
    const auto opened = syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    if (opened >= 0) return UniqueFd(static_cast<int>(opened));
    if (errno == EAGAIN || errno == EINTR) continue;  // somebody moved a folder meanwhile
    if (errno != ENOSYS && errno != EPERM) return UniqueFd();
    break;  // an older kernel, or a container that forbids what it does not know
  }
#endif
  return UniqueFd(openat(folder, path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
}

std::string read_file(const std::filesystem::path& path, std::size_t most) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) fail("read", path, errno);
  return read_all(file.get(), path, most);
}

std::string read_all(int file, const std::filesystem::path& name, std::size_t most) {
  std::string bytes;
  std::array<char, 65536> buffer;
  for (;;) {
    const auto got = read(file, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      check_stop();
      continue;
    }
    if (got < 0) fail("read", name, errno);
    if (got == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (bytes.size() > most)
      throw Failure("cannot read " + printable(name.native()) + ": it has more than " + std::to_string(most) +
                    " bytes");
  }
}

std::optional<std::string> read_regular_file(int folder, const std::string& path, std::size_t most,
                                             int flags) {
  flags |= O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  struct stat status {};
  // Who waits to write to a pipe would write to nobody once it is opened here.
  if (folder == AT_FDCWD && stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode)) return std::nullopt;
  const UniqueFd file =
      folder == AT_FDCWD ? UniqueFd(open(path.c_str(), flags)) : open_below(folder, path, flags);
  if (!file && is_unavailable(errno)) return std::nullopt;
  if (!file || fstat(file.get(), &status) != 0) fail("read", path, errno);
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  if (static_cast<std::uintmax_t>(status.st_size) > most) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) return std::nullopt;
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::optional<std::string> read_if_there(const std::filesystem::path& path, std::size_t most) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    fail("read", path, errno);
  }
  const auto refuse = [&](const std::string& why) {
    return Failure("cannot read " + printable(path.native()) + ": " + why);
  };
  if (!S_ISREG(status.st_mode)) throw refuse("it is no regular file");
  if (static_cast<std::uintmax_t>(status.st_size) > most)
    throw refuse("it is larger than " + human_bytes(most));
  if (auto bytes = read_regular_file(AT_FDCWD, path, most)) return bytes;
  fail("read", path, errno == 0 ? EIO : errno);
}

std::optional<int> descriptor_named(const std::filesystem::path& path) {
  std::string_view name = path.native();
  if (name == "/dev/stdout") return STDOUT_FILENO;
  if (name == "/dev/stderr") return STDERR_FILENO;
  const std::string_view folder = name.starts_with("/dev/fd/") ? "/dev/fd/" : "/proc/self/fd/";
  if (!name.starts_with(folder)) return std::nullopt;
  name.remove_prefix(folder.size());
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

std::optional<UniqueFd> open_special(const std::filesystem::path& path) {
  UniqueFd file;
  struct stat status {};
  if (const auto descriptor = descriptor_named(path)) {
    file = UniqueFd(fcntl(*descriptor, F_DUPFD_CLOEXEC, 0));
  } else {
    if (stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return std::nullopt;
    file = UniqueFd(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  }
  if (!file) fail("write", path, errno);
  return file;
}

void check_writable(const std::filesystem::path& path) {
  struct stat status {};
  if (const auto descriptor = descriptor_named(path)) {
    const int flags = fcntl(*descriptor, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) fail("write", path, EBADF);
    return;
  }
  const bool is_there = stat(path.c_str(), &status) == 0;
  if (is_there && S_ISDIR(status.st_mode)) fail("write", path, EISDIR);
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto& written = is_there && !S_ISREG(status.st_mode) ? path : folder;
  if (access(written.c_str(), W_OK) != 0) fail("write", path, errno);
}

FileWriter::FileWriter(const std::filesystem::path& path, Access access) : path_(path) {
  if (auto special = open_special(path)) {
    file_ = *std::move(special);
    return;
  }
  struct stat status {};
  const auto usual = stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : usual_mode();
  mode_ = access == Access::usual ? usual : access == Access::program ? 0755 : 0600;
  beside_ = path.native() + ".XXXXXX";
  file_ = UniqueFd(mkostemp(beside_.data(), O_CLOEXEC));
  if (!file_) {
    beside_.clear();
    fail("write", path, errno);
  }
  remove_in_emergency(beside_.c_str());
}

FileWriter::~FileWriter() {
  if (beside_.empty()) return;
  unlink(beside_.c_str());
  remove_in_emergency(nullptr);
}

void FileWriter::write(std::string_view bytes) { write_all(file_.get(), bytes, path_); }

void FileWriter::finish() {
  if (!beside_.empty() && fchmod(file_.get(), mode_) != 0) fail("write", path_, errno);
  close_written(std::move(file_), path_);
  if (beside_.empty()) return;
  if (rename(beside_.c_str(), path_.c_str()) != 0) fail("write", path_, errno);
  beside_.clear();
  remove_in_emergency(nullptr);
}

void write_file(const std::filesystem::path& path, std::string_view bytes, Access access) {
  FileWriter file(path, access);
  file.write(bytes);
  file.finish();
}

}  // namespace keysift
