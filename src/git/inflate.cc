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

Inflater::Inflater() {
  for (auto& decompressor : decompressors_) {
    decompressor.reset(libdeflate_alloc_decompressor());
    if (!decompressor) throw std::bad_alloc();
  }
}

bool Inflater::inflate(std::string_view stream, char* out, std::size_t size) {
  // RFC 1950: two bytes of header; RFC 1951, 3.2.3: a bit, then two for the type of the block.
  constexpr std::size_t kHeader = 2;
  const bool fixed = stream.size() > kHeader && (stream[kHeader] >> 1 & 3) == 1;
  std::size_t read = 0;
  std::size_t written = 0;
  return libdeflate_zlib_decompress_ex(decompressors_[fixed ? 1 : 0].get(), stream.data(), stream.size(), out,
                                       size + kRoom, &read, &written) == LIBDEFLATE_SUCCESS &&
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
    if (status == Z_MEM_ERROR) throw std::bad_alloc();  // which is no broken stream
    rest_.remove_prefix(input - state_->avail_in);
    done += room - state_->avail_out;
  }
  return done;
}

}  // namespace keysift
