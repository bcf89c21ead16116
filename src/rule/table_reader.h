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

/// How patterns are looked at when they are read, and how much all of them together need.
enum class PatternCheck {
  none,    ///< not at all: the built-in rules, which the tests compile
  syntax,  ///< what RE2 would refuse but for lack of memory: of hundreds of rules a run uses some
  compile,
};

/// Reads one file: every complaint knows the file and the line it is about. All of it throws Failure,
/// "file:line: what is wrong, what would be right".
class TableReader {
 public:
  TableReader(std::string file, PatternCheck check) : file_(std::move(file)), check_(check) {}

  const std::string& file() const { return file_; }

  /// Whether patterns are compiled when they are read.
  bool compiles_patterns() const { return check_ == PatternCheck::compile; }

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

  /// What `make`, which takes a node and a text as pattern() does, makes of each text.
  template <typename Make>
  std::vector<std::shared_ptr<Pattern>> patterns(const toml::table& table, std::string_view key,
                                                 Make&& make) {
    std::vector<std::shared_ptr<Pattern>> result;
    const auto all = texts(table, key);
    for (std::size_t i = 0; i < all.size(); ++i)
      result.push_back(make(*table.get(key)->as_array()->get(i), all[i]));
    return result;
  }

  /// False if there is no such key.
  bool flag(const toml::table& table, std::string_view key) const;

  /// A pattern with so many bytes of memory. Throws Failure when RE2 refuses it, or the file has too many or
  /// too large ones.
  std::unique_ptr<Pattern> pattern(const toml::node& at, std::string regex,
                                   std::int64_t memory = kMaxPatternMemory);

  /// Whose patterns those are that come, for messages; empty: no rule's.
  void set_rule(std::string_view id);

 private:
  std::string file_;
  PatternCheck check_;
  std::string of_rule_;
  std::size_t patterns_ = 0;
  std::size_t instructions_ = 0;
};

}  // namespace keysift
