#include "source/large_object.h"

#include <cerrno>
#include <string>

#include "source/archive_kind.h"

namespace keysift {

void read_large_object(ObjectStream& large, const Blob& whole, const ReadOptions& options, unsigned worker,
                       const BlobSink& sink, const ErrorSink& on_error) {
  const auto name = whole.path.empty() ? large.id.hex() : std::string(whole.path);
  std::uint64_t done = 0;
  const auto inflate = [&](char* out, std::size_t size) {
    const auto got = large.bytes.read(out, size);
    done += got;
    return static_cast<std::ptrdiff_t>(got);
  };
  std::string buffer;
  KindOfPieces kind;
  const auto read = limited(inflate, options.limits.blob_size);
  const int error = read_pieces(read, whole, options.pieces, buffer, [&](const Blob& piece) {
    kind.take(piece);
    sink(piece, worker);
  });
  if (kind.kind() != Kind::none) {
    on_error(name, {"archive is larger than --memory allows; its members were not searched", Cause::memory},
             worker);
  }
  if (error == EFBIG) {
    on_error(name, too_large(options.limits), worker);
  } else if (done != large.size) {
    on_error(name,
             {"object is broken after " + std::to_string(done) + " bytes; try: git fsck", Cause::broken},
             worker);
  }
}

}  // namespace keysift
