// Where reports go.
#pragma once
#include <memory>
#include <vector>

#include "cli/options.h"
#include "finding/report.h"
#include "report/format.h"

namespace keysift {

/// The files that the options name for reports and, unless they say `quiet`, standard output. All of it
/// throws Failure, naming what cannot be written.
class Outputs {
 public:
  /// Fails for a file that cannot be written before any work is done. The options outlive this.
  explicit Outputs(const Options& options);
  ~Outputs();
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  /// Opens what tells of findings while the scan goes on, as JSON Lines do; whether any output does.
  bool begin_early();

  /// Tells of found.findings[0] where it is told early (report/format.h, render_found).
  void tell(const Report& found);

  /// Writes the report.
  void write(const Report& report, Style style);

 private:
  struct Lines;

  const Options& options_;
  std::vector<std::unique_ptr<Lines>> lines_;  ///< for each of Options::reports; null: it comes at the end
};

}  // namespace keysift
