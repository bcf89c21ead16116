// What is new in bytes that were made from others.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "base/text.h"

namespace keysift {

/// A reach without bounds.
inline constexpr std::uint32_t kAnywhere = UINT32_MAX;

/// Something that a scan took note of: a keyword, or what may be one in disguise.
struct Noted {
  std::uint32_t literal = 0;  ///< what it is, by a number of the scan's own
  std::uint32_t begin = 0;    ///< where it stands
  std::uint32_t end = 0;
  std::uint32_t before = 0;  ///< how many bytes before it a change may make or undo a secret
  std::uint32_t behind = 0;  ///< and behind it
};

/// What a scan of bytes says of those that are made from them by changes.
struct Reach {
  /// A rule whose matches may be anywhere, whatever changed, by its number; and what of that which it needs
  /// may be there.
  struct Everywhere {
    std::uint32_t rule = 0;
    std::uint64_t present = 0;
  };

  bool anywhere = false;               ///< nothing more is known: all is to be searched again
  bool found = false;                  ///< a secret is there
  std::vector<Noted> noted;            ///< in order of their ends
  std::vector<Everywhere> everywhere;  ///< few, each once
  /// What the bytes are made of; nothing: nobody asked.
  std::optional<Characters> characters;

  bool is_none() const { return !anywhere && !found && noted.empty() && everywhere.empty(); }
  bool is_everywhere(std::uint32_t rule) const {
    return std::any_of(everywhere.begin(), everywhere.end(),
                       [&](const Everywhere& each) { return each.rule == rule; });
  }
};

/// A part of bytes that those they were made from lack.
struct FreshRange : Range {
  std::size_t source = 0;  ///< where, in the others, what stands behind it comes from
};

/// What is new in bytes that were made from others, which were scanned before.
struct Fresh {
  /// The parts that the others lack, in order; empty ones mark places where two of their parts meet that were
  /// apart there, or where it begins or ends in the midst of them. What touches none of these was scanned as
  /// part of the others; what stands before the first begins as they do. None: all is new.
  std::span<const FreshRange> ranges;
  const Reach* reach = nullptr;  ///< what the scan of the others returned; none: all is new
  /// Nothing is made from the bytes in turn: nobody asks what a scan of them says of changes.
  bool is_last = false;

  /// The reach, if what the others hold need not be searched again.
  const Reach* known() const {
    return ranges.empty() || reach == nullptr || reach->anywhere ? nullptr : reach;
  }
};

/// What was noted in other bytes and is in those made from them, too.
struct Carried : Noted {
  bool is_near = true;  ///< a change is where it may make or undo a secret
};

/// Puts into `carried` what `fresh.reach` has that no change touches, where it stands in the `size` bytes, in
/// that order. What no change can matter to is left out. False: there are more than `most`.
bool carry(const Fresh& fresh, std::size_t size, std::size_t most, std::vector<Carried>& carried);

/// What `bytes` are made of, told of what is fresh in them as far as can be.
Characters characters_of(std::string_view bytes, const Fresh& fresh);

}  // namespace keysift
