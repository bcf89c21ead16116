#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"

namespace keysift {

MappedFile::MappedFile(const std::filesystem::path& path, Load load) {
  const auto fail = [&](int error) {
    return Failure("cannot read " + printable(path.native()) + ": " + std::strerror(error));
  };
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) throw fail(errno);
  if (!S_ISREG(status.st_mode))
    throw Failure("cannot read " + printable(path.native()) + ": it is no regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;
  void* memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) throw fail(errno);
  bytes_ = {static_cast<const char*>(memory), size};
#ifdef MADV_POPULATE_READ
  if (load == Load::at_once)
    madvise(memory, size, MADV_POPULATE_READ);  // a hint: older kernels do not know it
#else
  static_cast<void>(load);
#endif
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace keysift
