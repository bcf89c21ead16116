#include "source/archive_kind.h"

#include <new>

#include "base/text.h"

namespace keysift {
namespace {

// The filter of a compressed file that libarchive unpacks.
int filter_of(Kind kind) {
  switch (kind) {
    case Kind::bzip2:
      return ARCHIVE_FILTER_BZIP2;
    case Kind::xz:
      return ARCHIVE_FILTER_XZ;
    case Kind::zstd:
      return ARCHIVE_FILTER_ZSTD;
    default:
      return ARCHIVE_FILTER_NONE;
  }
}

// Makes one of libarchive's statuses, which is ARCHIVE_FATAL for a lack of memory only, an exception.
void check_memory(int status) {
  if (status == ARCHIVE_FATAL) throw std::bad_alloc();
}

void expect(archive* reader, Kind kind) {
  switch (kind) {
    case Kind::zip:
      return check_memory(archive_read_support_format_zip(reader));
    case Kind::seven_zip:
      return check_memory(archive_read_support_format_7zip(reader));
    case Kind::ar:
      return check_memory(archive_read_support_format_ar(reader));
    case Kind::tar:
      return check_memory(archive_read_support_format_tar(reader));
    default:  // not an archive, or nothing
      check_memory(archive_read_support_format_raw(reader));
      check_memory(archive_read_support_format_empty(reader));
  }
}

Reader new_reader() {
  Reader reader(archive_read_new());
  if (!reader) throw std::bad_alloc();
  return reader;
}

}  // namespace

Kind kind_of(std::string_view bytes) {
  struct Magic {
    Kind kind;
    std::size_t at;
    std::string_view bytes;
  };
  using namespace std::string_view_literals;
  static constexpr Magic kMagics[] = {{Kind::zip, 0, "PK\3\4"sv},
                                      {Kind::seven_zip, 0, "7z\xbc\xaf\x27\x1c"sv},
                                      // Not every ar archive: libraries hold all as it stands.
                                      {Kind::ar, 0, "!<arch>\ndebian-binary"sv},
                                      {Kind::gzip, 0, "\x1f\x8b\x08"sv},
                                      {Kind::bzip2, 4, "1AY&SY"sv},  // after "BZh" and a digit
                                      {Kind::xz, 0, "\xfd\x37zXZ\0"sv},
                                      {Kind::zstd, 0, "\x28\xb5\x2f\xfd"sv},
                                      {Kind::tar, 257, "ustar"sv}};
  for (const auto& magic : kMagics) {
    if (bytes.size() > magic.at && bytes.substr(magic.at).starts_with(magic.bytes)) return magic.kind;
  }
  return Kind::none;
}

bool is_compressed(Kind kind) { return kind == Kind::gzip || filter_of(kind) != ARCHIVE_FILTER_NONE; }

void FreeReader::operator()(archive* reader) const { archive_read_free(reader); }

Reader archive_reader(Kind kind) {
  auto reader = new_reader();
  expect(reader.get(), kind);
  return reader;
}

// The filter is set, not looked for: libarchive would take off any number of compressions, one from another,
// and their bytes would be in nobody's count.
Reader unpacking_reader(Kind compressed) {
  auto reader = new_reader();
  check_memory(archive_read_append_filter(reader.get(), filter_of(compressed)));
  expect(reader.get(), Kind::none);
  return reader;
}

std::string words_of(archive* reader) {
  const char* words = archive_error_string(reader);
  return words == nullptr ? "no reason given" : printable(words);
}

}  // namespace keysift
