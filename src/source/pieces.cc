#include "source/pieces.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/stop.h"
#include "base/text.h"

namespace keysift {
namespace {

// Fills buffer[filled, wanted) as far as there is anything; `end` says that it went no further.
int fill(const ByteReader& read, std::string& buffer, std::size_t& filled, std::size_t wanted, bool& end) {
  constexpr std::size_t kLeast = 64 * 1024;
  buffer.reserve(wanted);  // memory that was never touched costs nothing, moving does
  while (filled < wanted) {
    // Bit by bit: most of what is read is small.
    if (filled >= buffer.size()) buffer.resize(std::min(wanted, std::max(kLeast, 2 * filled)));
    const auto got = read(buffer.data() + filled, std::min(wanted, buffer.size()) - filled);
    if (got < 0) return static_cast<int>(-got);
    if (got == 0) {
      end = true;
      return 0;
    }
    filled += static_cast<std::size_t>(got);
  }
  return 0;
}

}  // namespace

ByteReader reader_of(int file, std::uint64_t size) {
  return [file, size, read_before = std::uint64_t{0}, at_end = false](
             char* out, std::size_t wanted) mutable -> std::ptrdiff_t {
    while (!at_end) {
      const auto got = read(file, out, wanted);
      if (got < 0 && errno == EINTR && StopSignals::received() == 0) continue;
      if (got < 0) return -errno;
      const auto count = static_cast<std::size_t>(got);
      read_before += count;
      at_end = count < wanted && read_before == size;
      return got;
    }
    return 0;
  };
}

ByteReader limited(ByteReader read, std::uint64_t most) {
  return [read = std::move(read), left = most](char* out, std::size_t wanted) mutable -> std::ptrdiff_t {
    char more = 0;
    if (left == 0) {
      const auto got = read(&more, 1);
      return got > 0 ? -EFBIG : got;
    }
    const auto got = read(out, static_cast<std::size_t>(std::min<std::uint64_t>(wanted, left)));
    if (got > 0) left -= static_cast<std::uint64_t>(got);
    return got;
  };
}

Problem too_large(const Limits& limits) {
  return beyond(Cause::blob_size,
                "is larger than " + human_bytes(limits.blob_size) + "; the rest was not searched");
}

int read_pieces(const ByteReader& read, const Blob& whole, PieceSize size, std::string& buffer,
                const std::function<void(const Blob&)>& sink) {
  Blob piece = whole;
  std::size_t filled = 0;  // bytes in the buffer
  std::size_t own = 0;     // where this piece's own part begins
  bool end = false;
  for (;;) {
    const auto wanted = own + size.step + size.overlap;
    const int error = fill(read, buffer, filled, wanted, end);
    const bool last = end || error != 0;
    piece.bytes = std::string_view(buffer).substr(0, filled);
    piece.own_begin = own;
    piece.own_end = last ? SIZE_MAX : own + size.step;
    if (filled > 0) sink(piece);
    check_stop();  // what had come by then was searched
    if (last) return error;
    // The next piece keeps one overlap before its own part.
    const auto dropped = piece.own_end - std::min(piece.own_end, size.overlap);
    piece.start = advance(piece.start, piece.bytes.substr(0, dropped));
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(dropped),
              buffer.begin() + static_cast<std::ptrdiff_t>(filled), buffer.begin());
    own = piece.own_end - dropped;
    filled -= dropped;
  }
}

int read_file_pieces(int file, std::uint64_t size, std::uint64_t most, const Blob& whole, PieceSize pieces,
                     std::string& buffer, const std::function<void(const Blob&)>& sink) {
  // A small file is not asked for holes.
  if (size <= pieces.step + pieces.overlap)
    return read_pieces(limited(reader_of(file, size), most), whole, pieces, buffer, sink);
  auto part = whole;
  std::uint64_t offset = 0;
  for (;;) {
    const auto data = lseek(file, static_cast<off_t>(offset), SEEK_DATA);
    if (data < 0 && errno == ENXIO) return 0;  // but a hole
    const auto hole = data < 0 ? -1 : lseek(file, data, SEEK_HOLE);
    if (hole < 0 || lseek(file, data, SEEK_SET) < 0)
      return read_pieces(limited(reader_of(file), most), part, pieces, buffer, sink);  // it cannot be asked
    part.start.column += static_cast<std::uint64_t>(data) - offset;
    auto left = static_cast<std::uint64_t>(hole - data);
    const auto read = [&, next = limited(reader_of(file), most)](char* out, std::size_t wanted) {
      const auto got = next(out, static_cast<std::size_t>(std::min<std::uint64_t>(wanted, left)));
      if (got > 0) left -= static_cast<std::uint64_t>(got);
      return got;
    };
    const bool is_last = static_cast<std::uint64_t>(hole) >= size;
    auto end = part.start;
    const int error = read_pieces(read, part, pieces, buffer, [&](const Blob& piece) {
      sink(piece);
      if (!is_last) end = advance(piece.start, piece.bytes);
    });
    if (error != 0 || is_last) return error;
    most -= std::min(most, static_cast<std::uint64_t>(hole - data));
    part.start = end;
    offset = static_cast<std::uint64_t>(hole);
  }
}

}  // namespace keysift
