// What a text must have in it for a pattern to match there.
#pragma once
#include <re2/filtered_re2.h>

#include <cstddef>
#include <string>
#include <vector>

namespace keysift {

/// The literals without which a pattern of bytes (RE2's Latin-1) has no match, as RE2's prefilter finds them.
class PatternLiterals {
 public:
  /// Literals of fewer than `least` bytes do not count.
  PatternLiterals(const std::string& pattern, int least);

  /// In lower case, for they may be there in any. None: RE2 refuses the pattern, or knows of none.
  const std::vector<std::string>& texts() const { return texts_; }

  /// Whether there may be a match where those of texts() are for which `present` holds, by their number.
  bool may_match(const std::vector<bool>& present) const;

 private:
  re2::FilteredRE2 filter_;
  std::vector<std::string> texts_;
};

}  // namespace keysift
