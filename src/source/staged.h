// What the next commit adds.
#pragma once
#include <span>

#include "git/object_database.h"
#include "git/staged.h"
#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// Hands on the blob of each file, members of archives included, and what is new of a new file's path, as a
/// blob with the origin `path`. What cannot be read goes to `on_error`. Up to `threads` workers.
void read_staged(const ObjectDatabase& database, std::span<const StagedFile> files, unsigned threads,
                 const ReadOptions& options, const BlobSink& sink, const ErrorSink& on_error);

}  // namespace keysift
