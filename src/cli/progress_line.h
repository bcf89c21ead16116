// The line that shows how far a scan is.
#pragma once
#include <thread>

#include "audit/progress.h"

namespace keysift {

/// While it lives, keeps one line on standard error up to date, when that is a terminal and the scan takes
/// longer than half a second. Gone without a trace at the end.
class ProgressLine {
 public:
  /// Watches `progress`, which outlives it. Shows nothing if not `wanted`.
  ProgressLine(const Progress& progress, bool wanted);

 private:
  std::jthread watcher_;
};

}  // namespace keysift
