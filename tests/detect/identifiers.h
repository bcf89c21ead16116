// Identifiers as programs have them.
#pragma once
#include <cstddef>
#include <random>
#include <string>

namespace keysift::test {

/// Words in one of four styles (user-name, UserName, userName, user_name), a number among them here and
/// there; as many as make `least` characters.
std::string identifier(std::mt19937_64& random, std::size_t least);

}  // namespace keysift::test
