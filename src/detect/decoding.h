// What one scan has decoded: how much, and what is round the text in hand.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace keysift {

/// Keeps account of what is decoded in a text, in what was decoded there, and so on.
class Decoding {
 public:
  /// Begins with a text of `size` bytes, whose encodings may come to `ratio` times as many in all, or to some
  /// that are always allowed.
  void start(std::size_t size, std::size_t ratio);

  /// Counts so many bytes more. False: that is more than may be decoded.
  bool count(std::size_t bytes);

  /// What is searched until leave() was in `encoding`.
  void enter(std::string_view encoding) { chain_.push_back(encoding); }
  void leave() { chain_.pop_back(); }

  /// Whether the text in hand is as it stands.
  bool is_plain() const { return chain_.empty(); }

  /// Whether what is still encoded in the text in hand, as `run` or by escapes (`escaped`), was nested on
  /// purpose: in runs alone, or escaped over and over in one way.
  bool is_nested(bool run, bool escaped) const;

 private:
  std::size_t bytes_ = 0;                // decoded until now
  std::size_t limit_ = 0;                // and the most it may come to
  std::vector<std::string_view> chain_;  // encodings round what is searched, the outermost first
};

}  // namespace keysift
