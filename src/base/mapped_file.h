// Files as memory.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

namespace keysift {

/// A file mapped into memory, read-only, for files that nobody changes once they are written.
class MappedFile {
 public:
  enum class Load { as_needed, at_once };

  /// `at_once` saves a page fault here and there where all of the file is soon looked at. Throws Failure,
  /// naming the path and the cause, when the file cannot be mapped.
  explicit MappedFile(const std::filesystem::path& path, Load load = Load::as_needed);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace keysift
