// What is round the fresh parts of bytes.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fresh.h"
#include "base/range.h"

namespace keysift {

/// The stretches round fresh parts of bytes, copied together: a search of a few bytes costs more than they
/// do.
class Gathered {
 public:
  /// Takes `reach` bytes on either side of each of `fresh`, which are in order, and up to `further` more
  /// where they may go on an encoded run. What was gathered before is gone.
  void gather(std::string_view bytes, std::span<const FreshRange> fresh, std::size_t reach,
              std::size_t further);

  /// The stretches, in order, with a line end behind each.
  std::string_view text() const { return text_; }

  /// Where in the bytes what stands in text() came from. Nothing: it is in two stretches.
  std::optional<Range> source(Range range) const;

 private:
  // A stretch.
  struct Part {
    std::size_t begin;  // where it is in the text
    std::size_t from;   // and where it came from
  };
  void add(std::string_view bytes, Range stretch);

  std::string text_;
  std::vector<Part> parts_;  // in order
};

}  // namespace keysift
