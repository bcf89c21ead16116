// Git blobs that memory should not hold.
#pragma once
#include "git/object_reader.h"
#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// Hands on, in pieces that otherwise are like `whole`, what a large blob holds. If it is an archive, what
/// that holds cannot be read: `on_error` is told, as it is of a blob that is broken or beyond the limits.
void read_large_object(ObjectStream& large, const Blob& whole, const ReadOptions& options, unsigned worker,
                       const BlobSink& sink, const ErrorSink& on_error);

}  // namespace keysift
