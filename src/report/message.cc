#include "report/message.h"

#include "base/text.h"
#include "report/advice.h"

namespace keysift {

std::string finding_message(const Finding& finding, const Mask& mask, std::string_view where) {
  auto text = valid_utf8(finding.rule->description) + ' ' + mask.secret(finding.secret) + " (" +
              std::string(to_string(finding.confidence)) + " confidence)" + std::string(where);
  if (const auto& provenance = finding.provenance) {
    if (const auto& commit = provenance->introduced) {
      text += ", added on " + commit->date.substr(0, 10) + " in commit " + commit->commit;
    }
    text += ": " + std::string(state_words(finding));
  }
  return text + (is_staged(finding)
                     ? ". Nothing is committed yet: take it out of the file and stage that again."
                     : ". Revoke it first, then make a new one.");
}

std::string where_words(const Finding& finding, const Mask& mask) {
  const auto place = " in " + mask.printable(finding.place());
  if (finding.origin == Origin::path) return " in the name of" + place.substr(3);
  return place + ", line " + std::to_string(finding.location.begin.line);
}

}  // namespace keysift
