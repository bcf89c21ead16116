#include "base/position.h"

#include <algorithm>

namespace keysift {

Position advance(Position from, std::string_view bytes) {
  const auto last = bytes.rfind('\n');
  if (last == std::string_view::npos) return {from.line, from.column + bytes.size()};
  const auto lines = std::count(bytes.begin(), bytes.end(), '\n');
  return {from.line + static_cast<std::uint64_t>(lines), bytes.size() - last};
}

}  // namespace keysift
