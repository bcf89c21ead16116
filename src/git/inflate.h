// zlib streams.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

struct libdeflate_decompressor;
struct z_stream_s;

namespace keysift {

/// Inflates zlib streams whose inflated size is known. One for each thread.
class Inflater {
 public:
  /// How much more room than an object needs there must be behind it: up to some hundred bytes before the end
  /// of its room libdeflate takes its slow path, which most objects would not leave.
  static constexpr std::size_t kRoom = 320;

  Inflater();

  /// Inflates the zlib stream at the start of `stream` into `out`, which has room for `size` + kRoom bytes.
  /// False unless it is whole and gives exactly `size` bytes.
  bool inflate(std::string_view stream, char* out, std::size_t size);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const;
  };
  using Decompressor = std::unique_ptr<libdeflate_decompressor, Free>;
  // By whether a stream begins with a block of fixed codes: the one for those keeps their tables. Making them
  // anew after each other block took a tenth of the time for trees and commits.
  std::array<Decompressor, 2> decompressors_;
};

/// Whether a zlib stream of `packed` bytes can hold `size` bytes. Ask before making room for them: deflate
/// (RFC 1951) makes 258 bytes of two bits at best.
constexpr bool is_plausible(std::uint64_t size, std::size_t packed) { return size / 1032 <= packed; }

/// Inflates a zlib stream a part at a time, with zlib: libdeflate wants room for all of it.
class InflateStream {
 public:
  /// Inflates what is at the start of `stream`, which outlives this.
  explicit InflateStream(std::string_view stream);

  /// Inflates up to `size` bytes into `out` and returns how many: fewer at the end only, or where the stream
  /// is broken. Throws std::bad_alloc.
  std::size_t read(char* out, std::size_t size);

 private:
  struct Free {
    void operator()(z_stream_s* state) const;
  };
  std::unique_ptr<z_stream_s, Free> state_;
  std::string_view rest_;  // not yet given to zlib, which counts in 32 bits
};

}  // namespace keysift
