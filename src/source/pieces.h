// Reading what may be larger than memory should hold.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "source/blob.h"

namespace keysift {

/// How a large file is cut: each piece answers for `step` bytes and sees `overlap` more on both sides.
struct PieceSize {
  std::size_t step = 4 * 1024 * 1024;
  std::size_t overlap = 64 * 1024;
};

/// How sources read.
struct ReadOptions {
  PieceSize pieces;
  Limits limits;
  std::size_t memory = std::size_t{512} << 20;  ///< bytes of a git blob that a worker may hold
};

/// Reads up to `size` bytes into `out`. Returns how many: 0 at the end; or an errno, negative.
using ByteReader = std::function<std::ptrdiff_t(char* out, std::size_t size)>;

/// The bytes of a file from an offset on: as many as are asked for, fewer at its end or where it cannot be
/// read. They live until the next call.
using BytesAt = std::function<std::string_view(std::uint64_t at, std::size_t size)>;

/// Reads a file descriptor. `size` is what fstat() says of a regular file, 0 if that is not known: a read
/// that stops short there is taken for the last, without asking for more.
ByteReader reader_of(int file, std::uint64_t size = 0);

/// Reads a regular file as read_pieces() does, but for its holes, if it has any: they hold zeros, and may be
/// larger than any disk. `size` is what fstat() says. No more than `most` bytes are read: then EFBIG.
int read_file_pieces(int file, std::uint64_t size, std::uint64_t most, const Blob& whole, PieceSize pieces,
                     std::string& buffer, const std::function<void(const Blob&)>& sink);

/// `read` up to `most` bytes; if there are more, what comes after them is -EFBIG.
ByteReader limited(ByteReader read, std::uint64_t most);

/// The problem of a file or blob whose bytes after limits.blob_size were not searched.
Problem too_large(const Limits& limits);

/// Reads to the end and calls `sink` with each piece as a blob that otherwise is like `whole`. What is
/// shorter than step + overlap is one piece. `buffer` is kept by the caller so that it is allocated once.
/// Returns 0, or the errno of the read that failed; what was read before it has been handed on.
int read_pieces(const ByteReader& read, const Blob& whole, PieceSize size, std::string& buffer,
                const std::function<void(const Blob&)>& sink);

}  // namespace keysift
