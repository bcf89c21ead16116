// What gzip files and zlib's streams hold. libarchive would lose the end of one that is cut short, and not
// tell of all.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace keysift {

/// The next bytes of a file or stream; none at its end. They live until the next call.
using NextBytes = std::function<std::string_view()>;

/// Takes gzip off (RFC 1952), from any number of members, which may have zeros between them; or zlib (RFC
/// 1950), from one stream.
class Gunzip {
 public:
  enum class Format { gzip, zlib };

  /// Throws std::bad_alloc.
  Gunzip(NextBytes packed, Format format);

  /// The next bytes; none at the end, and where nothing more can be had. They live until the next call.
  std::string_view next();

  /// After the end: why it came too early, in words; empty if it did not.
  const std::string& problem() const { return problem_; }

 private:
  struct Free {
    void operator()(z_stream_s* state) const;
  };

  bool refill();
  bool begin_member();
  void fail(const char* words);

  NextBytes packed_;
  Format format_;
  std::unique_ptr<z_stream_s, Free> state_;
  std::string block_;
  bool in_member_ = true;
  bool ended_ = false;
  std::string problem_;
};

}  // namespace keysift
