// What reports say of files with secrets that can get out.
#pragma once
#include <string>
#include <vector>

#include "finding/coverage.h"
#include "report/mask.h"

namespace keysift {

/// Where a person should look: the line at fault if it is the repository's own, else the file itself.
Place shown_at(const EnvFinding& finding);

/// "web/.gitignore:4", or just the file. Printable.
std::string place_words(const Place& place, const Mask& mask);

/// What else there is to know, each a sentence: what is wrong with the line at fault, what reads the file,
/// since when history has it. Printable.
std::vector<std::string> env_details(const EnvFinding& finding, const Mask& mask);

/// What is wrong with which file, and where, all in one line. Printable.
std::string env_message(const EnvFinding& finding, const Mask& mask);

/// The commands that help, for a shell in the repository's root folder.
std::vector<std::string> fix_commands(const EnvFinding& finding, const Mask& mask);

}  // namespace keysift
