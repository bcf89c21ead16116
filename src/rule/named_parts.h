// Parts that the patterns of many rules have in common, by name.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "rule/built_in_files.h"

namespace keysift {

/// The files of rules/parts/: one, a table of names and patterns.
std::span<const BuiltInFile> named_parts_files();

/// `pattern` with what each `(?&NAME)` in it stands for (docs/rules.md lists them) in its place. In RE2's own
/// syntax none of that is valid. Throws Failure, with what is wrong and the names that there are, if it names
/// another one.
std::string with_named_parts(std::string_view pattern);

}  // namespace keysift
