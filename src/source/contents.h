// What compressed files hold.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "source/archive_kind.h"
#include "source/gunzip.h"

namespace keysift {

/// What a compressed file holds, or a tar as it is: block by block, and for one reader after the other.
class Contents {
 public:
  /// `source` outlives this. Throws std::bad_alloc.
  Contents(Kind kind, const Source& source);
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;

  /// The next block, which lives until the next call; empty at the end, and where nothing more can be had.
  std::string_view next();

  /// The same, and it will come again.
  std::string_view peek();

  /// After the end: why it came too early, in words; empty if it did not.
  const std::string& problem() const { return problem_; }

  /// Lets one of libarchive's readers have what is left. Returns its status.
  int open(archive* reader);

  /// Goes back to where the reader ended, which has used so many bytes.
  void end_reader(std::uint64_t used);

  /// Skips zeros, but leaves off where there are more than `most`. Returns how many there were.
  std::uint64_t skip_zeros(std::uint64_t most);

 private:
  void unpack(Kind kind, const Source& source);
  void take(std::size_t count);

  Reader reader_;  // if libarchive unpacks it
  NextBytes next_;
  std::string problem_;
  std::string_view block_;
  bool again_ = false;
  std::uint64_t start_ = 0;  // where the block begins
  std::uint64_t begin_ = 0;  // where the reader did
};

}  // namespace keysift
