// Histories made from a seed.
#pragma once
#include <functional>
#include <random>
#include <string>

#include "support/support.h"

namespace keysift::test {

/// Makes a file's next version from the last one.
using Edit = std::function<void(std::string& text, std::mt19937_64& random)>;

/// `size` bytes of lines of letters that no rule finds anything in.
std::string prose(std::size_t size, std::mt19937_64& random);

/// Writes a history of `commits` commits on main with git fast-import. Each has one of `files` files, in
/// folders, in a new version, which `edit` makes; first versions have `size` bytes of prose. Now and then
/// there is a branch, a merge or a tag.
void make_history(TestRepo& repo, unsigned seed, int commits, std::size_t files, std::size_t size,
                  const Edit& edit);

/// An edit that inserts, deletes, replaces, moves or doubles a few stretches of prose.
void edit_prose(std::string& text, std::mt19937_64& random);

}  // namespace keysift::test
