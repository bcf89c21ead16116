#include "detect/decoding.h"

#include <algorithm>
#include <cstdint>

namespace keysift {
namespace {

// Bytes that the encodings in one blob may always come to.
constexpr std::size_t kDecodedLeast = std::size_t{4} << 20;

}  // namespace

void Decoding::start(std::size_t size, std::size_t ratio) {
  bytes_ = 0;
  limit_ = kDecodedLeast + (size > SIZE_MAX / 2 / ratio ? SIZE_MAX / 2 : ratio * size);
  chain_.clear();
}

bool Decoding::count(std::size_t bytes) {
  bytes_ += bytes;
  return bytes_ <= limit_;
}

// Of several ways that are mixed, each is taken off first in turn, and all in all nothing is left out.
bool Decoding::is_nested(bool run, bool escaped) const {
  const auto is_run = [](std::string_view encoding) {
    return encoding == "base64" || encoding == "hex" || encoding.starts_with("utf-16");
  };
  const auto same = [&](std::string_view encoding) { return encoding == chain_.front(); };
  if (chain_.empty()) return false;
  return (run && std::all_of(chain_.begin(), chain_.end(), is_run)) ||
         (escaped && !is_run(chain_.front()) && std::all_of(chain_.begin(), chain_.end(), same));
}

}  // namespace keysift
