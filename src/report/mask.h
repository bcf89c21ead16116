// What of a repository's bytes may be shown.
#pragma once
#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "finding/report.h"

namespace keysift {

/// Keeps a report's secrets out of all that it says beside them: a key also stands in the name of a file, be
/// it encoded, in the summary of a commit, in an error's path. All bytes that come from a repository go out
/// through it.
class Mask {
 public:
  /// A shorter secret stays as it is in other text, where it may well be an ordinary word.
  static constexpr std::size_t kLeastMasked = 8;

  /// Borrows the secrets of `report`, which outlives the mask. With `reveal` nothing is masked.
  Mask(const Report& report, bool reveal);

  /// `bytes` with every secret in it redacted.
  std::string raw(std::string_view bytes) const;

  /// The same for a terminal (printable()) and for JSON (valid_utf8()).
  std::string printable(std::string_view bytes) const;
  std::string utf8(std::string_view bytes) const;

  /// The secret itself: redacted, unless `reveal`. Printable.
  std::string secret(const Secret& secret) const;

  bool reveals() const { return reveal_; }

 private:
  bool begins_one(char byte) const { return beginnings_.test(static_cast<unsigned char>(byte)); }
  std::size_t secret_at(std::string_view bytes) const;

  bool reveal_;
  std::vector<std::string_view> secrets_;  ///< sorted, each once
  std::bitset<256> beginnings_;            ///< their first bytes
};

}  // namespace keysift
