// What one scan says of texts that are made from the one it searches.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/fresh.h"

namespace keysift {

/// The literal at a place, to which changes matter so many bytes round it.
inline Noted noted_at(unsigned literal, Range place, std::size_t round = 0) {
  const auto bytes = static_cast<std::uint32_t>(std::min<std::size_t>(round, kAnywhere));
  return {literal, static_cast<std::uint32_t>(place.begin), static_cast<std::uint32_t>(place.end), bytes,
          bytes};
}

/// Collects a Reach.
class Notes {
 public:
  /// Begins with a text of so many bytes; `wanted`: literals are noted.
  void start(std::size_t size, bool wanted);

  /// Of a text that is within another: what is noted until end_inner() is apart from what was before.
  Reach begin_inner() { return std::exchange(reach_, {}); }
  Reach end_inner(Reach outer) { return std::exchange(reach_, std::move(outer)); }

  /// Takes note of a literal; those of a text come in the order of their ends. There may be too many.
  void add(const Noted& noted) {
    if (!wanted_) return;
    reach_.anywhere = reach_.anywhere || reach_.noted.size() >= most_;
    if (!reach_.anywhere) reach_.noted.push_back(noted);
  }

  /// Takes note of a rule that is not among those there are. There may be too many.
  void add_everywhere(const Reach::Everywhere& rule);

  void set_anywhere() { reach_.anywhere = true; }
  void set_found(bool found) { reach_.found = found; }
  void set_characters(std::optional<Characters> characters) { reach_.characters = characters; }

  /// Has changes in a range matter to the literals that were noted in another, and are `meant`: to all of
  /// them or to none.
  template <typename IsMeant>
  void extend(Range literals, Range changes, IsMeant&& is_meant) {
    const auto is_before = [&](const Noted& each) { return each.end <= literals.begin; };
    auto at = std::partition_point(reach_.noted.begin(), reach_.noted.end(), is_before);
    for (; at != reach_.noted.end() && at->end <= literals.end; ++at)
      if (is_meant(at->literal)) extend(*at, changes);
  }

  /// How many literals there may be.
  std::size_t most() const { return most_; }

  const Reach& reach() const { return reach_; }

 private:
  static void extend(Noted& noted, Range changes);

  Reach reach_;
  std::size_t most_ = 0;  // literals
  bool wanted_ = true;
};

}  // namespace keysift
