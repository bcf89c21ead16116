// What all fuzzers need: taking an input apart, and saying what does not hold.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

namespace keysift::test {

/// Unless `holds`, says what does not and ends the program, which is what libFuzzer takes for a crash.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "fuzzer: " << what << '\n';
  std::abort();
}

/// Takes an input apart; where it is at its end, zeros and nothing.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  unsigned byte() {
    const auto taken = bytes(1);
    return taken.empty() ? 0 : static_cast<unsigned char>(taken.front());
  }
  std::string_view bytes(std::size_t size) {
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  /// What stands before the next `end`, which is taken, too.
  std::string_view before(char end) {
    const auto taken = bytes(rest_.find(end));
    bytes(1);
    return taken;
  }
  std::string_view rest() { return bytes(rest_.size()); }

 private:
  std::string_view rest_;
};

/// An input that would take too much time or memory, and is not worth keeping.
struct TooLarge {};

/// Gives an input to the one of `parts` that its first byte picks. Returns what libFuzzer wants to know.
inline int give(std::span<void (*const)(Input)> parts, const std::uint8_t* data, std::size_t size) {
  Input input({reinterpret_cast<const char*>(data), size});
  const auto part = parts[input.byte() % parts.size()];
  try {
    part(input);
  } catch (const TooLarge&) {
    return -1;
  }
  return 0;
}

}  // namespace keysift::test
