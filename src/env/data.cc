#include "env/data.h"

#include <algorithm>
#include <utility>

namespace keysift {

DataTable DataTable::of_file(std::string_view name) {
  const auto files = env_data_files();
  const auto is_it = [&](const BuiltInFile& file) { return file.name.ends_with(name); };
  return DataTable(parse_toml(std::find_if(files.begin(), files.end(), is_it)->text, std::string(name)));
}

std::string DataTable::text(std::string_view key) const { return table_[key].value_or(std::string()); }

std::vector<std::string> DataTable::texts(std::string_view key) const {
  std::vector<std::string> result;
  if (const auto* list = table_[key].as_array())
    for (const auto& item : *list) result.push_back(item.value_or(std::string()));
  return result;
}

std::vector<DataTable> DataTable::tables(std::string_view key) const {
  std::vector<DataTable> result;
  if (const auto* list = table_[key].as_array())
    for (const auto& item : *list)
      if (const auto* table = item.as_table()) result.emplace_back(*table);
  return result;
}

}  // namespace keysift
