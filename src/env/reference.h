// A file with secrets that something in the repository reads.
#pragma once
#include <compare>
#include <string>

#include "finding/coverage.h"

namespace keysift {

struct Reference {
  std::string file;  ///< relative to the work tree's root
  Place by;          ///< the line that names it
  auto operator<=>(const Reference&) const = default;
};

}  // namespace keysift
