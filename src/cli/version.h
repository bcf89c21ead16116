// What this keysift is.
#pragma once
#include <string>

namespace keysift {

/// "keysift 0.1.0".
std::string version_line();

/// That, and lines on what holds here: the sandbox, which it puts up to see, how the program was built, and
/// the versions of its libraries.
std::string version_in_full();

}  // namespace keysift
