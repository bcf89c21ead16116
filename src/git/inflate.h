// zlib streams.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>

struct libdeflate_decompressor;

namespace keysift {

/// Inflates zlib streams whose inflated size is known. One for each thread.
class Inflater {
 public:
  Inflater();

  /// Inflates the zlib stream at the start of `stream` into `out`. False unless it is whole and gives exactly
  /// `size` bytes.
  bool inflate(std::string_view stream, char* out, std::size_t size);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const;
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
};

}  // namespace keysift
