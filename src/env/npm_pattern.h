// The patterns of npm's ignore files: https://github.com/isaacs/minimatch as npm uses it.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rule/pattern.h"

namespace keysift {

/// One pattern. Upper and lower case are the same; one without '/' fits the last part of a path.
class NpmPattern {
 public:
  explicit NpmPattern(std::string_view line);

  /// Whether an odd number of '!' stands before it.
  bool negated() const { return negated_; }

  /// Whether it fits the whole of `path`; if `may_go_on`, also whether it fits something below.
  bool fits(std::string_view path, bool may_go_on = false) const;

  /// How many parts of it are more than literal: each takes some kilobytes once it is tried.
  std::size_t cost() const;

  /// Whether it is a name, or a name and '/'.
  bool is_name() const;

 private:
  // What stands between two '/'.
  struct Part {
    bool any_folders = false;  // `**`
    std::string literal;
    std::unique_ptr<Pattern> regex;  // none: the part is literal
    bool fits(std::string_view part) const;
  };
  using Parts = std::vector<Part>;

  static Parts parts_of(std::string_view pattern);
  static bool fits(const Parts& parts, const std::vector<std::string_view>& path, bool may_go_on);

  bool negated_ = false;
  std::vector<Parts> alternatives_;
};

}  // namespace keysift
