// Lines and columns.
#pragma once
#include <cstdint>
#include <string_view>

namespace keysift {

/// A place in a text. Both count from 1; columns count bytes; a line ends with '\n'.
struct Position {
  std::uint64_t line = 1;
  std::uint64_t column = 1;
  bool operator==(const Position&) const = default;
};

/// The position right after `bytes`, when their first byte stands at `from`.
Position advance(Position from, std::string_view bytes);

}  // namespace keysift
