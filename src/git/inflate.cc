#include "git/inflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace keysift {

void Inflater::Free::operator()(libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

Inflater::Inflater() : decompressor_(libdeflate_alloc_decompressor()) {
  if (!decompressor_) throw std::bad_alloc();
}

bool Inflater::inflate(std::string_view stream, char* out, std::size_t size) {
  std::size_t read = 0;
  std::size_t written = 0;
  return libdeflate_zlib_decompress_ex(decompressor_.get(), stream.data(), stream.size(), out, size, &read,
                                       &written) == LIBDEFLATE_SUCCESS &&
         written == size;
}

void InflateStream::Free::operator()(z_stream_s* state) const {
  inflateEnd(state);
  delete state;
}

InflateStream::InflateStream(std::string_view stream) : state_(new z_stream_s{}), rest_(stream) {
  if (inflateInit(state_.get()) != Z_OK) throw std::bad_alloc();
}

std::size_t InflateStream::read(char* out, std::size_t size) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  std::size_t done = 0;
  for (int status = Z_OK; status == Z_OK && done < size;) {
    const auto room = std::min(size - done, kMost);
    const auto input = std::min(rest_.size(), kMost);
    state_->next_out = reinterpret_cast<Bytef*>(out + done);
    state_->avail_out = static_cast<uInt>(room);
    state_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));  // zlib only reads it
    state_->avail_in = static_cast<uInt>(input);
    status = inflate(state_.get(), Z_NO_FLUSH);
    rest_.remove_prefix(input - state_->avail_in);
    done += room - state_->avail_out;
  }
  return done;
}

}  // namespace keysift
