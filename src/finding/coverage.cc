#include "finding/coverage.h"

#include "base/hash.h"

namespace keysift {

std::string_view to_string(Coverage coverage) {
  switch (coverage) {
    case Coverage::tracked:
      return "tracked";
    case Coverage::tracked_ignored:
      return "tracked-ignored";
    case Coverage::staged:
      return "staged";
    case Coverage::in_history:
      return "in-history";
    case Coverage::expected:
      return "expected";
    case Coverage::not_ignored:
      return "not-ignored";
    case Coverage::reincluded:
      return "reincluded";
    case Coverage::wrong_pattern:
      return "wrong-pattern";
    case Coverage::partly_ignored:
      return "partly-ignored";
    case Coverage::personal_rule:
      return "personal-rule";
    case Coverage::in_image:
      return "in-image";
    case Coverage::in_package:
      return "in-package";
    case Coverage::image_variable:
      return "image-variable";
    case Coverage::public_variable:
      return "public-variable";
    case Coverage::readable:
      return "readable";
    case Coverage::unreachable:
      return "unreachable";
    case Coverage::unprepared:
      return "unprepared";
  }
  return {};
}

std::string_view to_string(Door door) {
  switch (door) {
    case Door::commit:
      return "commit";
    case Door::image:
      return "image";
    case Door::package:
      return "package";
  }
  return {};
}

std::string EnvFinding::fingerprint() const {
  if (!saved_fingerprint.empty()) return saved_fingerprint;
  // No path holds a NUL, so different findings never give the same bytes.
  auto bytes = "env-" + std::string(to_string(coverage));
  bytes += '\0';
  bytes += path;
  bytes += '\0';
  if (cause && !cause->path.starts_with('/')) bytes += cause->path;  // of this machine alone
  return sha256_hex(bytes).substr(0, 32);
}

}  // namespace keysift
