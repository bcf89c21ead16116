// What an environment file (`NAME=value` lines) holds.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "env/secret_files.h"
#include "finding/coverage.h"

namespace keysift {

/// A variable that the file gives a value.
struct EnvVariable {
  std::size_t line = 0;    ///< from 1
  std::string_view name;   ///< a view into the file's bytes
  std::string_view value;  ///< without quotes; of more than one line in quotes
  std::size_t begin = 0;   ///< where the value, with its quotes, begins in the file
  std::size_t end = 0;     ///< and ends
  bool commented = false;  ///< stands in a comment: `# NAME=value`
};

/// The variables of a file, in its order: `NAME=value`, `export NAME="value"`, `NAME: value`, as dotenv reads
/// them. What is no variable is passed over.
std::vector<EnvVariable> env_variables(std::string_view bytes);

/// The same file without values, for a template: names, comments and blank lines stay, and all else goes.
std::string example_of(std::string_view bytes);

/// The variables that a front end publishes and whose value is a secret key. `path` names the file; `is_key`
/// is asked of "NAME=value".
std::vector<EnvFinding> public_variables(const std::string& path, std::string_view bytes,
                                         const SecretFiles& secret_files,
                                         const std::function<bool(std::string_view)>& is_key);

}  // namespace keysift
