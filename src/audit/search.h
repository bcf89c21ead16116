// Searching the blobs of an audit.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/hit.h"
#include "audit/keys_beside.h"
#include "audit/options.h"
#include "audit/progress.h"
#include "audit/teller.h"
#include "detect/detector.h"
#include "finding/finding.h"
#include "finding/report.h"
#include "git/object_walk.h"
#include "source/blob.h"
#include "source/pieces.h"

namespace keysift {

/// Searches blobs, on any number of threads, and keeps what was found until it is taken.
class Search {
 public:
  /// All outlive this; workers raise `progress`.
  Search(std::span<const Rule> rules, const AuditOptions& options, const ReadOptions& reading,
         Progress& progress);

  /// Searches a blob, and what is packed in it.
  Reach scan(const Blob& blob, unsigned worker);
  BlobSink sink();

  /// Keeps what could not be read.
  ErrorSink error_sink();

  /// What an object has: each thing with how often. For one thread.
  Things things_in(const Object& object);

  /// Whether `value` alone has a key. For one thread.
  bool is_key(std::string_view value);

  /// What was found since hits were last taken, in an order that does not depend on which worker found what.
  std::vector<Hit> take_hits();

  /// The same; but what is not placed yet when the scan is stopped can still be taken.
  std::vector<Hit>& keep_hits();

  /// The objects of the history that hits stand in.
  std::vector<Oid> objects_with_hits() const;

  /// Matches that are no findings, if the detector explains.
  std::vector<Finding> take_dropped();
  std::vector<ScanError> take_errors();

  /// That were searched.
  std::uint64_t bytes() const;

  /// What the scans until now cost, if the detector was told to measure it.
  Profile profile() const;

  /// Finds keys beside the findings. For one thread.
  KeySeeker& seeker() { return workers_.front().seeker; }

 private:
  struct Worker {
    Worker(const Detector& detector, const OtherRules& others)
        : scratch(detector), seeker(detector, others) {}
    Detector::Scratch scratch;
    KeySeeker seeker;
    std::optional<PackedPlace> packed;  // that is searched, if any is
    std::vector<Hit> hits;
    std::vector<Finding> dropped;
    std::vector<ScanError> errors;
    std::uint64_t bytes = 0;
  };

  template <typename Part>
  std::vector<Part> take(std::vector<Part> Worker::*parts);
  void find(const Blob& blob, unsigned worker);
  void read_packed(const Packed& packed, const Blob& blob, unsigned worker, const BlobSink& sink);
  static Excerpt excerpt(std::string_view bytes, const Match& match, std::span<const Match> matches,
                         KeySeeker& seeker);
  void allow(std::string_view bytes, const Match& match, Hit& hit) const;
  void note_limits(const Blob& blob, Worker& worker) const;

  const AuditOptions& options_;
  const ReadOptions& reading_;
  Progress& progress_;
  Detector detector_;
  OtherRules other_rules_;
  Teller teller_;
  std::vector<Worker> workers_;
};

}  // namespace keysift
