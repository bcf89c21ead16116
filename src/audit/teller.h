// Telling of matches while a scan goes on.
#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "audit/hit.h"
#include "audit/keys_beside.h"
#include "finding/report.h"

namespace keysift {

/// Takes a report whose finding is the one that is told of, without provenance but for its object's name.
/// Nothing has been left out yet: a baseline or an ignore file may do so later.
using FoundSink = std::function<void(const Report&)>;

/// Hands matches on as soon as they are there. Any thread may tell; the sink is called by one at a time.
class Teller {
 public:
  /// What the seeker needs outlives this. Without a sink nothing is told.
  Teller(KeySeeker seeker, FoundSink sink) : seeker_(std::move(seeker)), sink_(std::move(sink)) {}

  void tell(const Hit& hit);

 private:
  const std::vector<Secret>& keys_in(const std::string& path);

  KeySeeker seeker_;
  FoundSink sink_;
  std::mutex lock_;
  std::string last_path_;
  std::vector<Secret> keys_;  ///< in `last_path_`
};

}  // namespace keysift
