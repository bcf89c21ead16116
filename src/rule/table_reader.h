// Reading TOML whose values are texts and patterns.
#pragma once
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rule/pattern.h"
#include "rule/toml.h"

namespace keysift {

/// Reads one file: every complaint knows the file and the line it is about. All of it throws Failure,
/// "file:line: what is wrong, what would be right".
class TableReader {
 public:
  /// `checks_patterns`: compiles every pattern, and counts what all of them need, as for people's files.
  TableReader(std::string file, bool checks_patterns)
      : file_(std::move(file)), checks_patterns_(checks_patterns) {}

  const std::string& file() const { return file_; }
  bool checks_patterns() const { return checks_patterns_; }

  /// What messages say of where a node stands: "file:line".
  std::string place(const toml::node& at) const;

  [[noreturn]] void fail(const toml::node& at, const std::string& message) const;

  /// Complains of a key that is not `known`.
  void allow_keys(const toml::table& table, std::span<const std::string_view> known) const;
  void allow_keys(const toml::table& table, std::initializer_list<std::string_view> known) const {
    allow_keys(table, std::span(known.begin(), known.size()));
  }

  std::vector<const toml::table*> tables(const toml::node& node, const std::string& key) const;

  /// Empty if there is no such key.
  std::string text(const toml::table& table, std::string_view key) const;
  std::vector<std::string> texts(const toml::table& table, std::string_view key) const;
  std::vector<std::unique_ptr<Pattern>> patterns(const toml::table& table, std::string_view key);

  /// False if there is no such key.
  bool flag(const toml::table& table, std::string_view key) const;

  std::unique_ptr<Pattern> pattern(const toml::node& at, std::string regex);

  /// Whose patterns those are that come, for messages.
  void set_rule(std::string_view id);

 private:
  std::string file_;
  bool checks_patterns_;
  std::string of_rule_;
  std::size_t patterns_ = 0;
  std::size_t instructions_ = 0;
};

}  // namespace keysift
