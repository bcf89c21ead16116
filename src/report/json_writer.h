// Writing JSON as it comes, without holding it: a hundred thousand findings as a tree of values took four
// times as long, and hundreds of megabytes.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "report/output.h"

namespace keysift {

/// Writes one JSON text (RFC 8259) in ASCII: whatever a repository holds, no terminal obeys it. A field goes
/// into an object, an element into an array; the functions that are passed in write what is inside. Strings
/// may be any bytes: what is no UTF-8 becomes U+FFFD.
class JsonWriter {
 public:
  /// indented: one value a line, two blanks a level; narrow: one blank; line: all in one line.
  enum class Layout { indented, narrow, line };

  JsonWriter(const Output& out, Layout layout) : out_(out), layout_(layout) {}

  /// The whole text, one object, and the newline after it.
  void document(const std::invocable auto& inside) { whole('{', '}', inside); }

  /// The whole text, one array.
  void list(const std::invocable auto& inside) { whole('[', ']', inside); }

  void object(std::string_view key, const std::invocable auto& inside) {
    name(key);
    nested('{', '}', inside);
  }

  /// `inside` calls element() or value().
  void array(std::string_view key, const std::invocable auto& inside) {
    name(key);
    nested('[', ']', inside);
  }

  /// An object in an array.
  void element(const std::invocable auto& inside) {
    separate();
    nested('{', '}', inside);
  }

  /// A string in an array.
  void value(std::string_view text) {
    separate();
    string(text);
  }

  /// What is not there is null.
  void field(std::string_view key, std::string_view text) {
    name(key);
    string(text);
  }
  void field(std::string_view key, const char* text) { field(key, std::string_view(text)); }
  template <std::unsigned_integral T>
  void field(std::string_view key, T value) {
    name(key);
    if constexpr (std::same_as<T, bool>) {
      buffer_ += value ? "true" : "false";
    } else {
      buffer_ += std::to_string(value);
    }
  }
  /// By the fewest digits that tell it from other numbers of its type.
  void field(std::string_view key, float value);
  void field(std::string_view key, std::nullptr_t) {
    name(key);
    buffer_ += "null";
  }
  template <typename T>
  void field(std::string_view key, const std::optional<T>& value) {
    value ? field(key, *value) : field(key, nullptr);
  }

 private:
  void whole(char begin, char end, const std::invocable auto& inside) {
    nested(begin, end, inside);
    buffer_ += '\n';
    hand_on();
  }

  void nested(char begin, char end, const std::invocable auto& inside) {
    buffer_ += begin;
    ++depth_;
    empty_ = true;
    inside();
    --depth_;
    if (!empty_) new_line();
    buffer_ += end;
    empty_ = false;
    if (buffer_.size() >= kFull) hand_on();
  }

  void name(std::string_view key);
  void separate();
  void new_line();
  void string(std::string_view text);
  void hand_on();

  static constexpr std::size_t kFull = 64 << 10;

  const Output& out_;
  Layout layout_;
  std::size_t depth_ = 0;
  bool empty_ = true;  ///< nothing yet in the innermost object or array
  std::string buffer_;
};

}  // namespace keysift
