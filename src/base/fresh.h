// What is new in bytes that were made from others.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/range.h"
#include "base/text.h"

namespace keysift {

/// A reach without bounds.
inline constexpr std::size_t kAnywhere = SIZE_MAX;

/// What a scan of bytes says of those that are made from them by changes.
class Reach {
 public:
  constexpr Reach(std::size_t bytes = 0) : bytes_(bytes) {}

  /// How many bytes from a keyword that was there a change may make a secret of it. 0: there was no keyword.
  std::size_t bytes() const { return bytes_; }
  bool is_anywhere() const { return bytes_ == kAnywhere; }
  bool is_none() const { return bytes_ == 0 && rules_ == 0; }

  /// A rule whose matches may be anywhere in it, whatever changed, by its number; and what of that which it
  /// needs may be there.
  struct Everywhere {
    std::uint32_t rule = 0;
    std::uint64_t present = 0;
  };
  std::span<const Everywhere> everywhere() const { return {everywhere_.data(), rules_}; }
  bool is_everywhere(std::uint32_t rule) const {
    const auto known = everywhere();
    return std::any_of(known.begin(), known.end(), [&](const auto& each) { return each.rule == rule; });
  }

  /// Of what it was made; nothing: nobody asked.
  std::optional<Characters> characters;

  void extend(std::size_t bytes) { bytes_ = std::max(bytes_, bytes); }
  void add_everywhere(Everywhere rule) {
    if (rules_ == everywhere_.size()) return extend(kAnywhere);
    everywhere_.at(rules_++) = rule;
  }

 private:
  std::size_t bytes_;
  std::array<Everywhere, 4> everywhere_{};  // there are hardly ever more
  std::uint32_t rules_ = 0;
};

/// What is new in bytes that were made from others, which were scanned before.
struct Fresh {
  /// The parts that the others lack, in order; empty ones mark places where two of their parts meet that were
  /// apart there, or where it begins or ends in the midst of them. What touches none of these was scanned as
  /// part of the others. None: all is new.
  std::span<const Range> ranges;
  Reach reach;  ///< what the scan of the others returned
};

/// What `bytes` are made of, told of what is fresh in them as far as can be.
Characters characters_of(std::string_view bytes, const Fresh& fresh);

}  // namespace keysift
