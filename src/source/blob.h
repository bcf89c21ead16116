// What sources hand on.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/fresh.h"
#include "base/limits.h"
#include "base/position.h"
#include "finding/finding.h"
#include "git/authorship.h"
#include "git/oid.h"

namespace keysift {

/// A run of bytes with an origin, or one piece of a large one. It lives as long as the call it is handed to.
struct Blob {
  std::string_view bytes;
  Origin origin = Origin::worktree;
  std::string_view path;  ///< as shown; empty where only provenance can tell
  /// What it is in the archive that `path` or `object` is: the member's name in that, in the archive which
  /// that is, and so on; empty for what has no name. None: it is no member.
  std::span<const std::string> members;
  Oid object;      ///< the git object it is; zero for what is no object
  Position start;  ///< where `bytes` begin in the whole
  /// Which part of `bytes` this piece answers for; the rest overlaps its neighbours.
  std::size_t own_begin = 0;
  std::size_t own_end = SIZE_MAX;
  Fresh fresh;  ///< what of it has not been handed on before, as part of another blob
};

/// A blob that stands for a git object, or for a part of one.
inline Blob blob_of(const Oid& object, std::string_view bytes, Origin origin, std::string_view path = {}) {
  Blob blob;
  blob.bytes = bytes;
  blob.origin = origin;
  blob.path = path;
  blob.object = object;
  return blob;
}

/// The member that a commit's or tag's headers are, as opposed to its message.
inline const std::array<std::string, 1> kHeaderMember{"header"};

/// The headers of a commit or tag object, as a member of it.
inline Blob header_blob(const Oid& id, std::string_view object, Origin origin) {
  const auto header = header_of(object);
  auto blob = blob_of(id, header.bytes, origin);
  blob.members = kHeaderMember;
  blob.start = header.start;
  return blob;
}

/// Called with each blob and the number of the worker that made it; several workers call at the same time.
/// Returns what `fresh.reach` is to be in blobs that are made from it.
using BlobSink = std::function<Reach(const Blob& blob, unsigned worker)>;

/// Called with what was not searched, and why; several workers call at the same time.
using ErrorSink = std::function<void(const std::string& path, const Problem& problem, unsigned worker)>;

}  // namespace keysift
