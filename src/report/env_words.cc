#include "report/env_words.h"

#include "base/text.h"
#include "report/advice.h"
#include "report/message.h"

namespace keysift {
Place shown_at(const EnvFinding& finding) {
  const auto& cause = finding.cause;
  return cause && !cause->path.starts_with('/') ? *cause : Place{finding.path, 0, {}};
}

std::string place_words(const Place& place, const Mask& mask) {
  return mask.printable(place.path) + (place.line > 0 ? ":" + std::to_string(place.line) : "");
}

std::vector<std::string> env_details(const EnvFinding& finding, const Mask& mask) {
  std::vector<std::string> details;
  if (!finding.detail.empty()) details.push_back(mask.printable(finding.detail));
  if (finding.read_by && !finding.present)
    details.push_back("It is not there now; " + place_words(*finding.read_by, mask) + " expects it.");
  if (const auto& provenance = finding.provenance) {
    if (provenance->introduced)
      details.push_back("Added " + commit_words(*provenance->introduced, mask) + ".");
    if (provenance->removed) details.push_back("Removed " + commit_words(*provenance->removed, mask) + ".");
    if (provenance->in_head) details.push_back("HEAD still has it: commit its removal.");
  }
  return details;
}

std::string env_message(const EnvFinding& finding, const Mask& mask) {
  auto text = mask.printable(finding.path) + ": " + std::string(coverage_words(finding.coverage));
  if (const auto& cause = finding.cause) {
    text += " At " + place_words(*cause, mask);
    text += cause->text.empty() ? "." : ": " + mask.printable(cause->text) + '.';
  }
  for (const auto& detail : env_details(finding, mask)) text += ' ' + detail;
  return text;
}

std::vector<std::string> fix_commands(const EnvFinding& finding, const Mask& mask) {
  std::vector<std::string> commands;
  const auto path = mask.raw(finding.path);
  if (finding.is_in_git()) commands.push_back(untrack_command(path));
  if (!finding.ignore_file.empty())
    commands.push_back(append_command(mask.raw(finding.pattern), mask.raw(finding.ignore_file)));
  if (finding.coverage == Coverage::readable) commands.push_back("chmod 600 " + shell_quoted(path));
  return commands;
}

}  // namespace keysift
