// Kinds of archives, and libarchive's readers for them.
#pragma once
#include <archive.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

enum class Kind { none, zip, seven_zip, ar, tar, gzip, bzip2, xz, zstd, lzma, zlib };

/// What `bytes`, which are whole, are; a zip archive may stand behind a program that unpacks it, or starts
/// what is in it. Of other kinds the beginning is enough.
Kind kind_of(std::string_view bytes);

/// The same of what comes in pieces, whose overlap is as much as a zip archive may have at its end.
class KindOfPieces {
 public:
  void take(const Blob& piece);

  /// After the last piece; before that, what it may be.
  Kind kind() const { return kind_; }

 private:
  Kind kind_ = Kind::none;
  bool begun_ = false;
  bool after_program_ = false;
};

/// Whether it is one file, which may be a tar, compressed.
bool is_compressed(Kind kind);

/// An archive's bytes.
struct Source {
  BytesAt bytes;
  std::uint64_t size = 0;
  std::function<int(archive*)> open;  ///< lets libarchive have them; returns its status
};

/// How many bytes are read at a time.
constexpr std::size_t kArchiveBlock = 64 * 1024;

struct FreeReader {
  void operator()(archive* reader) const;
};
using Reader = std::unique_ptr<archive, FreeReader>;

/// What archive_read_next_header2() fills in. archive_read_next_header() makes one itself, and does not look
/// whether there was memory for it.
struct FreeEntry {
  void operator()(archive_entry* entry) const;
};
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

/// For what `reader` reads. Throws std::bad_alloc.
Entry new_entry(archive* reader);

/// A reader for archives of a kind, yet to be opened; for one file as it is, if that is Kind::none.
Reader archive_reader(Kind kind);

/// One for a zip archive that goes by the headers before the members.
Reader zip_stream_reader();

/// One that unpacks a compressed file of a kind that zlib does not.
Reader unpacking_reader(Kind compressed);

/// Why a reader failed, in its words.
std::string words_of(archive* reader);

}  // namespace keysift
