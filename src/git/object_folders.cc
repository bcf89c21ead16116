#include "git/object_folders.h"

#include <algorithm>
#include <cstdlib>

namespace keysift {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

bool is_octal(std::string_view text) {
  return text.size() == 3 && text.find_first_not_of("01234567") == std::string_view::npos;
}

// Takes what follows a backslash off the front of `rest`, and returns the byte that it means.
char take_escaped(std::string_view& rest) {
  constexpr std::string_view kNames = "abfnrtv";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v";
  if (is_octal(rest.substr(0, 3))) {
    const int byte = (rest[0] - '0') * 64 + (rest[1] - '0') * 8 + (rest[2] - '0');
    rest.remove_prefix(3);
    return static_cast<char>(byte);
  }
  const char name = rest.front();
  rest.remove_prefix(1);
  const auto known = kNames.find(name);
  return known == std::string_view::npos ? name : kMeanings[known];
}

// Takes a quoted path off the front of `rest`, from its first quote to the one that ends it.
std::string take_quoted(std::string_view& rest) {
  std::string path;
  rest.remove_prefix(1);
  while (!rest.empty()) {
    const char byte = rest.front();
    rest.remove_prefix(1);
    if (byte == '"') break;
    path += byte == '\\' && !rest.empty() ? take_escaped(rest) : byte;
  }
  return path;
}

}  // namespace

std::vector<std::string> parse_path_list(std::string_view list) {
  std::vector<std::string> paths;
  while (!list.empty()) {
    auto path = list.front() == '"' ? take_quoted(list) : std::string();
    const auto end = std::min(list.find(':'), list.size());
    path += list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!path.empty()) paths.push_back(std::move(path));
  }
  return paths;
}

std::vector<std::filesystem::path> object_folders_of_environment() {
  std::vector<std::filesystem::path> folders;
  for (const char* name : {"GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH"}) {
    if (const auto folder = variable(name); !folder.empty()) folders.emplace_back(folder);
  }
  for (auto& path : parse_path_list(variable("GIT_ALTERNATE_OBJECT_DIRECTORIES")))
    folders.emplace_back(std::move(path));
  return folders;
}

}  // namespace keysift
