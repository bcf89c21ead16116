// Names in trees.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "git/object.h"

namespace keysift {

/// A question about the last part of a path. Several workers ask at the same time.
using NameTest = std::function<bool(std::string_view name)>;

using NameSet = std::set<std::string, std::less<>>;

/// Called with what may be a name in a tree, which lives as long as that. `longest`: so far and no farther it
/// may go back.
using NameSink = std::function<void(std::string_view name, bool longest)>;

/// Hands on what a tree names, in what is fresh in it, and never overlooks a name. It may hand on what is
/// none, for bytes of an object's name can look like the beginning of an entry, and so can what a name has in
/// it: that ends as a name does.
void each_name(const Object& tree, const NameSink& sink);

}  // namespace keysift
