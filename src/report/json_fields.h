// Pieces that the JSON report and SARIF's property bags share; docs/report.md describes them.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "finding/finding.h"
#include "report/mask.h"

namespace keysift {

/// Keeps keys in the order they were written.
using Json = nlohmann::ordered_json;

/// redacted, sha256, length and, when secrets are revealed, value.
Json secret_fields(const Secret& secret, const Mask& mask);

/// blob, state, in_head, introduced, removed, refs, commits; null if there is none.
Json provenance_fields(const std::optional<Provenance>& provenance, const Mask& mask);

/// `json` as text, indented by two, in ASCII: whatever a repository holds, no terminal obeys it.
std::string dump(const Json& json);

}  // namespace keysift
