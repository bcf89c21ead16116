// What the keyword search looks for: keywords, and what is left of those that are encoded or in pieces.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/keyword_search.h"
#include "rule/rule.h"

namespace keysift {

/// What it means that a literal was found.
struct Sign {
  enum Kind : std::uint8_t {
    keyword,  ///< the beginning or another part of secrets, such as "sk-proj-"
    common,   ///< one that begins secrets, but also ends words of any text, such as "sk-"
    name,     ///< what only stands near secrets, such as "api_key"
    utf16,    ///< a keyword's beginning in UTF-16
    escaped,  ///< a character of keywords, escaped
    cut,      ///< the beginning of keywords with a quote behind
    packed,   ///< the beginning of compressed data in base64
  } kind = keyword;
  std::uint32_t index = 0;  ///< of the first three: the rule; of what is escaped or cut: the rests
  bool is_plain() const { return kind <= name; }
};

/// The literals for some rules.
class Literals {
 public:
  /// `encoded`: also those that are not plain.
  Literals(std::span<const Rule> rules, bool encoded);

  const std::vector<Literal>& texts() const { return texts_; }
  const Sign& sign(std::size_t literal) const { return signs_[literal]; }

  /// Whether what is round a literal that is `escaped` or `cut`, and stands in `bytes` from `begin` to `end`,
  /// makes it one of its keywords.
  bool makes_keyword(const Sign& sign, std::string_view bytes, std::size_t begin, std::size_t end) const;

 private:
  // What must stand before and after a part of a keyword, so that it is the keyword.
  struct Rest {
    std::string before;
    std::string after;
  };
  void add(std::string text, bool any_case, Sign sign);
  void add_escaped(const std::string& keyword);
  void add_cut(const std::string& keyword);
  std::vector<Rest>& rests_of(Sign::Kind kind, const std::string& part);

  std::vector<Literal> texts_;
  std::vector<Sign> signs_;  // of each
  std::vector<std::vector<Rest>> rests_;
  std::map<std::pair<Sign::Kind, std::string>, std::uint32_t> parts_;  // where the rests of each part are
};

}  // namespace keysift
