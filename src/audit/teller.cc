#include "audit/teller.h"

namespace keysift {

void Teller::tell(const Hit& hit) {
  if (!sink_) return;
  const std::lock_guard lock(lock_);
  Report found;
  found.findings.push_back(finding_at(hit, hit.path));
  if (hit.object != Oid()) found.findings.back().provenance.emplace().blob = hit.object.hex();
  const auto& in_path = keys_in(found.findings.back().location.path);
  found.findings.insert(found.findings.end(), in_path.begin(), in_path.end());
  sink_(found);
}

// A path may hold keys, too, which nobody has looked for yet. A file may have a hundred thousand keys.
const std::vector<Finding>& Teller::keys_in(const std::string& path) {
  if (path == last_path_) return keys_;
  last_path_ = path;
  keys_.clear();
  if (!scratch_) scratch_.emplace(detector_);
  for (const auto& match : detector_.scan(path, *scratch_)) {
    auto& key = keys_.emplace_back();
    key.rule = match.rule;
    key.secret = Secret(match.secret);
    key.origin = Origin::path;
    key.location = {
        path, {1, match.begin + 1}, {1, match.end + 1}, {match.decoded.begin(), match.decoded.end()}};
  }
  return keys_;
}

}  // namespace keysift
