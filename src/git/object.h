// Objects, as readers hand them on.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/range.h"
#include "git/oid.h"

namespace keysift {

enum class ObjectType { commit, tree, blob, tag };

/// An object's contents, without git's header. Lives as long as the call it is handed to.
struct Object {
  Oid id;
  ObjectType type = ObjectType::blob;
  std::string_view bytes;
  /// The parts that the object lacks from which it was made, in order; empty ones mark places where two of
  /// its parts meet that were apart there, or where it begins or ends in the midst of that. A stretch that
  /// touches none of them was handed on before, as part of another object. One range over everything for an
  /// object that was made from none.
  std::span<const Range> fresh;
};

/// Called with each object and the number of the worker that read it; several workers call at the same time.
/// Returns whether there was something in it that must be looked at again in every object that was made from
/// it: those are then fresh all over.
using ObjectVisitor = std::function<bool(const Object& object, unsigned worker)>;

/// Called with what could not be read and why; several workers call at the same time.
using ObjectErrorSink =
    std::function<void(const std::string& object, const std::string& message, unsigned worker)>;

}  // namespace keysift
