// What archives and compressed files hold.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// If `outer`, which is whole, is a zip archive (also behind a program), a tar or 7z archive, a deb or a
/// gzip, bzip2, xz, lzma or zstd file: hands on the members, with `Blob::members` set and otherwise like
/// `outer`, as pieces; those of archives in it, too. What cannot be read, encrypted members and what goes
/// beyond the limits are told to `on_error`, all else is handed on. Nothing is written to disk, and no
/// program is run.
void read_members(const Blob& outer, const ReadOptions& options, unsigned worker, const BlobSink& sink,
                  const ErrorSink& on_error);

/// Whether read_members() would look into `bytes`.
bool is_archive(std::string_view bytes);

/// Reads a file descriptor from where it stands to its end, hands it on in pieces that otherwise are like
/// `whole`, and then what it holds, if it is an archive. Of an archive in a pipe that is more than one piece,
/// the members cannot be read; `on_error` is told. `file_size` is as for reader_of(). Returns 0, or the errno
/// of the read that failed.
int read_with_members(int file, std::uint64_t file_size, const Blob& whole, const ReadOptions& options,
                      std::string& buffer, unsigned worker, const BlobSink& sink, const ErrorSink& on_error);

/// The path of a member of an archive at `path`: `outer.zip!inner/.env`. A member without a name, which is
/// what a compressed file holds, is called what that file is called, less its extension. Just `path` if there
/// are no members.
std::string member_path(std::string path, std::span<const std::string> members);

}  // namespace keysift
