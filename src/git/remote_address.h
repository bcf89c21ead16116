// Where a repository was cloned from, as far as reports may say it.
#pragma once
#include <string>
#include <string_view>

namespace keysift {

/// A remote's address (git-fetch(1), GIT URLS) as a URI, without user, password, query and the ".git" at its
/// end: those may be secrets. "git@host:a/b.git" becomes "ssh://host/a/b". Empty for a folder of this
/// machine, and for what is no address.
std::string public_address(std::string_view address);

/// What people call the repository there: the last two parts of its path, "redis/redis". Empty if it has
/// none.
std::string name_at(std::string_view public_address);

}  // namespace keysift
