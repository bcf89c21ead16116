#include "source/staged.h"

#include <algorithm>
#include <atomic>
#include <string_view>

#include "base/parallel.h"
#include "base/stop.h"
#include "git/object_reader.h"
#include "source/archive.h"
#include "source/large_object.h"

namespace keysift {
namespace {

// A thread costs as much as some files.
constexpr std::size_t kFilesPerWorker = 16;

void hand_on_path(const StagedFile& file, unsigned worker, const BlobSink& sink) {
  Blob blob;
  blob.bytes = std::string_view(file.path).substr(file.known);
  blob.origin = Origin::path;
  blob.path = file.path;
  blob.start.column += file.known;
  sink(blob, worker);
}

}  // namespace

void read_staged(const ObjectDatabase& database, std::span<const StagedFile> files, unsigned threads,
                 const ReadOptions& options, const BlobSink& sink, const ErrorSink& on_error) {
  const auto workers =
      static_cast<unsigned>(std::min<std::size_t>(threads, files.size() / kFilesPerWorker + 1));
  std::atomic<std::size_t> next{0};
  parallel(workers, [&](unsigned worker) {
    ObjectReader objects(database);
    for (auto number = next.fetch_add(1); number < files.size(); number = next.fetch_add(1)) {
      check_stop();
      const auto& file = files[number];
      if (file.replaced.empty()) hand_on_path(file, worker, sink);
      const auto take = [&](const Object& object) {
        const auto blob = blob_of(file.blob, object.bytes, Origin::index, file.path);
        sink(blob, worker);
        read_members(blob, options, worker, sink, on_error);
      };
      const auto take_large = [&](ObjectStream& large) {
        read_large_object(large, blob_of(file.blob, {}, Origin::index, file.path), options, worker, sink,
                          on_error);
      };
      if (!objects.read(file.blob, options.memory, take, take_large)) {
        on_error(
            file.path,
            {"object " + file.blob.hex() + " cannot be read (" + objects.problem() + ")", objects.cause()},
            worker);
      }
    }
  });
}

}  // namespace keysift
