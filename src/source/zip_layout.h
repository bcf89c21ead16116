// Where zip archives have members: libarchive reads those that the central directory lists, but not all of
// these, while other programs go by what stands before it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "source/pieces.h"

namespace keysift {

/// A member that the central directory lists.
struct ZipEntry {
  std::uint64_t at = 0;  ///< where its local header is
  bool holds = false;    ///< bytes that do not stand in the archive as they are, whatever it is said to be
};

struct ZipRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct ZipLayout {
  bool has_directory = false;     ///< which can be read, and lists what is there
  std::vector<ZipEntry> entries;  ///< in the order in which libarchive comes to them
  std::vector<ZipRange> rest;     ///< what neither these nor the directory take up; if there is none, all
};

ZipLayout zip_layout(const BytesAt& bytes, std::uint64_t size);

/// A local header with the member's name.
struct ZipHeader {
  std::uint64_t at = 0;
  std::string bytes;

  std::string name() const;
};

/// The first one that begins in a range. One that no program would write is none.
std::optional<ZipHeader> next_zip_header(const BytesAt& bytes, ZipRange range);

}  // namespace keysift
