#include "audit/hit.h"

#include <set>
#include <utility>

#include "source/archive.h"

namespace keysift {
namespace {

using Spot = std::tuple<Oid, std::string, Thing>;

Spot spot_of(const Hit& hit) { return {hit.object, hit.path, thing_of(hit)}; }

}  // namespace

Thing thing_of(const Hit& hit) { return {hit.rule, hit.secret, hit.members}; }

void place_in(const PackedPlace& packed, Hit& hit) {
  hit.begin = packed.begin;
  hit.end = packed.end;
  auto decoded = packed.decoded;
  // Without a name is what a compressed file holds.
  for (auto& member : hit.members) {
    if (!member.empty())
      decoded.push_back(std::move(member));
    else if (&member == &hit.members.front())
      decoded.emplace_back(packed.compression);
  }
  hit.decoded.insert(hit.decoded.begin(), decoded.begin(), decoded.end());
  hit.members.clear();
}

void tell_in_members(std::vector<Hit>& hits) {
  std::set<Spot> told;  // around members, too
  for (const auto& hit : hits) {
    auto spot = spot_of(hit);
    for (auto& members = std::get<std::vector<std::string>>(std::get<Thing>(spot)); !members.empty();) {
      members.pop_back();
      told.insert(spot);
    }
  }
  std::erase_if(hits, [&](const Hit& hit) { return told.contains(spot_of(hit)); });
}

Finding finding_at(const Hit& hit, std::string path) {
  Finding finding;
  finding.rule = hit.rule;
  finding.confidence = hit.confidence;
  finding.secret = Secret(hit.secret);
  finding.location = {member_path(std::move(path), hit.members), hit.begin, hit.end, hit.decoded};
  finding.origin = hit.origin;
  finding.allowed_by = hit.allowed_by;
  finding.reason = hit.reason;
  finding.excerpt = hit.excerpt;
  finding.allowing_there = hit.allowing_there;
  finding.gives_way_to = hit.gives_way_to;
  return finding;
}

Finding unplaced_finding(const Hit& hit) {
  auto finding = finding_at(hit, hit.path);
  if (!hit.path.empty()) return finding;
  finding.provenance.emplace().blob = hit.object.hex();
  finding.location.path = finding.place();
  finding.provenance.reset();
  return finding;
}

}  // namespace keysift
