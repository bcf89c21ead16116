#include "source/archive_kind.h"

#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

#include "base/text.h"
#include "git/inflate.h"
#include "source/zip.h"

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
    case Kind::lzma:
      return ARCHIVE_FILTER_LZMA;
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
  // Makes room for what an open function is given: libarchive's own ones do not look whether there was any.
  check_memory(archive_read_set_callback_data(reader.get(), nullptr));
  return reader;
}

// LZMA's old format has no mark. What all programs write: usual parameters, a dictionary of a power of two
// or two such, and a size of less than 2^40 bytes, or none.
bool begins_like_lzma(std::string_view bytes) {
  constexpr std::size_t kHeader = 13;
  if (bytes.size() <= kHeader || bytes[0] != 0x5d) return false;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const std::uint32_t dictionary =
      byte(1) | std::uint32_t{byte(2)} << 8 | std::uint32_t{byte(3)} << 16 | std::uint32_t{byte(4)} << 24;
  constexpr std::uint32_t kLeast = 1 << 12;
  if (dictionary < kLeast || std::popcount(dictionary) > 2) return false;
  const auto high = bytes.substr(10, 3);
  return high == std::string_view("\0\0\0", 3) || bytes.substr(5, 8) == "\xff\xff\xff\xff\xff\xff\xff\xff";
}

bool begins_like_skippable(std::string_view bytes) {
  return bytes.size() >= 4 && (bytes[0] & 0xf0) == 0x50 && bytes.substr(1).starts_with("\x2a\x4d\x18");
}

// "blob 123\0...": one of git's objects, as a file of its own.
bool begins_like_git_object(std::string_view inflated) {
  for (const auto* const type : {"blob ", "tree ", "commit ", "tag "}) {
    if (!inflated.starts_with(type)) continue;
    const auto size = inflated.substr(std::strlen(type));
    const auto end = size.find_first_not_of("0123456789");
    return end != std::string_view::npos && end > 0 && size[end] == '\0';
  }
  return false;
}

// Zlib's format (RFC 1950), with any of the levels that zlib states. Two bytes are no mark of it: what is
// inside must be text, too, or one of git's objects.
bool begins_like_zlib(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr std::size_t kLooked = 128;
  if (bytes.size() < 2 || bytes[0] != 'x' || "\x01\x5e\x9c\xda"sv.find(bytes[1]) == std::string_view::npos)
    return false;
  std::array<char, 32> head{};
  const std::string_view inflated(head.data(),
                                  InflateStream(bytes.substr(0, kLooked)).read(head.data(), head.size()));
  const auto is_text = [](char c) { return (c >= ' ' && c <= '~') || c == '\t' || c == '\n' || c == '\r'; };
  constexpr std::size_t kText = 16;
  return begins_like_git_object(inflated) ||
         (inflated.size() >= kText && std::all_of(inflated.begin(), inflated.end(), is_text));
}

// A zip archive works behind any bytes; these begin what is run or installed.
bool begins_like_program(std::string_view bytes) {
  const auto is = [&](std::string_view magic) { return bytes.starts_with(magic); };
  return is("#!") || is("MZ") ||
         is("\x7f"
            "ELF") ||
         is("Cr24");
}

Kind kind_of_beginning(std::string_view bytes) {
  struct Magic {
    Kind kind;
    std::size_t at;
    std::string_view bytes;
  };
  using namespace std::string_view_literals;
  static constexpr Magic kMagics[] = {{Kind::zip, 0, "PK\3\4"sv},
                                      {Kind::zip, 0, "PK\7\10PK\3\4"sv},  // meant to be in several parts
                                      {Kind::zip, 0, "PK00PK\3\4"sv},     // the same, and is in one
                                      {Kind::seven_zip, 0, "7z\xbc\xaf\x27\x1c"sv},
                                      // Not every ar archive: libraries hold all as it stands.
                                      {Kind::ar, 0, "!<arch>\ndebian-binary"sv},
                                      {Kind::gzip, 0, "\x1f\x8b\x08"sv},
                                      {Kind::bzip2, 4, "1AY&SY"sv},  // after "BZh" and a digit
                                      {Kind::bzip2, 4, "\x17\x72\x45\x38\x50\x90"sv},  // nothing in it
                                      {Kind::xz, 0, "\xfd\x37zXZ\0"sv},
                                      {Kind::zstd, 0, "\x28\xb5\x2f\xfd"sv},
                                      {Kind::tar, 257, "ustar"sv}};
  for (const auto& magic : kMagics) {
    if (bytes.size() > magic.at && bytes.substr(magic.at).starts_with(magic.bytes)) return magic.kind;
  }
  if (begins_like_skippable(bytes)) return Kind::zstd;
  if (begins_like_zlib(bytes)) return Kind::zlib;
  return begins_like_lzma(bytes) ? Kind::lzma : Kind::none;
}

}  // namespace

Kind kind_of(std::string_view bytes) {
  if (begins_like_program(bytes) && ends_like_zip(bytes)) return Kind::zip;
  return kind_of_beginning(bytes);
}

void KindOfPieces::take(const Blob& piece) {
  if (!std::exchange(begun_, true)) {
    after_program_ = begins_like_program(piece.bytes);
    kind_ = after_program_ ? Kind::zip : kind_of_beginning(piece.bytes);
  }
  if (after_program_ && piece.own_end == SIZE_MAX)
    kind_ = ends_like_zip(piece.bytes) ? Kind::zip : Kind::none;
}

bool is_compressed(Kind kind) {
  return kind == Kind::gzip || kind == Kind::zlib || filter_of(kind) != ARCHIVE_FILTER_NONE;
}

void FreeReader::operator()(archive* reader) const { archive_read_free(reader); }

void FreeEntry::operator()(archive_entry* entry) const { archive_entry_free(entry); }

Entry new_entry(archive* reader) {
  Entry entry(archive_entry_new2(reader));
  if (!entry) throw std::bad_alloc();
  return entry;
}

Reader archive_reader(Kind kind) {
  auto reader = new_reader();
  expect(reader.get(), kind);
  return reader;
}

Reader zip_stream_reader() {
  auto reader = new_reader();
  check_memory(archive_read_support_format_zip_streamable(reader.get()));
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
