// Pieces that the JSON report and SARIF's property bags share; docs/report.md describes them.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "finding/finding.h"
#include "report/json_writer.h"
#include "report/mask.h"

namespace keysift {

/// An object: redacted, sha256, length and, when secrets are revealed, value.
void write_secret(JsonWriter& json, std::string_view key, const Secret& secret, const Mask& mask);

/// An object: blob, state, in_head, introduced, removed, refs, commits ...; null if there is none. Of more
/// refs than `most_refs` only the first, and more_refs says how many are left out.
void write_provenance(JsonWriter& json, std::string_view key, const std::optional<Provenance>& provenance,
                      const Mask& mask, std::size_t most_refs = SIZE_MAX);

/// An array of strings, masked.
void write_strings(JsonWriter& json, std::string_view key, const auto& all, const Mask& mask) {
  json.array(key, [&] {
    for (const auto& one : all) json.value(mask.raw(one));
  });
}

}  // namespace keysift
