// What archives and compressed files hold.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// How much is unpacked of one archive, all that are in it included. What unpacks to more was made to exhaust
/// whoever unpacks it.
struct ArchiveLimits {
  std::uint64_t bytes = std::uint64_t{512} << 20;
  std::uint64_t ratio = 200;  ///< `bytes`, too, are at most so many times the archive's own
  std::uint64_t least = std::uint64_t{64} << 20;  ///< bytes that no ratio forbids
  std::uint64_t members = 100'000;
  std::size_t nested = std::size_t{64} << 20;  ///< bytes of an archive in another: it is held in memory
  unsigned depth = 4;                          ///< archives in each other, the outermost included
};

/// If `outer`, which is whole, begins as a zip, tar or 7z archive, a deb or a gzip, bzip2, xz or zstd file
/// does: hands on the members, with `Blob::members` set and otherwise like `outer`, as pieces; those of
/// archives in it, too. What cannot be read, encrypted members and what goes beyond the limits are told to
/// `on_error`, all else is handed on. Nothing is written to disk, and no program is run.
void read_members(const Blob& outer, PieceSize size, unsigned worker, const BlobSink& sink,
                  const ErrorSink& on_error, const ArchiveLimits& limits = {});

/// Whether read_members() would look into what begins with `bytes`.
bool begins_like_archive(std::string_view bytes);

/// Reads a file descriptor from where it stands to its end, hands it on in pieces that otherwise are like
/// `whole`, and then what it holds, if it is an archive. Of an archive in a pipe that is more than one piece,
/// the members cannot be read; `on_error` is told. `file_size` is as for reader_of(). Returns 0, or the errno
/// of the read that failed.
int read_with_members(int file, std::uint64_t file_size, const Blob& whole, PieceSize size,
                      std::string& buffer, unsigned worker, const BlobSink& sink, const ErrorSink& on_error);

/// The path of a member of an archive at `path`: `outer.zip!inner/.env`. A member without a name, which is
/// what a compressed file holds, is called what that file is called, less its extension. Just `path` if there
/// are no members.
std::string member_path(std::string path, std::span<const std::string> members);

}  // namespace keysift
