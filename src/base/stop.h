// Ending a scan before it is done.
#pragma once
#include <chrono>

namespace keysift {

/// Thrown where a scan notices that it is to end. It is no std::exception, so that nobody on its way takes it
/// for a failure.
struct Stopped {};

/// While it lives, SIGINT, SIGTERM, SIGHUP and the end of `timeout` do not end the process: check_stop()
/// throws, in all threads. A second signal of the same kind ends the process, and so do ten seconds in which
/// somebody did not come by a check_stop(), unless end_timeout() was called. There is one at a time.
class StopSignals {
 public:
  /// `timeout`: zero for none. A signal that is ignored stays so.
  explicit StopSignals(std::chrono::seconds timeout);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The scan has ended: its time cannot be up any more, and a report may take as long as it takes.
  static void end_timeout();

  /// What asked for the end: a signal, SIGALRM where the time was up; 0: nothing did.
  static int received();
};

/// Throws Stopped if the scan is to end. Costs one relaxed load.
void check_stop();

}  // namespace keysift
