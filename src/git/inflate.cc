#include "git/inflate.h"

#include <libdeflate.h>

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

}  // namespace keysift
