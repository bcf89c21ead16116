#include "audit/description.h"

#include <system_error>

#include "git/remote_address.h"

namespace keysift {

ScannedRepository described(const Repository& repository) {
  ScannedRepository described;
  described.url = public_address(repository.remote_address());
  described.name = name_at(described.url);
  if (described.name.empty())
    described.name = folder_name(repository.work_tree().value_or(repository.common_dir()));
  described.branch = repository.branch();
  if (const auto head = repository.head()) described.revision = head->hex();
  return described;
}

std::string folder_name(const std::filesystem::path& folder) {
  std::error_code error;
  const auto path = std::filesystem::canonical(folder, error);
  const auto name = path.extension() == ".git" ? path.stem().native() : path.filename().native();
  return error || name.empty() ? folder.native() : name;
}

}  // namespace keysift
