// Objects, as readers hand them on.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/fresh.h"
#include "base/limits.h"
#include "git/oid.h"

namespace keysift {

enum class ObjectType { commit, tree, blob, tag };

/// A part of a repository's objects: trees, all but trees, or commits alone.
enum class ObjectPart { all, trees, others, commits };

inline bool belongs(ObjectType type, ObjectPart part) {
  if (part == ObjectPart::commits) return type == ObjectType::commit;
  return part == ObjectPart::all || (type == ObjectType::tree) == (part == ObjectPart::trees);
}

/// An object's contents, without git's header. Lives as long as the call it is handed to.
struct Object {
  Oid id;
  ObjectType type = ObjectType::blob;
  std::string_view bytes;
  Fresh fresh;  ///< against the object from which it was made, which was handed on before
};

/// Called with each object and the number of the worker that read it; several workers call at the same time.
/// What it returns comes with every object that was made from this one, as `fresh.reach`.
using ObjectVisitor = std::function<Reach(const Object& object, unsigned worker)>;

/// Called with what was not searched and why; several workers call at the same time.
using ObjectErrorSink =
    std::function<void(const std::string& object, const Problem& problem, unsigned worker)>;

}  // namespace keysift
