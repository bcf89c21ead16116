#include "source/gunzip.h"

#include <zlib.h>

#include <new>
#include <utility>

#include "base/emergency.h"

namespace keysift {

void Gunzip::Free::operator()(z_stream_s* state) const {
  inflateEnd(state);
  delete state;
}

Gunzip::Gunzip(NextBytes packed, Format format)
    : packed_(std::move(packed)), format_(format), state_(new z_stream_s{}), block_(64 * 1024, '\0') {
  constexpr int kGzip = 16;  // and nothing else; zlib compares checksum and length
  if (inflateInit2(state_.get(), (format == Format::gzip ? kGzip : 0) + MAX_WBITS) != Z_OK)
    throw std::bad_alloc();
}

// Makes sure that there is something to read. False at the end.
bool Gunzip::refill() {
  if (state_->avail_in > 0) return true;
  const auto bytes = packed_();
  state_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
  state_->avail_in = static_cast<uInt>(bytes.size());
  return !bytes.empty();
}

// Goes on to the next member, if there is one. What else follows is nothing that gzip would unpack.
bool Gunzip::begin_member() {
  constexpr Bytef kFirst = 0x1f;
  if (format_ == Format::zlib) return false;
  while (refill() && *state_->next_in == 0) {
    ++state_->next_in;
    --state_->avail_in;
  }
  in_member_ = state_->avail_in > 0 && *state_->next_in == kFirst && inflateReset(state_.get()) == Z_OK;
  return in_member_;
}

void Gunzip::fail(const char* words) {
  ended_ = true;
  problem_ = (format_ == Format::gzip ? "gzip data " : "zlib data ") + std::string(words);
}

std::string_view Gunzip::next() {
  state_->next_out = reinterpret_cast<Bytef*>(block_.data());
  state_->avail_out = static_cast<uInt>(block_.size());
  while (!ended_ && state_->avail_out > 0) {
    if (!in_member_ && !begin_member()) {
      ended_ = true;
    } else if (!refill()) {
      fail("is cut short");
    } else {
      const int status = inflate(state_.get(), Z_NO_FLUSH);
      if (status == Z_MEM_ERROR) end_out_of_memory();  // libarchive, which may ask, knows no exceptions
      if (status == Z_STREAM_END) in_member_ = false;
      if (status != Z_OK && status != Z_STREAM_END) fail("is broken");
    }
  }
  return std::string_view(block_).substr(0, block_.size() - state_->avail_out);
}

}  // namespace keysift
