// Names of files in trees.
#pragma once
#include <functional>
#include <string_view>

#include "git/object.h"

namespace keysift {

/// A question about the last part of a path. Several workers ask at the same time.
using NameTest = std::function<bool(std::string_view name)>;

/// Whether a tree seems to name something for which `test` holds, in what is fresh in it. It may say so
/// wrongly (bytes of an object's name can look like an entry), but never overlooks one.
bool may_name(const Object& tree, const NameTest& test);

}  // namespace keysift
