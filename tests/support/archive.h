// Archives made for tests.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace keysift::test {

struct Member {
  std::string name;
  std::string bytes;
};

/// An archive in memory. `format` as libarchive names them ("zip", "7zip", "gnutar", "ar", "raw"), `filter`,
/// too
/// ("gzip", "bzip2", "xz", "zstd"; "" for none); with a password if `options` ask for encryption.
std::string archive_of(const std::vector<Member>& members, const std::string& format,
                       const std::string& filter = {}, const std::string& options = {});

/// One file, compressed.
std::string compressed(std::string_view bytes, const std::string& filter);

/// Bytes in zlib's format, compressed at a level of 1 to 9.
std::string zlib_of(std::string_view bytes, int level);

}  // namespace keysift::test
