// A match, measured while its blob was there.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "finding/finding.h"
#include "git/oid.h"
#include "rule/rule.h"

namespace keysift {

struct Hit {
  const Rule* rule = nullptr;
  Confidence confidence = Confidence::low;
  std::string secret;
  std::string path;                  ///< as the source gave it; empty where only provenance can tell
  std::vector<std::string> members;  ///< as in Blob
  Oid object;                        ///< zero for what is no git object
  Origin origin = Origin::worktree;
  Position begin;
  Position end;
  std::vector<std::string> decoded;                   ///< as in Location
  std::string allowed_by;                             ///< as in Finding
  std::string reason;                                 ///< as in Finding
  Excerpt excerpt;                                    ///< as in Finding
  std::vector<const Allowlist*> allowing_there = {};  ///< as in Finding
  std::vector<const Rule*> gives_way_to = {};         ///< as in Finding
};

/// Where what is packed in a blob stands, and how it is encoded.
struct PackedPlace {
  Position begin;
  Position end;
  std::vector<std::string> decoded;  ///< as in Location
  std::string_view compression;      ///< what a compressed file is taken for among the encodings: "gzip"
  bool marked = false;               ///< a mark in its line allows what is in it
};

/// Has a hit in a member of what is packed stand where that does; the members are encodings then: "base64",
/// ".env".
void place_in(const PackedPlace& packed, Hit& hit);

/// What was found, wherever its blob stands: a rule, a secret and, of an archive, Hit::members.
using Thing = std::tuple<const Rule*, std::string, std::vector<std::string>>;
Thing thing_of(const Hit& hit);

/// What a blob holds, and how many times.
using Things = std::map<Thing, std::size_t>;

/// Takes away hits of what an archive holds as it stands, as a tar does, if the same was found in the member.
void tell_in_members(std::vector<Hit>& hits);

/// The finding that a hit becomes where its blob is at `path`.
Finding finding_at(const Hit& hit, std::string path);

/// The finding that it becomes where nobody knows its place: it is named by its object, if it is in one.
Finding unplaced_finding(const Hit& hit);

}  // namespace keysift
