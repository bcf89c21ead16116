// What is new in bytes that were made from others.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/range.h"

namespace keysift {

/// A reach without bounds.
inline constexpr std::size_t kAnywhere = SIZE_MAX;

/// What is new in bytes that were made from others, which were scanned before.
struct Fresh {
  /// The parts that the others lack, in order; empty ones mark places where two of their parts meet that were
  /// apart there, or where it begins or ends in the midst of them. What touches none of these was scanned as
  /// part of the others. None: all is new.
  std::span<const Range> ranges;
  /// What the scan of the others returned: how many bytes from a keyword that was in them a change may make a
  /// secret of it. 0: there was no keyword.
  std::size_t reach = 0;
};

}  // namespace keysift
