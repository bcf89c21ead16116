// Keys that nobody looked for, in what a report says.
#pragma once
#include <string_view>
#include <vector>

#include "detect/detector.h"
#include "finding/report.h"

namespace keysift {

/// Adds the keys in `text` to `keys`: what each is, and what stands there if it is encoded.
void add_keys(std::string_view text, const Detector& detector, Detector::Scratch& scratch,
              std::vector<Secret>& keys);

/// The keys in what a report says beside its findings: in paths, names of refs, errors.
std::vector<Secret> keys_beside(const Report& report, const Detector& detector, Detector::Scratch& scratch);

}  // namespace keysift
