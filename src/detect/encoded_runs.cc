#include "detect/encoded_runs.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "detect/characters.h"

namespace keysift {
namespace {

// How many bytes of text must be found together.
constexpr std::size_t kText = 18;

// In a run of more digits, text is looked for anew after so many: no more are decoded at once.
constexpr std::size_t kStride = 12 * 1024;

// What a character can be.
enum : std::uint8_t {
  kDigit = 1,   // of base64
  kFirst = 2,   // the first, second or third of four base64 digits that stand for ASCII: one bit of
  kSecond = 4,  // each is the highest of a byte
  kThird = 8,
  kHexFirst = 16,  // the first of two hexadecimal digits that stand for a printable character
  kHexDigit = 32,
};

constexpr auto kRoles = [] {
  std::array<std::uint8_t, 256> roles{};
  for (std::size_t byte = 0; byte < roles.size(); ++byte) {
    const auto c = static_cast<char>(byte);
    unsigned role = 0;
    if (const int value = base64_value(c); value >= 0)
      role |= kDigit | ((value & 32) == 0 ? kFirst : 0) | ((value & 8) == 0 ? kSecond : 0) |
              ((value & 2) == 0 ? kThird : 0);
    if (hex_value(c) >= 0) role |= kHexDigit;
    if (c >= '2' && c <= '7') role |= kHexFirst;
    roles[byte] = static_cast<std::uint8_t>(role);
  }
  return roles;
}();

bool is(char c, unsigned role) { return (kRoles[static_cast<unsigned char>(c)] & role) != 0; }

// The same digit over and over is padding: of zeros, or what a program fills memory with.
bool is_ascii_group(const char* four) {
  std::uint32_t all;
  std::memcpy(&all, four, sizeof all);
  return is(four[0], kFirst) && is(four[1], kSecond) && is(four[2], kThird) && all != std::rotl(all, 8);
}
bool is_printable_pair(const char* two) { return is(two[0], kHexFirst) && is(two[1], kHexDigit); }

// Where, in groups of `width` characters that begin at a multiple of that from `begin` on, `count` in a row
// are good. Looks at the last of so many first: most text costs one look for so many groups.
template <typename IsGood>
std::optional<std::size_t> find_groups(std::string_view run, std::size_t begin, std::size_t width,
                                       std::size_t count, IsGood&& is_good) {
  std::size_t good_before = begin;  // all from the group here to the one looked at last are good
  for (auto end = begin + width * count; end <= run.size(); end = good_before + width * count) {
    auto group = end - width;
    while (is_good(run.data() + group)) {
      if (group == good_before) return good_before;
      group -= width;
    }
    good_before = group + width;
  }
  return std::nullopt;
}

// Adds where text is found first in each of the encodings.
void add_text(std::string_view run, std::size_t offset, std::vector<EncodedRun>& runs) {
  for (std::size_t begin = 0; begin < 2; ++begin) {
    if (const auto at = find_groups(run, begin, 2, kText, is_printable_pair))
      runs.push_back({offset + *at, true});
  }
  for (std::size_t begin = 0; begin < 4; ++begin) {
    if (const auto at = find_groups(run, begin, 4, kText / 3, is_ascii_group))
      runs.push_back({offset + *at, false});
  }
}

// Every run that is long enough has all bytes of a window that begins at a multiple of kStep.
constexpr std::size_t kWindow = 16;
constexpr std::size_t kStep = 12;
static_assert(kShortestEncodedRun >= kWindow + kStep - 1);

// Which bytes of a window do not part words: parted by controls, blanks, most punctuation, and no ASCII. All
// bits of a byte are set, or none. Asking a table about single bytes cost twice as much.
struct Joins {
  explicit Joins(const char* bytes) {
    using Vector [[gnu::vector_size(kWindow)]] = std::uint8_t;
    Vector window;
    std::memcpy(&window, bytes, sizeof window);
    const auto joins = ((window - '+') <= '9' - '+') | ((window - '@') <= 0x7f - '@');
    static_assert(sizeof joins == kWindow && std::endian::native == std::endian::little);
    std::memcpy(&low, &joins, sizeof low);
    std::memcpy(&high, reinterpret_cast<const char*>(&joins) + sizeof low, sizeof high);
  }

  bool all() const { return (low & high) == UINT64_MAX; }
  std::size_t at_front() const {
    return static_cast<std::size_t>(low == UINT64_MAX ? 64 + std::countr_one(high) : std::countr_one(low)) /
           8;
  }
  std::size_t at_back() const {
    return static_cast<std::size_t>(high == UINT64_MAX ? 64 + std::countl_one(low) : std::countl_one(high)) /
           8;
  }

  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

// Where the next window from `at` on begins in which nothing parts words. The end if there is none.
std::size_t next_window(std::string_view bytes, std::size_t at) {
  for (; at + kWindow <= bytes.size(); at += kStep) {
    if (Joins(bytes.data() + at).all()) return at;
  }
  return bytes.size();
}

}  // namespace

void find_encoded_runs(std::string_view bytes, std::vector<EncodedRun>& runs) {
  const auto is_digit = [](char c) { return is(c, kDigit); };
  std::size_t done = 0;
  for (auto at = next_window(bytes, 0); at < bytes.size(); at = next_window(bytes, at)) {
    const auto window = bytes.substr(at, kWindow);
    if (!std::all_of(window.begin(), window.end(), is_digit)) {
      at += kStep;
      continue;
    }
    auto begin = at;
    while (begin > done && is_digit(bytes[begin - 1])) --begin;
    done = at + kWindow;
    while (done < bytes.size() && is_digit(bytes[done])) ++done;
    at = done;
    if (done - begin < kShortestEncodedRun) continue;
    // Text that begins in a stride may end in the next one. To look to the run's end for it took 85 s for 64
    // MB of one letter.
    for (auto from = begin; from < done; from += kStride)
      add_text(bytes.substr(from, std::min(done - from, kStride + 2 * kText)), from, runs);
  }
}

std::size_t run_before(std::string_view bytes, std::size_t at, std::size_t most) {
  std::size_t run = 0;
  while (run < most) {
    if (at - run < kWindow) return std::min(at, most);
    const auto more = Joins(bytes.data() + at - run - kWindow).at_back();
    run += more;
    if (more < kWindow) break;
  }
  return std::min(run, most);
}

std::size_t run_after(std::string_view bytes, std::size_t at, std::size_t most) {
  std::size_t run = 0;
  while (run < most) {
    if (bytes.size() - at - run < kWindow) return std::min(bytes.size() - at, most);
    const auto more = Joins(bytes.data() + at + run).at_front();
    run += more;
    if (more < kWindow) break;
  }
  return std::min(run, most);
}

}  // namespace keysift
