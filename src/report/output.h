// Where a report goes, piece by piece.
#pragma once
#include <functional>
#include <string_view>

namespace keysift {

/// Takes the next bytes.
using Output = std::function<void(std::string_view)>;

}  // namespace keysift
