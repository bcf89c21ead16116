// A stretch of bytes.
#pragma once
#include <cstddef>
#include <cstdint>

namespace keysift {

/// The bytes from offset `begin` up to, and not including, offset `end`.
struct Range {
  std::size_t begin = 0;
  std::size_t end = SIZE_MAX;
};

}  // namespace keysift
