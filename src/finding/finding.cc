#include "finding/finding.h"

#include "base/hash.h"
#include "finding/coverage.h"

namespace keysift {

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::worktree:
      return "worktree";
    case Origin::index:
      return "index";
    case Origin::history:
      return "history";
    case Origin::commit_message:
      return "commit-message";
    case Origin::tag_message:
      return "tag-message";
    case Origin::note:
      return "note";
    case Origin::path:
      return "path";
    case Origin::standard_input:
      return "stdin";
  }
  return {};
}

std::string_view to_string(BlobState state) {
  switch (state) {
    case BlobState::live:
      return "live";
    case BlobState::history_only:
      return "history-only";
    case BlobState::unreachable:
      return "unreachable";
  }
  return {};
}

std::string Finding::fingerprint() const {
  if (!saved_fingerprint.empty()) return saved_fingerprint;
  // No rule id and no path holds a NUL, so different findings never give the same bytes.
  std::string bytes = rule->id;
  bytes += '\0';
  bytes += location.path;
  bytes += '\0';
  bytes += secret.reveal();
  return sha256_hex(bytes).substr(0, 32);
}

// A file may be called "!a", too; that one some commit brought in.
bool Finding::has_path() const {
  const auto& path = location.path;
  return !provenance || !(path.empty() || (path.starts_with('!') && !provenance->introduced));
}

std::string Finding::place() const {
  const auto& path = location.path;
  if (has_path()) return path;
  const auto* object = origin == Origin::commit_message ? "commit "
                       : origin == Origin::tag_message  ? "tag "
                       : origin == Origin::path         ? "tree "
                                                        : "blob ";
  return object + provenance->blob + path;
}

}  // namespace keysift
