// Reading what may be larger than memory should hold.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "source/blob.h"

namespace keysift {

/// How a large file is cut: each piece answers for `step` bytes and sees `overlap` more on both sides.
struct PieceSize {
  std::size_t step = 4 * 1024 * 1024;
  std::size_t overlap = 64 * 1024;
};

/// Reads a file descriptor to its end and calls `sink` with each piece as a blob that otherwise is like
/// `whole`. A file shorter than step + overlap is one piece. `buffer` is kept by the caller so that it is
/// allocated once. Returns 0, or the errno of the read that failed; what was read before it has been handed
/// on.
int read_pieces(int file, const Blob& whole, PieceSize size, std::string& buffer,
                const std::function<void(const Blob&)>& sink);

}  // namespace keysift
