// Names of files in trees.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "git/object.h"

namespace keysift {

/// A question about the last part of a path. Several workers ask at the same time.
using NameTest = std::function<bool(std::string_view name)>;

/// Names of files.
using NameSet = std::set<std::string, std::less<>>;

/// Adds what a tree names, in what is fresh in it, for which `test` holds. It may add what is none (bytes of
/// an object's name can look like an entry), but never overlooks one.
void add_names(const Object& tree, const NameTest& test, NameSet& names);

}  // namespace keysift
