// How keysift ends where no exception can be thrown: with one line and status 2, and nothing half written.
#pragma once

namespace keysift {

/// From now on, three things end the process so, by _exit(2), from any thread:
/// - an operator new that gets no memory: RE2 does not survive an exception;
/// - an exception for which there is no memory, or that is about memory and met a noexcept;
/// - SIGBUS for a page of a mapped file that is not there: the file was cut short, or the disk has an error.
/// Other crashes are bugs, and stay crashes. And a file that grows beyond what the shell allows (ulimit -f)
/// fails to be written, as on a full disk, in place of ending the process.
void prepare_for_emergencies();

/// Ends the process for lack of memory, as above; for allocators of C libraries.
[[noreturn]] void end_out_of_memory() noexcept;

/// While it lives, exit() ends the process as above: libarchive calls it where it gets no memory, with a
/// status that would say that something was found. There is one.
class ExitIsEmergency {
 public:
  ExitIsEmergency();
  ~ExitIsEmergency();
  ExitIsEmergency(const ExitIsEmergency&) = delete;
  ExitIsEmergency& operator=(const ExitIsEmergency&) = delete;
};

/// The file that goes when the process ends so. There is one at a time; nullptr: none any more.
void remove_in_emergency(const char* path);

}  // namespace keysift
