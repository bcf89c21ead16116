// The data in rules/env/, as the build put it into the binary.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rule/built_in_files.h"
#include "rule/toml.h"

namespace keysift {

/// All files of rules/env/.
std::span<const BuiltInFile> env_data_files();

/// A table of such a file. What it does not have is empty.
class DataTable {
 public:
  explicit DataTable(toml::table table) : table_(std::move(table)) {}

  /// A whole file, such as "files.toml".
  static DataTable of_file(std::string_view name);

  std::string text(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::vector<DataTable> tables(std::string_view key) const;

 private:
  toml::table table_;
};

}  // namespace keysift
