// The files of a folder.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// Which files of a tree are wanted, and how many threads look.
struct FileTreeOptions {
  bool ignored = false;       ///< also files that git ignores, and what is in folders that it ignores
  bool told_ignored = false;  ///< also ignored files, where the folder that they lie in is not ignored itself
  unsigned workers = 1;
  Limits limits;
  /// Told of each repository inside, by its folder; several workers call at the same time.
  std::function<void(const std::string& folder, unsigned worker)> on_repository = nullptr;
};

/// A regular file that a walk came to.
struct WalkedFile {
  std::string path;      ///< relative to the root of the walk
  bool tracked = false;  ///< the repository it lies in tracks it
  bool ignored = false;  ///< git ignores it; only where FileTreeOptions::told_ignored asked for such files
  bool inner = false;    ///< lies in a repository inside the one that the walk began in
};

/// Called with each file, an open folder its path starts from, and the number of the worker that found it.
using FileVisitor = std::function<void(const WalkedFile& file, int root, unsigned worker)>;

/// Visits the files below the folder `root`, in no order, on several threads. In a repository: tracked files
/// and untracked ones that git does not ignore; a repository inside goes by its own rules. Elsewhere, and in
/// a folder that is itself ignored: every file. Not what is in the .git of a repository. Links are not
/// followed, except `root` itself. Folders that cannot be read go to `on_error`. Throws Failure when `root`
/// cannot be read at all.
void walk_files(const std::filesystem::path& root, const FileTreeOptions& options, const FileVisitor& visit,
                const ErrorSink& on_error);

/// Reads a file that a walk came to and hands it on in pieces, and what it holds if it is an archive. A file
/// that is gone, or is no regular file any more, is passed over; one that cannot be read goes to `on_error`.
/// `shown` is the path that blobs and errors carry.
void read_walked_file(int root, const std::string& path, const std::string& shown, const ReadOptions& options,
                      std::string& buffer, unsigned worker, const BlobSink& sink, const ErrorSink& on_error);

}  // namespace keysift
