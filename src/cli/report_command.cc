#include <unistd.h>

#include "audit/keys_beside.h"
#include "base/failure.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "cli/prepared.h"
#include "finding/exposure.h"
#include "report/joined.h"
#include "rule/rule_bytes.h"

namespace keysift {
namespace {

SavedReport read(const std::string& file) {
  if (file == "-") return read_report(read_all(STDIN_FILENO, "standard input"), "<stdin>");
  return read_report(read_file(file), printable(file));
}

// GitHub and GitLab show findings in the files of the one repository that their run is about, and gitleaks'
// findings name none.
void check_format(Format format, const Report& report) {
  const bool is_of_one = format == Format::github || format == Format::gitlab || format == Format::gitleaks;
  if (is_of_one && report.repositories.size() > 1)
    throw Failure(
        "github, gitlab and gitleaks are about the files of one repository, and this report joins " +
        std::to_string(report.repositories.size()) + "; sarif keeps them apart");
}

// One that was written with --reveal has them as they are.
std::vector<Secret> keys_in_words(const Report& report) {
  const auto rules = rules_of(prepared_rules());
  const Detector detector(rules, {.prepared = prepared_keywords()});
  const OtherRules none({}, {});
  KeySeeker seeker(detector, none);
  return keys_beside(report, seeker);
}

}  // namespace

int run_report(const Options& options) {
  Outputs outputs(options);
  std::vector<std::pair<std::string, SavedReport>> parts;
  for (const auto& path : options.paths) parts.emplace_back(path, read(path));
  auto saved = parts.size() == 1 ? std::move(parts.front().second) : joined(std::move(parts));
  check_format(options.format, saved.report);
  for (const auto& report : options.reports) check_format(report.format, saved.report);
  if (!options.reveal) saved.report.keys_beside = keys_in_words(saved.report);
  const auto now = time_of_report();
  outputs.write(saved.report, {.reveal = options.reveal, .started = now, .ended = now});
  return 0;
}

}  // namespace keysift
