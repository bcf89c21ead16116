#include "source/contents.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/emergency.h"

namespace keysift {
namespace {

// One block after the other.
NextBytes blocks_of(const BytesAt& bytes) {
  return [&bytes, at = std::uint64_t{0}]() mutable {
    const auto block = bytes(at, kArchiveBlock);
    at += block.size();
    return block;
  };
}

}  // namespace

Contents::Contents(Kind kind, const Source& source) {
  if (kind == Kind::gzip || kind == Kind::zlib) {
    const auto format = kind == Kind::gzip ? Gunzip::Format::gzip : Gunzip::Format::zlib;
    next_ = [gunzip = std::make_shared<Gunzip>(blocks_of(source.bytes), format), this] {
      const auto block = gunzip->next();
      if (block.empty()) problem_ = gunzip->problem();
      return block;
    };
  } else if (kind == Kind::tar) {
    next_ = blocks_of(source.bytes);
  } else {
    unpack(kind, source);
  }
}

void Contents::unpack(Kind kind, const Source& source) {
  reader_ = unpacking_reader(kind);
  auto* reader = reader_.get();
  const auto entry = new_entry(reader);
  const int status = source.open(reader);
  // An empty file opens, and so does one that is broken from its beginning; but not without an error.
  if (archive_errno(reader) != 0) problem_ = words_of(reader);
  const bool opened = status == ARCHIVE_OK && archive_read_next_header2(reader, entry.get()) == ARCHIVE_OK;
  next_ = [this, reader, ended = !opened]() mutable -> std::string_view {
    if (ended) return {};
    const void* data = nullptr;
    std::size_t length = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(reader, &data, &length, &offset);
    // Not by an exception: another of libarchive's readers may ask.
    if (archive_errno(reader) == ENOMEM) end_out_of_memory();
    ended = result != ARCHIVE_OK;
    if (ended && result != ARCHIVE_EOF) problem_ = words_of(reader);
    if (ended) return {};
    return {static_cast<const char*>(data), length};
  };
}

std::string_view Contents::next() {
  if (!std::exchange(again_, false)) {
    start_ += block_.size();
    block_ = next_();
  }
  return block_;
}

std::string_view Contents::peek() {
  next();
  again_ = true;
  return block_;
}

int Contents::open(archive* reader) {
  const auto give = [](archive* to, void* from, const void** out) -> la_ssize_t {
    auto& contents = *static_cast<Contents*>(from);
    const auto block = contents.next();
    *out = block.data();
    if (!block.empty() || contents.problem_.empty()) return static_cast<la_ssize_t>(block.size());
    archive_set_error(to, EILSEQ, "%s", contents.problem_.c_str());
    return ARCHIVE_FATAL;
  };
  return archive_read_open(reader, this, nullptr, give, nullptr);
}

void Contents::end_reader(std::uint64_t used) {
  const auto at = begin_ + used;
  take(static_cast<std::size_t>(std::min<std::uint64_t>(at - std::min(at, start_), block_.size())));
}

std::uint64_t Contents::skip_zeros(std::uint64_t most) {
  std::uint64_t skipped = 0;
  while (skipped <= most && !peek().empty()) {
    const auto zeros = std::min(block_.find_first_not_of('\0'), block_.size());
    const bool more = zeros == block_.size();
    take(zeros);
    skipped += zeros;
    if (!more) break;
  }
  return skipped;
}

// The next reader begins so many bytes after the block does.
void Contents::take(std::size_t count) {
  block_.remove_prefix(count);
  start_ += count;
  begin_ = start_;
  again_ = !block_.empty();
}

}  // namespace keysift
