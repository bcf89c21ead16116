// What a report tells people to do, in the words that all formats share.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "finding/coverage.h"
#include "finding/finding.h"

namespace keysift {

/// Why deleting a key is not enough.
inline constexpr std::string_view kRevokeFirst =
    "Revoke the key. Nothing else makes it harmless: a key that was ever committed stays in the history when "
    "you "
    "delete it, and everybody who cloned has it.";

/// What to do, in this order.
inline constexpr std::array<std::string_view, 4> kSteps{
    kRevokeFirst,
    "Make a new key. Keep it out of git: in the environment or in a secret store.",
    "Give the new key to everything that used the old one.",
    "Look through the provider's usage and billing pages for use that is not yours.",
};

/// All steps, each a line that begins with its number; `more` follows the first.
std::string numbered_steps(std::string_view more);

/// Whether an address, which a rule file gives, may stand as a link in Markdown and as a URI.
bool is_link(std::string_view address);

/// Whether it is in no commit yet, but in what the next one adds.
bool is_staged(const Finding& finding);

/// Whether it is in the name of a branch or tag, or of another ref.
bool is_ref_name(const Finding& finding);

/// Whether what the finding stands in still exists, and what that means; one clause. Only for a finding with
/// provenance.
std::string_view state_words(const Finding& finding);

/// What is wrong, and what that means.
std::string_view coverage_words(Coverage coverage);

/// `argument` as one word of a shell's command line. Bytes that a terminal must not get are written $'\033'.
std::string shell_quoted(std::string_view argument);

/// The command that takes the file out of git and leaves it on disk.
std::string untrack_command(std::string_view path);

/// The command that adds a line to a file.
std::string append_command(std::string_view line, std::string_view file);

}  // namespace keysift
