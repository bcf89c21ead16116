// What reports call what was scanned.
#pragma once
#include <filesystem>
#include <string>

#include "finding/report.h"
#include "git/repository.h"

namespace keysift {

/// A repository's name, address, HEAD and branch; its summary is empty.
ScannedRepository described(const Repository& repository);

/// "redis" of "/srv/redis/" and of "redis.git"; of a folder that has no name, such as "/", all of it.
std::string folder_name(const std::filesystem::path& folder);

}  // namespace keysift
