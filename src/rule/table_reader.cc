#include "rule/table_reader.h"

#include <algorithm>

#include "base/failure.h"
#include "base/text.h"

namespace keysift {
namespace {

// Of one file. The built-in rules have 532 patterns of 287,000 instructions; seven times that take a second
// to compile.
constexpr std::size_t kMaxPatterns = 1'000;
constexpr std::size_t kMaxInstructions = 2'000'000;

// Of what RE2 says, which may quote a pattern whole.
constexpr std::size_t kMostShown = 200;

}  // namespace

std::string TableReader::place(const toml::node& at) const {
  return file_ + ":" + std::to_string(at.source().begin.line);
}

void TableReader::set_rule(std::string_view id) {
  of_rule_ = id.empty() ? "" : " of rule '" + printable(id) + "'";
}

void TableReader::fail(const toml::node& at, const std::string& message) const {
  throw Failure(place(at) + ": " + printable(message));
}

void TableReader::allow_keys(const toml::table& table, std::span<const std::string_view> known) const {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    std::string message = "unknown key '" + std::string(key.str()) + "'; known here are";
    for (const auto name : known) message += (name == known.front() ? " " : ", ") + std::string(name);
    fail(node, message);
  }
}
std::vector<const toml::table*> TableReader::tables(const toml::node& node, const std::string& key) const {
  const auto* list = node.as_array();
  if (list == nullptr) fail(node, "'" + key + "' must be a list of tables: [[" + key + "]]");
  std::vector<const toml::table*> result;
  for (const auto& item : *list) {
    if (!item.is_table()) fail(item, "'" + key + "' must be a list of tables: [[" + key + "]]");
    result.push_back(item.as_table());
  }
  return result;
}

std::string TableReader::text(const toml::table& table, std::string_view key) const {
  const auto* node = table.get(key);
  if (node == nullptr) return {};
  const auto* value = node->as_string();
  if (value == nullptr) fail(*node, "'" + std::string(key) + "' must be a string");
  return value->get();
}

std::vector<std::string> TableReader::texts(const toml::table& table, std::string_view key) const {
  std::vector<std::string> result;
  const auto* node = table.get(key);
  if (node == nullptr) return result;
  const auto* list = node->as_array();
  if (list == nullptr) fail(*node, "'" + std::string(key) + "' must be a list of strings");
  for (const auto& item : *list) {
    if (!item.is_string()) fail(item, "'" + std::string(key) + "' must be a list of strings");
    result.push_back(item.as_string()->get());
  }
  return result;
}

std::unique_ptr<Pattern> TableReader::pattern(const toml::node& at, std::string regex, std::int64_t memory) {
  auto result = std::make_unique<Pattern>(std::move(regex), memory);
  if (check_ == PatternCheck::none) return result;
  if (const auto error = compiles_patterns() ? result->error() : result->syntax_error())
    fail(at, "RE2 refuses the pattern" + of_rule_ + ": " + error->substr(0, kMostShown));
  if (++patterns_ > kMaxPatterns)
    fail(at, "this is the " + std::to_string(patterns_) + "st pattern; a file may have " +
                 std::to_string(kMaxPatterns));
  const auto size =
      compiles_patterns() ? static_cast<std::size_t>(result->size()) : size_estimate(result->text());
  instructions_ += std::min(size, kMaxInstructions + 1);
  if (instructions_ > kMaxInstructions)
    fail(at, "the patterns up to here are too large together; a file may have " +
                 std::to_string(kMaxInstructions) + " instructions of RE2");
  return result;
}

bool TableReader::flag(const toml::table& table, std::string_view key) const {
  const auto* node = table.get(key);
  if (node == nullptr) return false;
  if (!node->is_boolean()) fail(*node, "'" + std::string(key) + "' must be true or false");
  return node->as_boolean()->get();
}

}  // namespace keysift
