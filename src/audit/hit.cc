#include "audit/hit.h"

#include <utility>

namespace keysift {

Finding finding_at(const Hit& hit, std::string path) {
  Finding finding;
  finding.rule = hit.rule;
  finding.confidence = hit.rule->confidence;
  finding.secret = Secret(hit.secret);
  finding.location = {std::move(path), hit.begin, hit.end, {}};
  finding.origin = hit.origin;
  return finding;
}

}  // namespace keysift
