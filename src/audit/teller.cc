#include "audit/teller.h"

namespace keysift {

void Teller::tell(const Hit& hit) {
  if (!sink_) return;
  const std::lock_guard lock(lock_);
  Report found;
  found.findings.push_back(finding_at(hit, hit.path));
  if (hit.object != Oid()) found.findings.back().provenance.emplace().blob = hit.object.hex();
  found.keys_beside = keys_in(found.findings.back().location.path);
  sink_(found);
}

// A path may hold keys, too, which nobody has looked for yet. A file may have a hundred thousand keys.
const std::vector<Secret>& Teller::keys_in(const std::string& path) {
  if (path == last_path_) return keys_;
  last_path_ = path;
  keys_.clear();
  seeker_.add_keys(path, keys_);
  return keys_;
}

}  // namespace keysift
