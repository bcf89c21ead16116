#include "detect/encoded_runs.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

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

// Digits of a block of this many bytes, a bit for each.
constexpr std::size_t kBlock = 64;

// Asking a table about each byte, or words of 16 bytes about what parts them, took longer.
std::uint64_t digits_of(const char* block) {
  using Vector [[gnu::vector_size(16)]] = std::uint8_t;
  constexpr Vector kBits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  std::uint64_t digits = 0;
  for (unsigned i = 0; i < kBlock; i += sizeof(Vector)) {
    Vector bytes;
    std::memcpy(&bytes, block + i, sizeof bytes);
    const auto is_digit = ((bytes | 0x20) - 'a' < 26) | (bytes - '/' <= '9' - '/') | (bytes == '+') |
                          (bytes == '-') | (bytes == '_');
    static_assert(std::endian::native == std::endian::little);
    std::array<std::uint64_t, 2> bits;
    const auto each = reinterpret_cast<Vector>(is_digit) & kBits;
    std::memcpy(bits.data(), &each, sizeof each);
    constexpr std::uint64_t kSum = 0x0101010101010101;  // of eight bytes, into the highest
    digits |= (bits[0] * kSum >> 56 | bits[1] * kSum >> 56 << 8) << i;
  }
  return digits;
}

#ifdef __x86_64__
// For either half of a byte, which of these groups of digits it can belong to: 0 to 9, '+' '-' '/', A to O,
// P to Z, '_'; the small letters are where the large ones are.
constexpr std::array<std::array<std::uint8_t, 16>, 2> kHalves = [] {
  std::array<std::array<std::uint8_t, 16>, 2> halves{};
  for (unsigned byte = 0; byte < 128; ++byte) {
    const auto c = static_cast<char>(byte);
    if (base64_value(c) < 0) continue;
    const unsigned high = byte >> 4;
    const unsigned group = high == 3 ? 1 : high == 2 ? 2 : c == '_' ? 16 : high % 2 == 0 ? 4 : 8;
    halves[0].at(byte & 15) |= static_cast<std::uint8_t>(group);
    halves[1].at(high) |= static_cast<std::uint8_t>(group);
  }
  return halves;
}();

[[gnu::target("avx2")]] std::uint64_t digits_with_avx2(const char* block) {
  const auto load = [](const auto& halves) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(halves.data()));
  };
  const auto low_halves = _mm256_broadcastsi128_si256(load(kHalves[0]));
  const auto high_halves = _mm256_broadcastsi128_si256(load(kHalves[1]));
  const auto half = _mm256_set1_epi8(15);
  std::uint64_t digits = 0;
  for (unsigned i = 0; i < kBlock; i += 32) {
    const auto bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + i));
    const auto low = _mm256_shuffle_epi8(low_halves, _mm256_and_si256(bytes, half));
    const auto high = _mm256_shuffle_epi8(high_halves, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half));
    const auto none = _mm256_cmpeq_epi8(_mm256_and_si256(low, high), _mm256_setzero_si256());
    digits |= std::uint64_t{~static_cast<std::uint32_t>(_mm256_movemask_epi8(none))} << i;
  }
  return digits;
}

#endif

// Where kShortestEncodedRun digits in a row begin, a bit for each such place.
std::uint64_t beginnings(std::uint64_t digits) {
  static_assert(kShortestEncodedRun == 27);
  digits &= digits >> 1;
  digits &= digits >> 2;
  digits &= digits >> 4;
  digits &= digits >> 8;
  return digits & digits >> 11;
}

// Where the next run of at least kShortestEncodedRun digits from `at` on begins. The end if there is none.
template <std::uint64_t digits_of_whole(const char*)>
[[gnu::always_inline]] inline std::size_t next_run_by(std::string_view bytes, std::size_t at) {
  std::size_t open = 0;  // digits before the block
  for (; at < bytes.size(); at += kBlock) {
    std::uint64_t digits;
    if (bytes.size() - at >= kBlock) {
      digits = digits_of_whole(bytes.data() + at);
    } else {
      std::array<char, kBlock> last{};
      std::memcpy(last.data(), bytes.data() + at, bytes.size() - at);
      digits = digits_of(last.data());
    }
    if (open + static_cast<std::size_t>(std::countr_one(digits)) >= kShortestEncodedRun) return at - open;
    if (const auto found = beginnings(digits); found != 0)
      return at + static_cast<std::size_t>(std::countr_zero(found));
    open = static_cast<std::size_t>(std::countl_one(digits));
  }
  return bytes.size();
}

#ifdef __x86_64__
std::size_t next_run_anywhere(std::string_view bytes, std::size_t at) {
  return next_run_by<digits_of>(bytes, at);
}
[[gnu::target("avx2")]] std::size_t next_run_with_avx2(std::string_view bytes, std::size_t at) {
  return next_run_by<digits_with_avx2>(bytes, at);
}
const auto next_run = __builtin_cpu_supports("avx2") != 0 ? next_run_with_avx2 : next_run_anywhere;
#else
constexpr auto next_run = next_run_by<digits_of>;
#endif

constexpr std::size_t kWindow = 16;

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

}  // namespace

void find_encoded_runs(std::string_view bytes, std::vector<EncodedRun>& runs) {
  for (auto begin = next_run(bytes, 0); begin < bytes.size();) {
    auto end = begin + kShortestEncodedRun;
    while (end < bytes.size() && is(bytes[end], kDigit)) ++end;
    // Text that begins in a stride may end in the next one. To look to the run's end for it took 85 s for 64
    // MB of one letter.
    for (auto from = begin; from < end; from += kStride)
      add_text(bytes.substr(from, std::min(end - from, kStride + 2 * kText)), from, runs);
    begin = next_run(bytes, end);
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
